"""Weights & Biases: offline, or online where WANDB_API_KEY or WANDB_MODE says so."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.trackers.sink import Figures, Run

FOLDER = "var/wandb"


class Wandb:
    """A run of Weights & Biases. Its settings are the environment's, as it documents them."""

    def __init__(self, run: Run) -> None:
        import wandb  # a second to import

        mode: Any = "online" if os.environ.get("WANDB_API_KEY") else "offline"
        mode = os.environ.get("WANDB_MODE") or mode
        folder = Path(os.environ.get("WANDB_DIR") or FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        self._run: Any = wandb.init(
            project=os.environ.get("WANDB_PROJECT") or run.project,
            name=run.name,
            id=run.name,
            resume="allow",
            mode=mode,
            dir=str(folder.resolve()),
            notes="\n".join(f"{name}: {link}" for name, link in run.links.items()),
            settings=wandb.Settings(x_stats_pid=run.pid, silent=True, init_timeout=10),
        )
        self.identifier = run.name
        self.link = self._run.url if not self._run.offline else f"wandb sync {self._kept(folder)}"

    def parameters(self, run: Run) -> None:
        """Set the run's configuration."""
        self._run.config.update(dict(run.parameters), allow_val_change=True)

    def _kept(self, folder: Path) -> Path:
        """Return where an offline run is, from where training was started."""
        return folder / Path(self._run.dir).parent.relative_to(folder.resolve())

    def figures(self, batch: Sequence[Figures]) -> None:
        """Hand the figures over; its own process writes and uploads them."""
        for one in batch:
            self._run.log(dict(one.values), step=one.step)

    def file(self, path: Path) -> None:
        """Copy a file into the run, which is uploaded later where it is offline."""
        copied = shutil.copy2(path, self._run.dir)
        self._run.save(copied, base_path=self._run.dir, policy="now")

    def end(self, *, failed: bool) -> None:
        """Upload what is left."""
        self._run.finish(exit_code=int(failed))
