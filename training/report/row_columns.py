"""The columns that a report groups rows by: signals of the input, and those that nobody watches."""

from dataclasses import dataclass
from typing import Any, Self

from numpy.typing import NDArray

from perennial.kinds.inputs.table import TableInput
from perennial.signals.extraction import Extraction
from training.gate.values import arrays
from training.report.report_inputs import ReportInputs


@dataclass(frozen=True)
class RowColumns:
    """Columns by name, each of shape (rows,), and the names of the bins of categorical ones."""

    columns: dict[str, NDArray[Any]]
    categories: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, inputs: ReportInputs) -> Self:
        """Return the columns of the report's rows.

        An hour of the day does not drift, but errors may depend on it.
        """
        bundle, rows = inputs.challenger.bundle, arrays(inputs.challenger, inputs.rows)
        extraction, kind = bundle.extraction, bundle.manifest.input
        if isinstance(kind, TableInput) and not all(column.watched for column in kind.modelled):
            extraction = Extraction.fit(kind.with_all_watched(), rows)
        return cls(extraction.extract(rows), extraction.categories)
