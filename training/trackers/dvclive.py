"""DVCLive: figures per step as TSV files, parameters as YAML, which `dvc plots` can draw."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class DvcLive:
    """A run of DVCLive. It does not touch git or DVC, which already tracks the stage's outputs."""

    def __init__(self, folder: Path, parameters: Mapping[str, Any]) -> None:
        from dvclive.live import Live  # two seconds to import

        self._live: Any = Live(str(folder), dvcyaml=None, save_dvc_exp=False, report=None)
        self._live.log_params(dict(parameters))

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Record the figures of one step."""
        self._live.step = step
        for name, value in figures.items():
            self._live.log_metric(name, value)
        self._live.sync()

    def end(self) -> None:
        """Write what is still buffered."""
        self._live.end()


def start(folder: Path, parameters: Mapping[str, Any]) -> DvcLive:
    """Start a run."""
    return DvcLive(folder, parameters)
