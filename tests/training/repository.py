"""A repository with a task's parameters and the service's database, and a fake DVC."""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet
from ruamel.yaml import YAML

from service.store import tables
from service.store.writes import utc
from tests.toy import numbers
from tests.toy.task import TASK
from training.feedback import collect
from training.task.tracking import dvc_file
from training.task.files import params_file

TASKS = {"digits": TASK}
START = 1_790_000_000.0  # Unix seconds


class Repository:
    """A folder with the parameters of a task `digits`, which is the toy task, and a database."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.params = root / params_file("digits")
        self.params.parent.mkdir(parents=True)
        shutil.copy(numbers.FILE, self.params)
        self.address = f"sqlite:///{root / 'perennial.db'}"
        self.engine = tables.connect(self.address)
        tables.create(self.engine)
        self.tracked: list[str] = []
        self.feedback = root / "data" / "digits" / "feedback.parquet"
        self._ids = 0

    def label(
        self,
        rows: Iterable[object],
        labels: Sequence[str],
        *,
        at: float = START,
        model: str = "digits",
        source: str = "clinic",
        trusted: bool = False,
        subject: str | None = None,
    ) -> None:
        """Store predictions of `rows`, one a second from `at`, with their labels."""
        with self.engine.begin() as connection:
            for second, (row, label) in enumerate(zip(rows, labels, strict=True)):
                self._ids += 1
                observed = {
                    "prediction_id": f"p{self._ids:06d}",
                    "model": model,
                    "version": "1.0.0",
                    "observed_at": utc(at + second),
                    "input": json.dumps(row.tolist() if isinstance(row, np.ndarray) else row),
                    "predicted": "0",
                    "confidence": 0.5,
                    "subject": subject,
                }
                connection.execute(tables.predictions.insert(), observed)
                given = {
                    "prediction_id": observed["prediction_id"],
                    "label": label,
                    "labelled_at": utc(at),
                    "source": source,
                    "trusted": trusted,
                }
                connection.execute(tables.feedback.insert(), given)

    def track(self, file: Path) -> None:
        """Do what `dvc add` leaves behind."""
        self.tracked.append(file.name)
        dvc_file(file).write_text("outs: []\n")
        file.with_name(".gitignore").write_text(f"/{file.name}\n")

    def collect(self, *options: str) -> None:
        """Run the command line."""
        arguments = ["--task=digits", f"--database={self.address}", *options]
        collect.main(arguments, root=self.root, track=self.track, tasks=TASKS)

    def rows(self) -> dict[str, list[object]]:
        """Return the collected columns."""
        found: dict[str, list[object]] = pyarrow.parquet.read_table(self.feedback).to_pydict()
        return found

    def version(self) -> str:
        """Return the next model's version."""
        document = YAML(typ="safe").load(self.params.read_text())
        return str(document["export"]["version"])

    def state(self) -> dict[str, bytes]:
        """Return every file but the database's and what a job reports, which git ignores."""
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {
            str(path): path.read_bytes()
            for path in files
            if ".db" not in path.name and "artifacts" not in path.parts
        }
