"""Load a bundle in a process of its own first, with limits, so that it can harm nothing but that.

A small ONNX file can ask for any amount of memory and time, and no reading of it tells how much.
Run by `try_out` as `python -m service.serving.trial PATH THREADS ROWS SECONDS BYTES`.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from perennial.bundle import MODEL
from perennial.errors import BundleRejected

_REJECTED = 3
_OOM_SCORE = Path("/proc/self/oom_score_adj")
# What Python and its libraries need to start; no variable with a secret is among them.
_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """What loading a bundle and predicting a full batch may take.

    seconds: of time and of the processor's time, 60 is usual.  size: bytes of memory.
    """

    seconds: float
    size: int


def try_out(path: Path, limits: Limits, *, threads: int, batch_rows: int) -> None:
    """Load a bundle in another process. Raises BundleRejected where it is refused or has to end."""
    numbers = (threads, batch_rows, limits.seconds, limits.size)
    command = [sys.executable, "-m", __name__, str(path), *map(str, numbers)]
    try:
        done = subprocess.run(
            command,
            env=environment(os.environ),
            capture_output=True,
            text=True,
            timeout=limits.seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise _over(f"is not loaded after {limits.seconds:g} s") from error
    if done.returncode == _REJECTED:
        found = json.loads(done.stdout.splitlines()[-1])
        raise BundleRejected(found["file"], found["problem"], reason=found["reason"])
    if done.returncode < 0:
        raise _over(f"ended its trial by {signal.Signals(-done.returncode).name}")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise _over(f"ended its trial with {done.returncode}: {last}")


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the other process, out of this one's own."""
    kept = {name: own[name] for name in _VARIABLES if name in own}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _over(problem: str) -> BundleRejected:
    problem += ", expected within the limits of time and memory"
    return BundleRejected(MODEL, problem, reason="unsafe")


def main(arguments: Sequence[str]) -> int:
    """Take the limits and load the bundle."""
    import resource  # Windows has none, and needs none to serve without a trial

    path, threads, batch_rows, seconds, size = arguments
    spent = max(1, round(float(seconds)))
    resource.setrlimit(resource.RLIMIT_CPU, (spent, spent))
    resource.setrlimit(resource.RLIMIT_DATA, (int(size), int(size)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # If a container's memory ends before the limit, this process goes and not the service: a wish
    # that not every system grants.
    with suppress(OSError):
        _OOM_SCORE.write_text("1000", encoding="ascii")
    from service.serving.loaded import load  # after the limits, which so hold for all of it

    try:
        load(Path(path), threads=int(threads), batch_rows=int(batch_rows))
    except BundleRejected as error:
        return _refuse(error.file, error.problem, error.reason)
    except OSError as error:  # a file that cannot be read
        return _refuse(Path(error.filename or path).name, error.strerror or str(error), "missing")
    return 0


def _refuse(file: str, problem: str, reason: str) -> int:
    print(json.dumps({"file": file, "problem": problem, "reason": reason}))
    return _REJECTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
