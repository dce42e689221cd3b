"""A real Prometheus for a test: started in a folder on a free port, asked, and stopped."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from demo.processes import free_port

Labels = frozenset[tuple[str, str]]
# Collect garbage less often: a test has memory to spare, and no time.
ENVIRONMENT = {**os.environ, "GOGC": "400"}
# For rules that are evaluated every second and compared with what their counters say: at the same
# rhythm, a scrape that begins just before an evaluation would always be stored after it.
SCRAPES = "900ms"
LOADED = "Completed loading of configuration file"


class Prometheus:
    """One Prometheus process; use it in a `with` block, which waits until it is ready.

    config: the content of its configuration file.  folder: where file, data and log go; one with
    data goes on from there.  options: of its command line.  patience: seconds to start or to stop.
    environment: its variables.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        folder: Path,
        *,
        options: Sequence[str] = (),
        patience: float = 60,
        environment: Mapping[str, str] = ENVIRONMENT,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "prometheus.log"
        self._config = folder / "prometheus.yml"
        self._config.write_text(yaml.safe_dump(dict(config)), encoding="utf-8")
        self._data = folder / "data"
        self._options = options
        self._patience = patience
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = [
            "prometheus",
            f"--config.file={self._config}",
            f"--storage.tsdb.path={self._data}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            *self._options,
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=self._environment
            )
        self.wait(self._ready, what="be ready", seconds=self._patience)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(self._patience)

    def wait(self, condition: Any, *, what: str, seconds: float) -> None:
        """Wait until `condition()` is true. Raises AssertionError with the end of the log."""
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while not condition():
            over = time.monotonic() > deadline or self._process.poll() is not None
            assert not over, f"Prometheus did not {what}:\n{self.log.read_text()[-2000:]}"
            time.sleep(0.1)

    def rest(self) -> None:
        """Scrape and evaluate nothing from now on; what is there can still be asked for, `at`."""
        assert self._process is not None
        loaded = self.log.read_text().count(LOADED)
        self._config.write_text("{}", encoding="utf-8")
        self._process.send_signal(signal.SIGHUP)
        self.wait(lambda: self.log.read_text().count(LOADED) > loaded, what="rest", seconds=60)

    def query(self, expression: str, *, at: float | None = None) -> dict[Labels, float]:
        """Return an instant vector: label pairs, without the name, to value."""
        moment = {} if at is None else {"time": f"{at:.3f}"}
        address = f"{self.url}/api/v1/query?{urlencode({'query': expression, **moment})}"
        with urlopen(address, timeout=60) as answer:
            result = json.load(answer)["data"]["result"]
        return {_labels(row["metric"]): float(row["value"][1]) for row in result}

    def times(self, expression: str) -> dict[Labels, float]:
        """Return when each series of a selector has its latest sample, in seconds since 1970."""
        return self.query(f"timestamp({expression})")

    def _ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, ConnectionError, TimeoutError):
            return False


def _labels(metric: Mapping[str, str]) -> Labels:
    return frozenset((name, value) for name, value in metric.items() if name != "__name__")
