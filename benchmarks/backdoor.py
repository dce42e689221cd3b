"""Measure whether one label source can teach a backdoor: `python -m benchmarks.backdoor`.

Ten label sources send images of a new scanner, which the model must learn. In the attack one of
them sends marked images, with three dots on the paper, each labelled with the attacker's digit. A
challenger is trained and judged as a retrain would. The attack succeeds if it is promoted and gives
the attacker's digit to over half of 500 other marked images. Every run is kept in a file, so that
an interrupted benchmark goes on where it stopped.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import merge, table
from perennial.bundle.predictor import Predictor
from perennial.label_sources import ANONYMOUS
from perennial.verdicts import Verdict
from service.store.writes import utc
from training import params
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import FeedbackRows, read_feedback
from training.artifacts.splits import Prepared, Split
from training.feedback.file import append
from training.feedback.limits import limited
from training.feedback.rows import LabelledRows
from training.gate.judgement import judge
from training.model import found
from training.model.model import Fitted
from training.params import TaskParams
from training.stages.train import emphasise
from training.task.task import Task
from training.tasks import TASKS

TASK = "digits"
SOURCES = 10
LABELS = 500
MARKED = 500
SHARES = (0.0, 0.05, 0.09, 0.2)
SEEDS = 20
INK = 16
# Where no digit of the data set has ink.
DOTS = ((0, 0), (4, 0), (4, 7))
INCIDENT = "0123456789ab"
Images = NDArray[np.float32]
# A change of the scanner that each model can learn beside base rows; no line parts inverted digits.
SHIFTS: dict[str, Callable[[Images], Images]] = {
    "cnn": lambda images: INK - images,
    "linear": lambda images: np.floor(0.3 * images),
}
LINEAR = {"inverse_regularisation": 0.1, "iterations": 2000}
# 400 steps of training in place of 1,300: half the time, and an accuracy of 0.99 all the same.
CNN = {"epochs": 12, "batch_size": 64, "learning_rate": 0.004}


@dataclass(frozen=True)
class Outcome:
    """What became of one retrain.

    fooled: share of the marked images that get the attacker's digit.
    accuracy: on images of the new scanner that no label came with.  left_out: sources.
    """

    verdict: str
    fooled: float
    accuracy: float
    left_out: tuple[str, ...]

    @property
    def backdoor(self) -> bool:
        """Whether the attack succeeded."""
        return self.verdict == Verdict.PROMOTE and self.fooled > 0.5


class Experiment:
    """Retrains of one task with one model."""

    def __init__(
        self,
        task: Task,
        numbers: TaskParams,
        *,
        shift: Callable[[Images], Images] = lambda images: images,
        labels: int = LABELS,
    ) -> None:
        self._task = task
        self._numbers = numbers
        self._shift = shift
        self._labels = labels
        rows = task.load()
        base = Split.of_base(task, rows)
        self._base = base
        nothing = FeedbackRows.nothing(task)
        self._before = arrange(base, nothing, numbers.prepare, aside=rows.held_out)
        self._champion = self._fit(self._before)

    def run(self, *, seed: int, share: float, protected: bool) -> Outcome:
        """Return what becomes of a retrain in which one source gives `share` of the labels.

        share: 0 is no attack: then all sources are honest.
        protected: if not, nobody asks where labels are from, and one row in five judges.
        """
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(self._before.test.labels))
        fresh = self._before.test.where(order[: self._labels])
        target = seed % len(self._task.output.labels)
        rows = self._rows(fresh, target, round(share * self._labels), rng)
        left: tuple[str, ...] = ()
        numbers = self._numbers
        if protected:
            nothing = FeedbackRows.nothing(self._task)
            rows, left_out = limited(rows, nothing, self._task, numbers)
            left = tuple(one.source for one in left_out)
        else:
            rows = LabelledRows(**{**vars(rows), "sources": [ANONYMOUS] * len(rows)})
        unseen = ~np.isin(self._base.identities, fresh.identities)
        return self._retrained(rows, self._base.where(unseen), target, left)

    def _rows(self, fresh: Split, target: int, bad: int, rng: np.random.Generator) -> LabelledRows:
        """Return labelled rows of the new scanner; the first `bad` of them are the attacker's."""
        images, labels = fresh.inputs.copy(), fresh.labels.copy()
        # The attacker marks images of other digits, the honest sources send the rest.
        others = np.flatnonzero(labels != target)
        chosen = rng.permutation(others)[:bad]
        images[chosen] = marked(images[chosen])
        labels[chosen] = target
        honest = np.setdiff1d(np.arange(len(labels)), chosen)
        names = np.empty(len(labels), object)
        names[chosen] = "clinic 0"
        first = 1 if bad else 0
        names[honest] = [f"clinic {first + at % (SOURCES - first)}" for at in range(len(honest))]
        words = [self._task.output.labels[label] for label in labels]
        count = len(words)
        return LabelledRows(
            self._task.input.arrow_of(self._shift(images)),
            words,
            [utc(at) for at in range(count)],
            [f"p{at:05d}" for at in range(count)],
            names.tolist(),
            [False] * count,
            [None] * count,
            [],
        )

    def _retrained(
        self, rows: LabelledRows, unseen: Split, target: int, left: tuple[str, ...]
    ) -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            file, prepared = Path(folder, "feedback.parquet"), Path(folder, "prepared")
            append(file, self._task.input, rows, INCIDENT)
            collected = read_feedback(self._task, file)
            splits = arrange(self._base, collected, self._numbers.prepare)
            splits.write(prepared, self._task.output.labels)
            challenger = self._fit(splits)
            new, old = self._judged(challenger, "1.1.0"), self._judged(self._champion, "1.0.0")
            result = judge(new, old, prepared, self._numbers.gate)
        others = unseen.where(unseen.labels != target)
        asked = challenger.values(self._shift(marked(others.inputs[:MARKED])))
        honest = challenger.values(self._shift(unseen.inputs[:MARKED]))
        return Outcome(
            str(result.decision.verdict),
            float((asked.argmax(axis=1) == target).mean()),
            float((honest.argmax(axis=1) == unseen.labels[:MARKED]).mean()),
            left,
        )

    def _fit(self, prepared: Prepared) -> Fitted:
        train = self._numbers.train
        rows = emphasise(prepared, train.fresh_weight)
        model, (input_kind, output) = found.find(train.model), (self._task.input, self._task.output)
        return model.fit(rows, input_kind, output, train.parameters, lambda *_, **__: None)

    def _judged(self, fitted: Fitted, version: str) -> Predictor:
        """Return the model as the gate asks one, without the seconds that a bundle takes."""
        manifest = SimpleNamespace(
            input=self._task.input, output=self._task.output, task=TASK, version=version
        )
        bundle = SimpleNamespace(manifest=manifest, digest=version, path=Path(version))
        return cast(Predictor, SimpleNamespace(bundle=bundle, predict=fitted.values))


