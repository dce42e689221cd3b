"""A request that was admitted is marked; none that was refused is, whatever it was refused for."""

from types import SimpleNamespace
from typing import Any

import pytest

from perennial.errors import PerennialError
from perennial.http.door import Door
from perennial.http.hosts import Hosts
from perennial.http.keys import Keys
from service.http.admission import KEY, Admission
from service.http.roles import PREDICT_PATH

HERE = {b"host": b"127.0.0.1", b"content-type": b"application/json"}
NOBODY: Any = SimpleNamespace(keys=Keys(()))  # a ring without keys


def admitted(path: str, headers: dict[bytes, bytes], *, keys: Any = None) -> bool:
    """Return whether a request is marked as admitted, which it is exactly where nothing is raised.

    keys: the ring.
    """
    scope: dict[str, Any] = {"method": "POST"}
    admission = Admission(Door(Hosts.of("127.0.0.1")), keys=keys)
    try:
        admission.admit(scope, path, headers)
    except PerennialError:
        return KEY in scope
    assert KEY in scope
    return True


@pytest.mark.parametrize(
    ("path", "headers", "keys", "expected"),
    [
        (PREDICT_PATH, HERE, None, True),
        (PREDICT_PATH, HERE | {b"host": b"evil.example"}, None, False),
        (PREDICT_PATH, HERE | {b"content-type": b"text/plain"}, None, False),
        (PREDICT_PATH, HERE, NOBODY, False),
        ("/health", {}, NOBODY, True),
    ],
)
def test_only_what_was_admitted_is_marked(
    path: str, headers: dict[bytes, bytes], keys: Any, expected: bool
) -> None:
    """The application takes the mark for the answer, and does not ask twice."""
    assert admitted(path, headers, keys=keys) is expected
