"""The input of a report: the two models, their rows, the verdict, the pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.kinds.output_kind import OutputKind
from perennial.statistics.counts import Bools, Floats
from perennial.statistics.metrics import Metric
from training import params
from training.artifacts.splits import BASE, Split, file_of
from training.cost.latency import Latency, measure_latency
from training.errors import BadParameter
from training.gate import result as gate
from training.gate.comparison import Headline
from training.gate.judgement import judge
from training.gate.losses import champion_losses, unanswered
from training.gate.models import open_models
from training.gate.result import GateResult
from training.gate.unseen import unseen
from training.gate.values import values


@dataclass(frozen=True)
class Environment:
    """The pipeline's own facts; a field is empty if unknown.

    lock: `stale` if the task's dvc.lock did not match its inputs, so that this pipeline trained;
    `current` if it did.
    lock_commit: the commit with the new lock, pushed to the branch.
    """

    pipeline: str = ""
    commit: str = ""
    branch: str = ""
    lock: str = ""
    lock_commit: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str], task: str) -> "Environment":
        """Read GitLab's variables and those of earlier jobs."""
        stale = environment.get("STALE_TASKS")
        return cls(
            pipeline=environment.get("CI_PIPELINE_URL", ""),
            commit=environment.get("CI_COMMIT_SHA", ""),
            branch=environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", ""),
            lock="" if stale is None else "stale" if task in stale.split() else "current",
            lock_commit=environment.get("DVC_LOCK_COMMIT", ""),
        )


@dataclass(frozen=True)
class ReportInputs:
    """Both models with their artifacts, and values computed from them.

    folder: artifacts/TASK.  main: the champion's folder, laid out likewise; None without one.
    """

    task: str
    folder: Path
    main: Path | None
    challenger: Predictor
    champion: Predictor | None
    result: GateResult
    numbers: params.TaskParams
    environment: Environment

    @property
    def output(self) -> OutputKind:
        """The challenger's kind of output, by which both models are scored."""
        return self.challenger.bundle.manifest.output

    @property
    def headline(self) -> Headline:
        """The words for what both models are compared by."""
        return Headline.of(self.output)

    @property
    def metric(self) -> Metric:
        """The headline metric."""
        return self.output.metrics[self.output.headline]

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set, in the order of the challenger's outputs; empty if not a fixed set."""
        return self.output.labels

    @property
    def same(self) -> bool:
        """Whether main has the same bundle."""
        return (
            self.champion is not None
            and self.champion.bundle.digest == self.challenger.bundle.digest
        )

    def of_main(self, name: str) -> Path | None:
        """Return a file of the champion's folder; None if it has no such file."""
        if self.main is None or not (self.main / name).is_file():
            return None
        return self.main / name

    @cached_property
    def tested(self) -> Split:
        """All rows of this test split, including those that main was trained on.

        Raises MissingArtifact.
        """
        kind = self.challenger.bundle.manifest.input
        return Split.read(file_of(self.folder / "prepared", "test"), kind)

    @cached_property
    def fair(self) -> Bools:
        """Whether neither model was trained on each row, shape (tested rows,)."""
        prepared = None if self.main is None else self.main / "prepared"
        return unseen(self.tested, self.champion, prepared)

    @cached_property
    def rows(self) -> Split:
        """The rows that both models are compared on."""
        return self.tested.where(self.fair)

    @property
    def left_out(self) -> int:
        """How many test rows the champion was trained on."""
        return int((~self.fair).sum())

    @cached_property
    def new(self) -> Floats:
        """The challenger's values for `rows`, shape (rows, width)."""
        return values(self.challenger, self.rows)

    @cached_property
    def old(self) -> Floats | None:
        """The champion's values for the same rows, as the challenger's kind translates them.

        None without a champion. Not finite for a row that it gives no number for, unless the kind
        has an answer that is always wrong.
        """
        if self._sent is None or self.champion is None:
            return None
        return self.output.translated(self._sent, self.champion.bundle.manifest.output)

    @cached_property
    def _sent(self) -> Floats | None:
        """The champion's values for the same rows as it gives them; None without a champion."""
        return None if self.champion is None else values(self.champion, self.rows)

    @property
    def unanswered(self) -> Bools:
        """Whether the champion gives no number for each row; nowhere without a champion."""
        none = np.zeros(len(self.rows.labels), np.bool_)
        return none if self._sent is None else unanswered(self._sent)

    @cached_property
    def losses(self) -> Floats:
        """The challenger's loss on each row, shape (rows,)."""
        return self.output.losses(self.new, self.rows.labels)

    @cached_property
    def losses_before(self) -> Floats | None:
        """The champion's loss on each row, as the gate counts it; None without a champion."""
        if self._sent is None or self.champion is None:
            return None
        given, truths = self.champion.bundle.manifest.output, self.rows.labels
        return champion_losses(self._sent, given, truths, self.output, self.losses).losses

    @cached_property
    def latency(self) -> list[tuple[Latency, ...]]:
        """How long the challenger, then the champion, takes to answer; measured on first use.

        The row sent is the self-test's, which every bundle has.
        """
        models = [self.challenger] if self.champion is None else [self.challenger, self.champion]
        return measure_latency(models, self.challenger.test_row)

    @property
    def base(self) -> Bools:
        """Whether each row is one of the task's own, shape (rows,)."""
        return np.asarray(self.rows.source == BASE)

    @property
    def fresh(self) -> Bools:
        """Whether each row belongs to the latest incident, shape (rows,)."""
        return np.asarray(self.rows.source == (self.result.incident or ""))


def open_inputs(
    *,
    task: str,
    folder: Path,
    main: Path | None,
    decided: Path | None,
    numbers: params.TaskParams,
    environment: Environment,
) -> ReportInputs:
    """Open both models and read the gate's verdict, or compute it without a gate.json.

    main: absent for the first model.  decided: the gate's gate.json.
    Raises MissingArtifact, BundleUnusable, BadParameter if the gate compared another bundle.
    """
    if main is not None and not main.exists():
        main = None
    bundle = None if main is None else main / "bundle"
    challenger, champion = open_models(task, folder / "bundle", bundle)
    main = main if champion is not None else None
    if decided is None:
        before = None if main is None else main / "prepared"
        result = judge(
            challenger, champion, folder / "prepared", numbers.gate, champion_prepared=before
        )
    else:
        result = gate.read(decided)
        digest = challenger.bundle.digest
        if result.challenger.digest != digest:
            field = f"{decided}: challenger.digest"
            raise BadParameter(field, result.challenger.digest, f"the bundle's {digest}")
    return ReportInputs(task, folder, main, challenger, champion, result, numbers, environment)
