"""A file of keys that cannot be read for a while."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perennial.http.keyring import Keyring
from tests.service import fakes, keys


@contextmanager
def no_file_can_be_opened() -> Iterator[None]:
    """As under a load that has used up what a process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_file_that_could_not_be_read_is_tried_again(tmp_path: Path) -> None:
    """Though it does not change again; each problem is logged once."""
    file = keys.write(tmp_path / "keys", keys.entry("revoked", "predict"))
    log, capture = fakes.recording_log()
    ring = Keyring(file, variable="KEYS", log=log)
    keys.write(file, keys.entry("shop", "predict"))
    with no_file_can_be_opened():
        for _ in range(3):
            ring.look()
    assert (ring.broken, *ring.keys.names) == (True, "revoked")
    ring.look()
    assert (ring.broken, *ring.keys.names) == (False, "shop")
    assert [entry["event"] for entry in capture.entries] == ["keys_refused", "keys_read"]


def test_a_file_that_keeps_its_time_and_size_is_read(tmp_path: Path) -> None:
    """As `rsync --times --inplace` leaves it."""
    file = keys.write(tmp_path / "keys", keys.entry("one", "predict"))
    ring = Keyring(file, variable="KEYS", log=fakes.recording_log()[0])
    before = file.stat()
    keys.write(file, keys.entry("two", "predict"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    ring.look()
    assert set(ring.keys.names) == {"two"}
