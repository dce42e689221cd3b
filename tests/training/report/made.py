"""A task's artifacts and main's, made by hand in a moment, and the report on them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.bundles import LABELS, images
from tests.splits import split
from tests.toy.numbers import FILE, NUMBERS
from tests.training.contests import model, prepare, says
from training.artifacts.splits import file_of
from training.gate import __main__ as gate
from training.gate.unseen import FITTED_SPLITS
from training.report.__main__ import main
from training.report.report_inputs import Environment, ReportInputs, open_inputs

CURVES = "epoch,accuracy,loss,val_accuracy,val_loss\n"
PIPELINE = {"CI_PIPELINE_URL": "https://git.example.org/-/1"}


def trained(folder: Path, *, epochs: int = 3) -> None:
    """Write what the training stage leaves beside the model."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{epoch},0.9,0.2,0.8,0.3\n" for epoch in range(1, epochs + 1)]
    (folder / "history.csv").write_text(CURVES + "".join(lines))
    facts = {
        "model": "cnn",
        "framework": "numpy",
        "framework_version": "2",
        "seconds": 12.34,
        "temperature": 1.0,
    }
    (folder / "training.json").write_text(json.dumps(facts))


class Artifacts:
    """A challenger that is right on fresh rows, and main's model, right on base rows."""

    def __init__(
        self,
        folder: Path,
        *,
        fresh: bool = True,
        epochs: int = 3,
        rows: int = 200,
        labels: Sequence[str] = LABELS,
    ) -> None:
        self.folder, self.champion, self.out = folder / "digits", folder / "main", folder / "out"
        old = model(self.champion / "bundle", 1, labels=labels)
        self.new = model(self.folder / "bundle", 2, "1.1.0", labels=labels)
        answers = says(self.new) if fresh else None
        prepared = self.folder / "prepared"
        prepare(prepared, base=says(old), fresh=answers, rows=rows, labels=labels)
        for seed, name in enumerate(FITTED_SPLITS, start=33):
            inputs = images(rows, seed=seed).astype(np.float32)
            split(inputs, says(old)(inputs)).write(file_of(prepared, name))
        trained(self.folder / "model", epochs=epochs)

    def gate(self) -> Path:
        """Let the gate decide and return its file."""
        options = {
            "champion": self.champion / "bundle",
            "challenger": self.folder / "bundle",
            "prepared": self.folder / "prepared",
            "out": self.folder / "gate",
            "params": FILE,
        }
        gate.main(["--task=digits", *(f"--{name}={value}" for name, value in options.items())])
        return self.folder / "gate" / "gate.json"

    def inputs(
        self,
        *,
        main: bool = True,
        floor: float | None = None,
        environment: Mapping[str, str] = PIPELINE,
    ) -> ReportInputs:
        """Return what a section is written from; without main it is the first model."""
        self.out.mkdir(exist_ok=True)
        numbers = NUMBERS
        if floor is not None:
            gate = numbers.gate.model_copy(update={"floor": floor})
            numbers = numbers.model_copy(update={"gate": gate})
        return open_inputs(
            task="digits",
            folder=self.folder,
            main=self.champion if main else None,
            decided=None,
            numbers=numbers,
            environment=Environment.read(environment, "digits"),
        )

    def write(self, *options: str) -> str:
        """Run the command line and return the text."""
        arguments = ["--task=digits", f"--artifacts={self.folder}", f"--out={self.out}"]
        main([*arguments, f"--params={FILE}", *options], environment=PIPELINE)
        return (self.out / "report.md").read_text()
