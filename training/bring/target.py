"""Infers what is predicted: the labels of a column of words, or the range of one of numbers."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from perennial.errors import Described
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.outputs.number import NumberOutput
from perennial.kinds.output_kind import LONGEST_LABEL, OutputKind
from perennial.plural import plural
from perennial.signals.bins import OTHER
from perennial.statistics.float32 import too_coarse
from training.bring.amounts import Spread, shown
from training.bring.column import WHOLE, Raw
from training.bring.found import listed
from training.bring.gaps import counts
from training.bring.words import spelt_twice
from training.errors import BadParameter
from training.task.schema import Schema

if TYPE_CHECKING:
    import pyarrow

LEAST = Schema().least_rows  # of a label
FEW = Schema().few_rows
MOST = 200  # labels
# A label may not be called OTHER; the first of these that is no label is its name.
RENAMED = ("Other", "OTHER", "other label")
# What a column's name ends with, such as `rent (€)` or `power [kW]`.
UNIT = re.compile(r"[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]$")


@dataclass(frozen=True)
class Target:
    """What is predicted.

    values: words or numbers, null where a row has none.  says: a clause.
    arguments: of the output, by name, as task.py writes them.
    floor: the worst score of the headline with which a model may be promoted.
    tolerance: the largest difference between the framework's values and the bundle's.
    renamed: labels that the file calls otherwise.
    """

    output: OutputKind
    values: "pyarrow.ChunkedArray"
    says: str
    doubts: tuple[str, ...]
    floor: float
    tolerance: float = 0.0001
    renamed: Mapping[str, str] = field(default_factory=dict)


def infer_target(raw: Raw, output: str, mark: str) -> Target:
    """Return what is predicted. Raises BadParameter."""
    if output not in INFER:
        raise BadParameter("OUTPUT", output, f"one of {', '.join(sorted(INFER))}")
    return INFER[output](raw, raw.mark(mark))


def _classes(raw: Raw, mark: str) -> Target:
    from pyarrow import compute

    values = raw.words()
    if values is None:
        raise BadParameter("TARGET", Described(f"{raw.header}, {raw.values.type}"), "words")
    found = counts(values)
    _check_labels(raw, found, mark)
    doubts = [
        f"the label {label!r} is in {plural(rows, 'row')} only; scores of so few are uncertain"
        for label, rows in found.items()
        if rows < FEW
    ]
    doubts += spelt_twice(found)
    doubts += raw.gaps_doubts()
    if raw.whole:
        doubts.append(WHOLE)
    renamed = {}
    if OTHER in found:
        # The name of a signal's bin, which no label may have.
        renamed[OTHER] = next(name for name in RENAMED if name not in found)
        values = compute.if_else(compute.equal(values, OTHER), renamed[OTHER], values)
        doubts.append(f"the label {OTHER!r} is now {renamed[OTHER]!r}, in answers too")
    labels = tuple(sorted(counts(values)))
    most = max(found.values()) / sum(found.values())
    says = f"{len(labels)} labels: " + listed(f"{word} {rows:,}" for word, rows in found.items())
    kind = ClassesOutput(labels=labels)
    floor = round(min(0.5, most), 2)
    return Target(kind, values, says, tuple(doubts), floor, renamed=renamed)


def _check_labels(raw: Raw, found: Mapping[str, int], mark: str) -> None:
    """Raise BadParameter unless the words can be labels, with enough rows of each."""
    numbers = raw.numbers(mark) is not None
    got = Described(f"{raw.header}, with {plural(len(found), 'different value')}")
    if len(found) < 2:
        raise BadParameter("TARGET", got, "; ".join(["at least two labels", *raw.gaps_doubts()]))
    advice = "; OUTPUT=number predicts an amount" if numbers and len(found) > FEW // 10 else ""
    if len(found) > MOST:
        raise BadParameter("TARGET", got, f"at most {MOST} labels{advice}")
    if few := [f"{word!r} ({rows})" for word, rows in found.items() if rows < LEAST]:
        got = Described(f"{raw.header}, whose labels with fewer are {listed(few)}")
        expected = f"at least {LEAST} rows of each label; leave these rows out, or join labels"
        raise BadParameter("TARGET", got, expected + advice)
    if long := [word for word in found if len(word) > LONGEST_LABEL]:
        raise BadParameter("TARGET", long[0], f"labels of at most {LONGEST_LABEL} characters")


def _number(raw: Raw, mark: str) -> Target:
    from pyarrow import compute

    found = raw.numbers(mark)
    there = None if found is None else found[0].drop_null()
    if found is None or there is None or not len(there):
        word = next((value for value in raw.values.to_pylist() if value is not None), "no values")
        expected = "a column of numbers; OUTPUT=classes predicts one of its words"
        raise BadParameter("TARGET", Described(f"{raw.header}, with {word!r}"), expected)
    spread, doubts = Spread.of(there), list(found[1])
    if spread.own == 1:
        raise BadParameter("TARGET", Described(f"{raw.header}, always {shown(spread.low)}"), "more")
    if spread.own <= 10 and spread.whole:
        doubts.append(f"{spread.own} different numbers; OUTPUT=classes predicts one of them")
    low = 0.0 if spread.low >= 0 else None
    if low is not None:
        doubts.append(
            "never below 0 in the file, so answers and labels are at least 0; take 'low=0' out "
            "of task.py if they may be less"
        )
    unit = UNIT.search(raw.header)
    kind = NumberOutput(low=low, unit=unit[1] if unit else "")
    off = compute.mean(compute.abs(compute.subtract(there, spread.middle))).as_py()
    largest = max(abs(spread.low), abs(spread.high))
    if coarse := too_coarse(there.to_numpy()):
        got = Described(f"{raw.header}, from {shown(spread.low)} to {shown(spread.high)}")
        raise BadParameter("TARGET", got, f"numbers that models tell apart: {coarse}")
    return Target(
        kind,
        found[0],
        f"{spread}, in {kind.unit}" if unit else str(spread),
        tuple(doubts),
        floor=_rounded(2 * off),
        tolerance=_tolerance(largest, off),
    )


def _rounded(value: float) -> float:
    """Return two digits of a number.

    >>> _rounded(284.3), _rounded(0.01234)
    (280.0, 0.012)
    """
    return float(f"{value:.2g}")


def _tolerance(largest: float, off: float) -> float:
    """Return what rounding to float32 may cost of values up to the largest.

    off: how far they are from their median on average; it is at most a hundredth of that.

    >>> _tolerance(977.0, 200.0), _tolerance(200_000.0, 42.0), _tolerance(1e-6, 3e-7)
    (0.001, 0.42, 1e-12)
    """
    return min(_rounded(10.0 ** (math.ceil(math.log10(largest)) - 6)), _rounded(off / 100))


INFER: dict[str, Callable[[Raw, str], Target]] = {"classes": _classes, "number": _number}
