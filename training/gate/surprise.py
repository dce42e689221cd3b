"""Champion and challenger by the log loss of each row, which tells them apart on fewer rows."""

from dataclasses import dataclass

import numpy as np

from perennial.kinds.output_kind import OutputKind, Truths
from perennial.statistics.counts import Floats
from perennial.statistics.mean_loss import paired_t
from perennial.statistics.serial import deflated
from training.artifacts.times import Times
from training.gate.losses import unanswered
from training.gate.neighbours import effect

# Rows that each model must get wrong. A model that is too sure gains a little on every row that it
# gets right and loses much on one that it gets wrong: rows without any show the gain alone.
LEAST_WRONG = 10


@dataclass(frozen=True)
class Surprise:
    """Both models' mean log loss in nats on the same rows, and the p-value of Student's paired t.

    Whether a row is right says little of how sure a model was: to see that one of two models is
    right on 2 rows more of 100 takes McNemar's test some thousand rows, log loss often a third.
    Source: Gneiting and Raftery, Strictly proper scoring rules, prediction, and estimation, Journal
    of the American Statistical Association 102, 2007.
    """

    champion: float
    challenger: float
    p: float


def surprise(
    old: Floats,
    given: OutputKind,
    new: Floats,
    output: OutputKind,
    truths: Truths,
    times: Times | None,
) -> Surprise | None:
    """Return how both models' log losses compare; None where the output's losses are as fine.

    None, too, where either model is wrong on fewer than 10 rows. Rows that the champion gives no
    number for are left out. With times, neighbours count as less than independent rows.
    old, new: values of champion and challenger.  given, output: their outputs' schemas.
    """
    known = ~unanswered(old)
    when = None if times is None else times[known]
    here = output.surprises(new[known], truths[known])
    if here is None or not known.any():
        return None
    main = output.surprises(output.translated(old[known], given), truths[known])
    assert main is not None, "an output has surprises for all values or for none"
    answers = (new[known], output.translated(old[known], given))
    if min(_wrong(values, output, truths[known]) for values in answers) < LEAST_WRONG:
        return None
    return Surprise(float(main.mean()), float(here.mean()), _p_value(main, here, when))


def learnt(new: Floats, output: OutputKind, truths: Truths, times: Times | None) -> float | None:
    """Return the p-value of "the challenger's log loss is that of the labels' shares, or more".

    1 where it is more; None where the output's losses are as fine, or where nearly all rows have
    the same label.
    new: the challenger's values.  times: as of `surprise`.
    """
    shares, here = output.shares(truths), output.surprises(new, truths)
    if shares is None or here is None:
        return None
    if _wrong(np.tile(shares, (len(truths), 1)), output, truths) < LEAST_WRONG:
        return None
    blind = output.surprises(np.tile(shares, (len(truths), 1)), truths)
    assert blind is not None, "an output has surprises for all values or for none"
    return _p_value(blind, here, times) if here.mean() < blind.mean() else 1.0


def _wrong(values: Floats, output: OutputKind, truths: Truths) -> int:
    return int((output.losses(values, truths) > 0).sum())


def _p_value(main: Floats, here: Floats, times: Times | None) -> float:
    differences = here - main
    as_one = effect(differences, times)
    return deflated(paired_t(main, here), as_one, differences=differences)
