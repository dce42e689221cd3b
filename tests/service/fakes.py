"""A log that remembers, and a real server that runs beside the test."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import structlog
from structlog.testing import LogCapture
from structlog.typing import FilteringBoundLogger

from perennial.http.door import Door
from service.app import create_app
from service.http.server import server
from service.settings import Settings
from tests import bundles

TIMEOUT = 60.0
# Of every request: bodies that a test writes itself have no type otherwise.
JSON = {"Content-Type": "application/json"}
IMAGE: list[list[float]] = bundles.images(1)[0].tolist()


def recording_log() -> tuple[FilteringBoundLogger, LogCapture]:
    """Return a logger and what it was told."""
    capture = LogCapture()
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(),
        processors=[structlog.contextvars.merge_contextvars, capture],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    return log, capture


@dataclass(frozen=True)
class Running:
    """A service under a real uvicorn."""

    client: httpx.Client
    settings: Settings
    capture: LogCapture

    def predict(self, *instances: Any) -> list[dict[str, Any]]:
        """Predict instances, one standard image where none is given."""
        answer = self.client.post("/predict", json={"instances": instances or [IMAGE]})
        assert answer.status_code == 200, answer.text
        predictions: list[dict[str, Any]] = answer.json()["predictions"]
        return predictions

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum of the samples of a name that carry these labels."""
        total, wanted = 0.0, [f'{key}="{value}"' for key, value in labels.items()]
        for line in self.client.get("/metrics").text.splitlines():
            series, _, value = line.rpartition(" ")
            if series.partition("{")[0] == name and all(part in series for part in wanted):
                total += float(value)
        return total


def settings(folder: Path, **fields: Any) -> Settings:
    """Return settings for a test: everything in `folder`, a free port, quick polling."""
    defaults: dict[str, Any] = {
        "bundles": str(folder / "bundles"),
        "database_url": f"sqlite:///{folder / 'service.db'}",
        "port": 0,
        "poll_seconds": 0.02,
        "write_seconds": 0.01,
        "trial_seconds": 0.0,
    }
    return Settings(**{**defaults, **fields})


def deploy(folder: Path, version: str = "1.0.0", **fields: Any) -> Path:
    """Make a bundle in `folder/bundles` and point the production link at it."""
    path = folder / "bundles" / f"{version}-{fields.get('seed', 0)}"
    bundles.make_bundle(path, version, **fields)
    return bundles.production(folder / "bundles", path)


@contextmanager
def running(chosen: Settings, *, door: Door | None = None) -> Iterator[Running]:
    """Run a service until the end of the block; door: in place of the one that it would have."""
    log, capture = recording_log()
    Path(chosen.bundles).mkdir(parents=True, exist_ok=True)
    instance = server(create_app(chosen, log=log, door=door), chosen)
    thread = threading.Thread(target=instance.run)
    thread.start()
    wait_until(lambda: instance.started or not thread.is_alive())
    try:
        assert instance.started, capture.entries
        port = instance.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=JSON, timeout=TIMEOUT
        ) as client:
            yield Running(client, chosen, capture)
    finally:
        instance.should_exit = True
        thread.join(TIMEOUT)


def wait_until(condition: Any, *, seconds: float = TIMEOUT) -> None:
    """Return as soon as `condition` holds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"still false after {seconds:g} s")
        time.sleep(0.005)
