"""Warnings on the columns that a model gets: gaps, unknown categories, no variety, the answer."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow
import pyarrow.compute
from numpy.typing import NDArray

from perennial.kinds.arrow import from_numpy
from perennial.kinds.input_kind import InputKind, Modelled
from perennial.kinds.output_kind import OutputKind, Truths
from perennial.statistics.float32 import too_coarse
from training.task.schema import Schema
from training.validation.findings import Finding, shown
from training.validation.leak import told

NAMED = 3  # unknown categories in a message
Codes = NDArray[np.float32]


def check_features(
    place: str, kind: InputKind, inputs: pyarrow.Table, schema: Schema
) -> Iterator[Finding]:
    """Yield a finding for each rule on the columns of a valid table, which stand under a place.

    Kinds whose values have no names have none.
    """
    for name, column, codes in _columns(place, kind, inputs):
        gaps = np.isnan(codes)
        known = codes[~gaps]
        if not len(known):
            rows = (f"all {len(codes)} rows are missing",) if len(codes) else ()
            yield Finding(name, "a known value", 1, len(rows), rows, "columns")
            continue
        yield _share(
            name, f"at most {schema.most_missing:.1%} missing values", gaps, schema.most_missing
        )
        yield _variety(name, column, known, schema.most_alike)
        if column.categories is None:
            yield _fine(name, inputs.column(column.name).to_numpy()[~gaps])
        if column.categories is not None:
            unknown = codes == len(column.categories)
            rule = f"at most {schema.most_unknown:.1%} unknown categories"
            words = _frequent(inputs.column(column.name), unknown) if unknown.any() else ""
            yield _share(name, rule, unknown, schema.most_unknown, words)


def check_leaks(
    place: str,
    kind: InputKind,
    inputs: pyarrow.Table,
    output: OutputKind,
    truths: Truths,
    most: float,
) -> Iterator[Finding]:
    """Yield for each column whether it leaves something to predict; most: see `Schema`."""
    if not kind.modelled:
        return
    found = told(kind.from_arrow(inputs), truths, output)
    for column, avoided in zip(kind.modelled, found, strict=True):
        sample = (
            f"a row with the nearest value, and nothing else, avoids {avoided:.1%} of the loss of "
            f"{output.constant_answer}"
        )
        given = (sample,) if avoided > most else ()
        name, rule = f"{place}.{column.name}", "does not give the answer away"
        yield Finding(name, rule, 1, len(given), given, "columns")


def _columns(
    place: str, kind: InputKind, inputs: pyarrow.Table
) -> Iterator[tuple[str, Modelled, Codes]]:
    if kind.modelled:
        codes = kind.from_arrow(inputs)
        for at, column in enumerate(kind.modelled):
            yield f"{place}.{column.name}", column, codes[:, at]


def _share(name: str, rule: str, bad: NDArray[np.bool_], most: float, more: str = "") -> Finding:
    """Return whether at most a share of rows is bad; more: what to say of them."""
    count = int(bad.sum())
    if count <= most * len(bad):
        return Finding(name, rule, len(bad))
    told = f"{count / len(bad):.1%}" + (f", such as {more}" if more else "")
    return Finding(name, rule, len(bad), count, (told,))


def _fine(name: str, values: NDArray[np.float64]) -> Finding:
    """Return whether the model, which gets float32, can tell a column's numbers apart."""
    coarse = too_coarse(values)
    rule = "numbers that the model tells apart"
    return Finding(name, rule, 1, int(bool(coarse)), (coarse,) if coarse else (), "columns")


def _variety(name: str, column: Modelled, known: Codes, most: float) -> Finding:
    # A value that over half of the rows have is their median.
    value = np.partition(known, len(known) // 2)[len(known) // 2]
    count = int((known == value).sum())
    alike = count > most * len(known)
    words = _shown(column.categories, float(value))
    sample = (f"{count} of {len(known)} known values are {words}",) if alike else ()
    rule = f"no value more than {most:.1%} of the time"
    return Finding(name, rule, 1, len(sample), sample, "columns")


def _shown(categories: Sequence[str] | None, code: float) -> str:
    if categories is None:
        return f"{code:g}"
    return shown(repr(categories[int(code)])) if code < len(categories) else "unknown categories"


def _frequent(column: pyarrow.ChunkedArray, unknown: NDArray[np.bool_]) -> str:
    """Return the most frequent of the words that are no category, with their counts."""
    words = column.take(from_numpy(np.flatnonzero(unknown)))
    found = pyarrow.compute.value_counts(words).to_pylist()
    found.sort(key=lambda one: (-one["counts"], one["values"]))
    return ", ".join(f"{shown(one['values'])!r} ({one['counts']})" for one in found[:NAMED])
