"""Asks of each label source whether models that the others taught agree with its labels."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perennial.digest import digest_bytes
from perennial.statistics.counts import Floats
from perennial.statistics.holm import holm
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import FeedbackRows, dated
from training.artifacts.splits import Split, positions
from training.artifacts.times import times_of
from training.feedback.few import voices
from training.feedback.left_out import LeftOut
from training.feedback.rows import LabelledRows
from training.model import found
from training.model.model import Rows
from training.params import TaskParams
from training.task.task import Task

# Models that are fitted. With one for each third of the sources, each is taught by two thirds.
FOLDS = 3
# With two sources that contradict each other, nobody knows which one is wrong, unless one is
# trusted.
LEAST_SOURCES, LEAST_WITH_TRUSTED = 3, 2
# The chance that any source is left out though its labels are as good as the others'.
LEVEL = 0.01

Places = NDArray[np.int64]


def agreeing(
    rows: LabelledRows, before: FeedbackRows, task: Task, numbers: TaskParams
) -> tuple[LabelledRows, tuple[LeftOut, ...]]:
    """Return the rows of the sources whose labels the others confirm, and which were left out.

    A backdoor is a label that nothing but its own source teaches: marked images that a model
    without that source reads as what they show. It cannot be seen in the rows of other sources,
    however good the judge, but a model that the others taught contradicts it. So each source is
    asked about by a model fitted to base rows, what was collected before, and new rows of the
    sources of other folds. It is left out if that model loses more on its rows than on rows of the
    others that were held out from it, by more than `collect.disagreement` and not by chance. With
    honest drift all sources show the same change, and the models that they taught agree.

    Sources with fewer than `collect.least_of_source` rows are asked about together as one: nothing
    can be told from so few. Trusted rows stay in any case. Fewer than three sources are not
    asked about, or fewer than two where one is trusted. Then few trusted rows show little: of
    thirty, six are held out, and to be left out by these a source must be wrong in a majority of
    its labels.
    before: what was collected before.
    Source: a model without the rows in question is asked as in RONI, Nelson et al., Exploiting
    machine learning to subvert your spam filter, LEET 2008; sources are judged as wholes as in
    Konstantinov and Lampert, Robust learning from untrusted sources, ICML 2019.
    """
    limits = numbers.collect
    names = voices(rows, limits.least_of_source)
    least = LEAST_WITH_TRUSTED if any(rows.trusted) else LEAST_SOURCES
    if len(set(names)) < least or limits.disagreement >= 1:
        return rows, ()
    answers = _answers(rows, names, before, task, numbers)
    asked = Counter(name for name, good in zip(names, rows.trusted, strict=True) if not good)
    chances = holm([_p_value(answer) for answer in answers.values()])
    bad = {
        name: dominance(answer.losses, answer.usual)
        for (name, answer), p in zip(answers.items(), chances, strict=True)
        if p < LEVEL and dominance(answer.losses, answer.usual) > limits.disagreement
    }
    left = [
        LeftOut(
            name,
            asked[name],
            f"models that other sources taught contradict its labels {more:.0%} more often than "
            f"theirs (collect.disagreement {limits.disagreement:g})",
        )
        for name, more in bad.items()
    ]
    kept = [at for at, name in enumerate(names) if name not in bad or rows.trusted[at]]
    return rows.where(kept), tuple(left)


@dataclass(frozen=True)
class Answer:
    """What a model says of a source that did not teach it.

    losses: on the rows of the source.  usual: on held-out rows of the sources that did teach it.
    """

    losses: Floats
    usual: Floats


def _answers(
    rows: LabelledRows, voice: list[str], before: FeedbackRows, task: Task, numbers: TaskParams
) -> dict[str, Answer]:
    """Return the answer about each source that is not trusted. voice: as whose rows are asked."""
    base = task.load()
    known = arrange(Split.of_base(task, base), before, numbers.prepare, aside=base.held_out)
    labels = task.output.truths(rows.labels)
    times = dated(times_of(task.input, rows.inputs), rows.observed_at)
    new = Split(task.input, rows.inputs, labels, np.full(len(rows), "new"), times=times)
    names, folds = np.array(voice), folds_of(voice)
    trusted = np.array(rows.trusted)
    # In time order too: the latest rows alone may be of the night, and a source's of all day.
    aside = positions(new.contents) < numbers.prepare.fresh_test
    train, answers = numbers.train, dict[str, Answer]()
    model = found.find(train.model)
    for fold in range(FOLDS):
        asked = np.asarray((folds == fold) & ~trusted)
        if not asked.any():
            continue
        taught = np.repeat(np.flatnonzero(~asked & ~aside), train.fresh_weight)
        cases = np.concatenate(
            [np.arange(len(known.train.labels)), len(known.train.labels) + taught]
        )
        both = Rows(known.train + new.where(taught), known.validation, cases)
        fitted = model.fit(both, task.input, task.output, train.parameters, _no_log)
        losses = task.output.losses(fitted.values(new.inputs), new.labels)
        for name in sorted(set(names[asked].tolist())):
            mine = losses[asked & (names == name)]
            answers[name] = Answer(mine, losses[~asked & aside])
    return dict(sorted(answers.items()))


def folds_of(sources: list[str]) -> Places:
    """Return the fold of each row: those of one source together, folds about equally large.

    >>> folds_of(["a", "b", "a", "c", "d", "d"]).tolist()
    [1, 2, 1, 2, 0, 0]
    """
    sizes = [0] * FOLDS
    fold: dict[str, int] = {}
    counts = Counter(sources)
    for name in sorted(counts, key=lambda name: (-counts[name], digest_bytes(name.encode()))):
        fold[name] = sizes.index(min(sizes))
        sizes[fold[name]] += counts[name]
    return np.array([fold[name] for name in sources])


def dominance(one: Floats, other: Floats) -> float:
    """Return how much more often a loss of one is larger than one of the other than smaller.

    Where losses are 0 or 1, it is the difference of the shares that are 1.
    Source: Cliff, Dominance statistics: ordinal analyses to answer ordinal questions, 1993.

    >>> round(dominance(np.array([1.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0, 0.0])), 3)
    0.417
    """
    pairs = np.sort(other)
    smaller = np.searchsorted(pairs, one, "left").mean()
    larger = len(pairs) - np.searchsorted(pairs, one, "right").mean()
    return float((smaller - larger) / len(pairs))


def _p_value(answer: Answer) -> float:
    """Return the chance that the losses are larger by so much if both are alike.

    Source: Mann and Whitney, On a test of whether one of two random variables is stochastically
    larger than the other, 1947.
    """
    if not len(answer.usual):
        return 1.0
    from scipy.stats import mannwhitneyu  # a second to import

    return float(mannwhitneyu(answer.losses, answer.usual, alternative="greater").pvalue)


def _no_log(figures: object, *, epochs: int | None = None) -> None:
    """Log nothing: these models are thrown away."""
