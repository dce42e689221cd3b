"""Sends a run as training.trackers.send does, to trackers that are simple to look at and break."""

import json
import os
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from training.trackers.send import main
from training.trackers.sink import Figures, Run


class Http:
    """Posts everything to the address in the run's parameters, and waits long for an answer."""

    def __init__(self, run: Run) -> None:
        self._url = str(run.parameters["url"])
        self.identifier, self.link = run.known or "17", f"{self._url}/runs/17"

    def parameters(self, run: Run) -> None:
        """Post them, and the project."""
        self._post("begin", {"project": run.project, **run.parameters})

    def figures(self, batch: Sequence[Figures]) -> None:
        """Post the steps."""
        self._post("figures", {str(one.step): dict(one.values) for one in batch})

    def file(self, path: Path) -> None:
        """Post a name."""
        self._post("file", {path.name: path.read_text()})

    def end(self, *, failed: bool) -> None:
        """Post how it ended."""
        self._post("end", {"failed": failed})

    def _post(self, kind: str, document: object) -> None:
        body = json.dumps(document).encode()
        request = urllib.request.Request(f"{self._url}/{kind}", body, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()


class Full(Http):
    """Writes to a disk that is full."""

    def __init__(self, run: Run) -> None:
        self.identifier = self.link = "full"

    def _post(self, kind: str, document: object) -> None:
        Path("/dev/full").write_text("figures")


class Missing(Full):
    """Its library is not installed."""

    def __init__(self, run: Run) -> None:
        import no_such_library  # type: ignore[import-not-found]  # noqa: F401


class Forking(Http):
    """Its library leaves a process behind, which has a copy of everything that is open."""

    def end(self, *, failed: bool) -> None:
        """Leave one for a minute."""
        super().end(failed=failed)
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)


TRACKERS = {"http": Http, "full": Full, "missing": Missing, "forking": Forking}


def command(folder: Path, tracker: str) -> list[str]:
    """Return the command that sends a run to one of these."""
    return [sys.executable, "-m", "tests.training.trackers.sending", str(folder), tracker]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], trackers=dict(TRACKERS)))
