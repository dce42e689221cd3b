"""Champion and challenger on the same rows: their scores and how they differ."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np
from pydantic import AliasChoices, ConfigDict, Field

from perennial.bundle.predictor import Predictor
from perennial.kinds.output_kind import OutputKind
from perennial.statistics.counts import Floats
from perennial.statistics.loss_test import LossTest
from perennial.statistics.serial import deflated, widened
from training.artifacts.splits import Split
from training.artifacts.times import Times
from training.gate.losses import challenger_losses, champion_losses
from training.gate.neighbours import effect
from training.gate.surprise import Surprise, learnt, surprise
from training.gate.values import values
from training.params import Gate


@dataclass(frozen=True)
class Headline:
    """The words for what is compared: the headline metric of the output's kind.

    constant_answer: what it is to always give the same answer.
    The defaults are those of a gate.json that does not record them: all were about accuracy.
    """

    title: str = "accuracy"
    higher_is_better: bool = True
    constant_answer: str = "always predicting their most frequent label"

    @classmethod
    def of(cls, output: OutputKind) -> "Headline":
        """Return the words of an output."""
        metric = output.metrics[output.headline]
        return cls(metric.title, metric.higher_is_better, output.constant_answer)

    def better(self, difference: float) -> bool:
        """Return whether such a change is for the better."""
        return difference > 0 if self.higher_is_better else difference < 0


@dataclass(frozen=True)
class Score:
    """A model's headline metric with its interval, infinite if the rows do not tell it."""

    # JSON has no infinite numbers.
    __pydantic_config__: ClassVar = ConfigDict(ser_json_inf_nan="strings")

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Challenger's score minus champion's: bootstrap interval, p-value of the paired test."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Both models' scores on the same rows; without a champion, the challenger's alone.

    constant: the score of always giving the answer that is best if all rows get the same.
    unanswered: rows that the champion gives no number for; each has the worst loss.
    perfect: the score of a model without any loss; None in a gate.json that does not record it.
    surprise: both models' log loss; None without a champion, where the losses are as fine, and in a
    gate.json that does not record it.
    learnt: the p-value of "the challenger's log loss is that of the labels' shares, or more"; None
    where the losses are as fine, and in a gate.json that does not record it.
    """

    rows: int
    # Its name before there were other scores than accuracy.
    constant: Annotated[float, Field(validation_alias=AliasChoices("constant", "majority"))]
    challenger: Score
    champion: Score | None = None
    difference: Difference | None = None
    headline: Headline = Headline()
    unanswered: int = 0
    perfect: Score | None = None
    surprise: Surprise | None = None
    learnt: float | None = None


def compare(
    challenger: Predictor, champion: Predictor | None, rows: Split, *, gate: Gate
) -> Comparison | None:
    """Return both models' scores on the rows and their difference; None without rows.

    Where rows have a time, neighbours are alike and tell less than independent rows do; intervals
    and the test take that into account.
    gate: level of the intervals and tests, samples and seed of the bootstrap.
    Raises BundleUnusable if the challenger returns no number for a row.
    """
    if not len(rows.labels):
        return None
    output = challenger.bundle.manifest.output
    test, words = output.loss_test, Headline.of(output)
    here = values(challenger, rows)
    new = challenger_losses(challenger, here, rows.labels)
    same = np.tile(output.constant(rows.labels), (len(new), 1))
    constant = test.score(output.losses(same, rows.labels))
    as_one = effect(new, rows.times)
    score = _score(test, new, gate, as_one)
    perfect = _score(test, np.zeros(len(new)), gate, as_one)
    alone = Comparison(
        len(new),
        constant,
        score,
        headline=words,
        perfect=perfect,
        learnt=learnt(here, output, rows.labels, rows.times),
    )
    if champion is None:
        return alone
    given, found = champion.bundle.manifest.output, values(champion, rows)
    main = champion_losses(found, given, rows.labels, output, new)
    return replace(
        alone,
        champion=_score(test, main.losses, gate, effect(main.losses, rows.times)),
        difference=difference(test, main.losses, new, gate, rows.times),
        unanswered=main.unanswered,
        surprise=surprise(found, given, here, output, rows.labels, rows.times),
    )


def _score(test: LossTest, lost: Floats, gate: Gate, as_one: float) -> Score:
    score, bounds = test.score(lost), test.bounds(lost, level=1 - gate.level)
    if as_one > 1:
        bounds = widened(score, bounds, math.sqrt(as_one), highest=test.highest)
    return Score(score, *bounds)


def difference(
    test: LossTest, old: Floats, new: Floats, gate: Gate, times: Times | None = None
) -> Difference:
    """Return how the challenger differs from the champion on the same rows.

    old, new: losses of the champion and of the challenger.  times: of the rows, if they have any.
    """
    low, high = test.difference_bounds(
        old, new, samples=gate.bootstrap, level=1 - gate.level, seed=gate.seed
    )
    value, as_one = test.score(new) - test.score(old), effect(new - old, times)
    if as_one > 1:
        low, high = (value + math.sqrt(as_one) * (end - value) for end in (low, high))
    p = deflated(test.p_value(old, new), as_one, differences=new - old)
    return Difference(value, low, high, p)
