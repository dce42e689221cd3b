"""Turn inputs and the model's values into the columns for the detectors: the service's signals."""

import numpy as np

from benchmarks.drift.data import Inputs, Rows
from benchmarks.drift.frame import Floats, Frame
from benchmarks.drift.tabular import CATEGORICAL, NUMERIC, levels
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from perennial.kinds.output_kind import OutputKind, Truths
from perennial.signals import Extraction


def extraction(rows: Rows) -> Extraction:
    """Return the service's extraction, fitted on the model's training rows."""
    return Extraction.fit(_schema(rows), _typed(rows.train))


def frame(
    extracted: Extraction, inputs: Inputs, labels: Truths, values: Floats, output: OutputKind
) -> Frame:
    """Return all columns of these rows: input signals and output signals."""
    columns = extracted.extract(_typed(inputs)) | output.extract(values)
    levels_of = {name: len(bins) for name, bins in extracted.categories.items()}
    levels_of |= {name: len(bins) for name, bins in output.categories.items()}
    numeric = [name for name in columns if name not in levels_of]
    return Frame(
        tuple(numeric),
        np.stack([columns[name] for name in numeric], axis=1).astype(np.float64),
        tuple(levels_of),
        np.stack([columns[name] for name in levels_of], axis=1).astype(np.int64),
        tuple(levels_of.values()),
        labels,
        values,
        output,
    )


def _schema(rows: Rows) -> InputKind:
    if rows.kind == "image":
        return ImageInput(shape=rows.train.shape[1:])
    return TextInput() if rows.kind == "text" else TableInput(columns=_columns())


def _columns() -> tuple[NumberColumn | CategoryColumn, ...]:
    numbers = [NumberColumn(name=f"number_{j:02d}") for j in range(NUMERIC)]
    categories = [
        CategoryColumn(
            name=f"category_{j}",
            categories=tuple(f"level_{level}" for level in range(levels(j))),
        )
        for j in range(CATEGORICAL)
    ]
    return (*numbers, *categories)


def _typed(inputs: Inputs) -> Inputs:
    return inputs if inputs.dtype == object else inputs.astype(np.float32)
