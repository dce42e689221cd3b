"""The pipeline's stages as functions, each model in a folder named by all that decides it."""

import hashlib
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from perennial import bundle
from perennial.bundle import Bundle
from perennial.bundle.predictor import Predictor
from perennial.statistics.counts import Floats
from training import params
from training.artifacts.aside import aside
from training.artifacts.files import read_json, write_json
from training.cost.machine import Machine, this_machine
from training.gate.decision import GateDecision
from training.gate.judgement import judge
from training.gate.values import BATCH
from training.model import found
from training.stages.evaluate import evaluate
from training.stages.export import export
from training.stages.prepare import prepare
from training.stages.train import train
from training.task.task import Task

# Of every model here, so that equal rows give an equal bundle.
COMMIT, CREATED = "0" * 40, datetime(2000, 1, 1, tzinfo=UTC)
NOTHING = Path("no-feedback-yet")


class Untracked:
    """A tracker that keeps nothing."""

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Keep nothing."""

    def end(self, *, failed: bool = False) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class TrainedModel:
    """What the stages wrote: folder has `prepared`, `model`, `metrics` and `bundle`.

    verified: the bundle, where it has just been written and verified; that takes half a second.
    """

    folder: Path
    verified: Bundle | None = None

    @cached_property
    def bundle(self) -> Bundle:
        """The bundle that was written."""
        return self.verified or bundle.load(self.folder / "bundle")

    @property
    def predictor(self) -> Predictor:
        """The bundle as the service loads it, each time anew.

        What ONNX Runtime has once allocated it keeps: on texts over a gigabyte for each model.
        """
        return Predictor(self.bundle)

    @cached_property
    def cost(self) -> tuple[float, float]:
        """The seconds and joules of its training."""
        cost = read_json(self.folder / "model" / "training.json")["cost"]
        return cost["wall_seconds"], cost["energy_joules_estimate"]

    def values(self, inputs: Floats) -> Floats:
        """Return what it answers, shape (rows, output width)."""
        predictor, starts = self.predictor, range(0, len(inputs), BATCH)
        parts = [predictor.predict(inputs[start : start + BATCH]) for start in starts]
        return np.concatenate(parts).astype(np.float64)


class Pipeline:
    """Trains models on a task's rows and feedback, or finds them where they were trained before.

    task: of the first rows.  made: the digest of what else decides a model.  cache: a folder.
    """

    def __init__(
        self, name: str, task: Task, numbers: params.TaskParams, *, made: str, cache: Path
    ) -> None:
        self.name = name
        self.task = task
        self.numbers = numbers
        self._made = made
        self._cache = cache
        self._machine: Machine | None = None
        self._known: dict[str, TrainedModel] = {}

    def trained(self, feedback: Path | None = None) -> TrainedModel:
        """Return the model of the base rows and of a feedback file."""
        content = b"" if feedback is None else feedback.read_bytes()
        key = hashlib.sha256(self._made.encode() + content).hexdigest()[:20]
        if key not in self._known:
            folder = self._cache / "models" / key
            made = None if folder.exists() else self._train(folder, feedback or NOTHING, key)
            self._known[key] = TrainedModel(folder, made)
        return self._known[key]

    def judged(self, challenger: TrainedModel, champion: TrainedModel) -> GateDecision:
        """Return what the gate says, and why."""
        return judge(
            challenger.predictor,
            champion.predictor,
            challenger.folder / "prepared",
            self.numbers.gate,
            champion_prepared=champion.folder / "prepared",
        ).decision

    def _train(self, folder: Path, feedback: Path, key: str) -> Bundle:
        """Run the stages aside, so that a folder that is there is whole."""
        self._machine = self._machine or this_machine()
        with aside(folder.parent) as place, redirect_stdout(sys.stderr):
            made = place / "made"
            written = self._stages(made, feedback, key)
            try:
                os.rename(made, folder)
            except OSError:  # another process has trained it meanwhile
                if not folder.exists():
                    raise
        return replace(written, path=folder / "bundle")

    def _stages(self, made: Path, feedback: Path, key: str) -> Bundle:
        task, numbers = self.task, self.numbers
        prepared = prepare(task, numbers.prepare, feedback)
        prepared.write(made / "prepared", task.output.labels)
        for name in ("model", "metrics"):
            (made / name).mkdir(parents=True)
        assert self._machine is not None
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
            train(
                prepared,
                numbers.train,
                task,
                made / "model",
                model=found.find(numbers.train.model),
                tracker=Untracked(),
                machine=self._machine,
            )
            with np.load(made / "model" / "predictions.npz") as file:
                test = file["test"]
            write_json(made / "metrics" / "metrics.json", evaluate(task.output, prepared, test))
            return export(
                self.name,
                made,
                numbers.export,
                commit=COMMIT,
                data=key,
                now=CREATED,
                tasks={self.name: task},
            )
