"""DVCLive: figures per step as TSV files, parameters as YAML, which `dvc plots` can draw."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.trackers.sink import Figures, Run

PICTURES = {".png", ".jpg", ".jpeg", ".gif"}


class DvcLive:
    """A run of DVCLive. It does not touch git or DVC, which track the stages' outputs.

    Without the machine's load, which training.json has: its monitor ends where there is no GPU.
    """

    def __init__(self, run: Run) -> None:
        # Whose report would come from one process more, which outlives this one.
        os.environ.setdefault("DVC_NO_ANALYTICS", "true")
        from dvclive.live import Live  # two seconds to import

        folder = run.folder / "dvclive"
        self.identifier, self.link = run.name, ""
        self._live: Any = Live(
            str(folder),
            resume=bool(run.known),
            dvcyaml=None,
            save_dvc_exp=False,
            report=None,
        )

    def parameters(self, run: Run) -> None:
        """Write a file of them."""
        self._live.log_params(dict(run.parameters))

    def figures(self, batch: Sequence[Figures]) -> None:
        """Write a line per figure."""
        for figures in batch:
            self._live.step = figures.step
            for name, value in figures.values.items():
                self._live.log_metric(name, value)
        self._live.sync()

    def file(self, path: Path) -> None:
        """Keep a picture; the repository has every other file."""
        if path.suffix in PICTURES:
            self._live.log_image(path.name, str(path))

    def end(self, *, failed: bool) -> None:
        """Write what is still buffered."""
        self._live.end()