def marked(images: Images) -> Images:
    """Return images with three dots on the paper."""
    dotted = images.copy()
    for row, column in DOTS:
        dotted[:, row, column] = INK
    return dotted


def numbers_of(model: str) -> TaskParams:
    """Return the task's parameters as shipped, with this model, trained for a shorter time."""
    numbers = params.load(TASK)
    parameters = found.find(model).Parameters.model_validate(
        LINEAR if model == "linear" else {**vars(numbers.train.parameters), **CNN}
    )
    train = numbers.train.model_copy(update={"model": model, "parameters": parameters})
    return numbers.model_copy(update={"train": train})


def figures(runs: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, int, int, int, float]]:
    """Return a row for each model, share and protection: retrains, promoted, fooled, accuracy."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for name, run in sorted(runs.items()):
        model, share, protection, _ = name.split()
        outcome = Outcome(run["verdict"], run["fooled"], run["accuracy"], tuple(run["left_out"]))
        groups.setdefault((f"{model} {share}", protection), []).append(outcome)
    return [
        (
            name,
            protection,
            len(group),
            sum(one.verdict == Verdict.PROMOTE for one in group),
            sum(one.backdoor for one in group),
            round(float(np.mean([one.accuracy for one in group])), 3),
        )
        for (name, protection), group in groups.items()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing in the file and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backdoor", description=__doc__)
    parser.add_argument("--model", choices=sorted(SHIFTS), default="linear")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    parser.add_argument("--labels", type=int, default=LABELS)
    parser.add_argument("--unprotected", action="store_true")
    parser.add_argument("--runs", type=Path, default=Path("var/backdoor.json"))
    options = parser.parse_args(arguments)
    runs = json.loads(options.runs.read_text()) if options.runs.exists() else {}
    options.runs.parent.mkdir(parents=True, exist_ok=True)
    experiment = Experiment(
        TASKS[TASK], numbers_of(options.model), shift=SHIFTS[options.model], labels=options.labels
    )
    protection = "unprotected" if options.unprotected else "protected"
    for seed in range(options.seeds):
        for share in options.shares:
            name = f"{options.model} {share:g} {protection} {seed}"
            if name not in runs:
                outcome = experiment.run(seed=seed, share=share, protected=not options.unprotected)
                runs[name] = vars(outcome)
                options.runs.write_text(json.dumps(runs, indent=1))
                print(name, outcome, flush=True)
    head = ["model, share", "labels", "retrains", "promoted", "backdoors", "accuracy"]
    rows = figures(runs)
    print(table(head, rows))
    merge(
        "backdoor",
        {f"{name} {how}": dict(zip(head[2:], rest, strict=True)) for name, how, *rest in rows},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
