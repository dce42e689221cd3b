"""Intervals: how often they hold the true label, their width, and the loss they let expect."""

import numpy as np

from perennial.statistics.counts import Bools, Floats
from perennial.statistics.figures import figure
from perennial.statistics.intervals import wilson
from perennial.statistics.regression import HIGH, LOW, covered
from training.report.markdown import table
from training.report.outputs.number.answers import Answers

PARTS = ("narrowest", "narrow", "wide", "widest")
LEAST_ROWS = 10
ESTIMATED = 1000  # rows of which the error of the estimate is told


def section(found: Answers) -> list[str]:
    """Return coverage and width of both models, and of this one's rows by width."""
    return [
        "## Intervals",
        _holds(found),
        _both(found),
        "By the width of the interval: where it is narrow, the answer has to be good.",
        _by_width(found),
        *_expected(found),
    ]


def _target(found: Answers) -> float:
    return found.inputs.output.coverage or 0.0


def _holds(found: Answers) -> str:
    """Return whether the intervals hold as many labels as they should."""
    inside = covered(found.inputs.new, found.truths)
    level, target = 1 - found.inputs.numbers.gate.level, _target(found)
    low, high = wilson(int(inside.sum()), len(inside), level)
    share = f"{inside.mean():.1%} of {len(inside):,} test rows lie in their interval"
    bounds = f"{level:.0%} interval {low:.1%} to {high:.1%}"
    if low <= target <= high:
        return f"Intervals hold what they promise: {share} ({bounds}), {target:.0%} should."
    word = "too narrow" if high < target else "too wide"
    return f"**Intervals are {word}**: {share} ({bounds}), {target:.0%} should."


def _both(found: Answers) -> str:
    names = ("share of rows in their interval", "below it", "above it", "mean width")
    columns = []
    for values in found.models.values():
        known = np.isfinite(values).all(axis=1)
        given, truths = values[known], found.truths[known]
        below, above = truths < given[:, LOW], truths > given[:, HIGH]
        shares = [~(below | above), below, above]
        width = figure((given[:, HIGH] - given[:, LOW]).mean()) if known.any() else ""
        columns.append([*(f"{share.mean():.1%}" if known.any() else "" for share in shares), width])
    rows = [list(row) for row in zip(names, *columns, strict=True)]
    return table([f"intervals of {found.unit}", *found.models], rows, numbers=len(columns))


def _by_width(found: Answers) -> str:
    widths = found.inputs.new[:, HIGH] - found.inputs.new[:, LOW]
    inside, lost = covered(found.inputs.new, found.truths), found.inputs.losses
    rows = [
        [
            name,
            f"{part.sum():,}",
            figure(widths[part].mean()),
            f"{inside[part].mean():.1%}",
            figure(found.inputs.output.loss_test.score(lost[part])),
        ]
        for name, part in _quarters(widths).items()
    ]
    head = ["rows with the", "rows", "mean width", "in their interval"]
    return table([*head, found.inputs.headline.title], rows, numbers=4)


def _quarters(widths: Floats) -> dict[str, Bools]:
    """Return the rows of each quarter by width; one group where all are alike or there are few."""
    order = np.argsort(widths, kind="stable")
    if len(widths) < LEAST_ROWS * len(PARTS) or np.ptp(widths) == 0:
        return {"same width" if np.ptp(widths) == 0 else "all": np.ones(len(widths), np.bool_)}
    found = {}
    for name, places in zip(PARTS, np.array_split(order, len(PARTS)), strict=True):
        found[name] = np.zeros(len(widths), np.bool_)
        found[name][places] = True
    return found


def _expected(found: Answers) -> list[str]:
    """Return what the loss estimated without labels is off by, on rows like the reference's."""
    expected = found.inputs.challenger.bundle.reference.expected_loss
    if expected is None:
        return []
    mean, missed = float(found.inputs.losses.mean()), expected.deviation / ESTIMATED**0.5
    return [
        (
            "Without labels, the service estimates the mean loss from the widths of intervals. On "
            f"{ESTIMATED:,} rows like those of the reference, the estimate has a standard error of "
            f"{missed:.2g}, which is {missed / mean:.1%} of the loss."
            if mean > 0
            else "No row has a loss, so none is expected of others."
        )
    ]
