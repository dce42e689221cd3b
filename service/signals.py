"""How an input or an output becomes a monitored signal, and a signal's value becomes a bin.

Training builds the reference with this file and the service counts with it, so the two cannot
disagree on what a bin is. Adding an input signal is a function and a line in `EXTRACTORS`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MISSING = "missing"
OTHER = "other"
PREDICTION = "prediction"
CONFIDENCE = "confidence"


class Signal(BaseModel):
    """One signal's bins with the reference shares they are compared with.

    bins: names in order; the last is always `missing`, a categorical signal's last but one `other`.
    edges: upper bounds, inclusive, of all bins but the last numeric one; none if categorical.
    shares: the reference share of each bin, strictly positive, summing to 1.
    size: rows the shares were counted on.
    critical_value: the limit of the G statistic at this signal's part of the family-wise level.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["numeric", "categorical"]
    bins: tuple[str, ...] = Field(min_length=3)
    edges: tuple[float, ...] = ()
    shares: tuple[Annotated[float, Field(gt=0, le=1)], ...]
    size: int = Field(gt=0)
    critical_value: float = Field(gt=0)

    @model_validator(mode="after")
    def _check(self) -> "Signal":
        if len(self.shares) != len(self.bins):
            raise ValueError(f"{len(self.shares)} shares for {len(self.bins)} bins")
        if abs(sum(self.shares) - 1) > 1e-6:
            raise ValueError(f"shares sum to {sum(self.shares)}, expected 1")
        if len(set(self.bins)) != len(self.bins) or self.bins[-1] != MISSING:
            raise ValueError(f"bins {self.bins} must be distinct and end with {MISSING!r}")
        if self.kind == "numeric" and len(self.bins) != len(self.edges) + 2:
            raise ValueError(f"{len(self.edges)} edges need {len(self.edges) + 2} bins")
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError(f"edges {self.edges} must increase")
        if self.kind == "categorical" and (self.edges or self.bins[-2] != OTHER):
            raise ValueError(
                f"a categorical signal has no edges and ends with {OTHER!r}, {MISSING!r}"
            )
        return self


class Reference(BaseModel):
    """What the model was accepted on: `reference.json` of a bundle.

    accuracy: share of correct predictions on held-out rows; accuracy_size: how many rows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    signals: tuple[Signal, ...] = Field(min_length=1)
    accuracy: float = Field(ge=0, le=1)
    accuracy_size: int = Field(gt=0)


def _brightness(images: Floats) -> Mapping[str, Floats]:
    return {"brightness": images.mean(axis=(1, 2))}


def _contrast(images: Floats) -> Mapping[str, Floats]:
    return {"contrast": images.std(axis=(1, 2))}


def _edges(images: Floats) -> Mapping[str, Floats]:
    return {
        "edges_horizontal": np.abs(np.diff(images, axis=2)).mean(axis=(1, 2)),
        "edges_vertical": np.abs(np.diff(images, axis=1)).mean(axis=(1, 2)),
    }


def _blocks(images: Floats, grid: int = 4) -> Mapping[str, Floats]:
    rows, height, width = images.shape
    tall, wide = height // grid, width // grid
    cut = images[:, : tall * grid, : wide * grid]
    means = cut.reshape(rows, grid, tall, grid, wide).mean(axis=(2, 4))
    return {f"block_{r}_{c}": means[:, r, c] for r in range(grid) for c in range(grid)}


Extractor = Callable[[Floats], Mapping[str, Floats]]
# Input kind to the functions that turn rows of it, shape (rows, ...), into named columns.
EXTRACTORS: dict[str, tuple[Extractor, ...]] = {
    "image": (_brightness, _contrast, _edges, _blocks),
}


def extract(kind: str, inputs: NDArray[np.floating]) -> dict[str, Floats]:
    """Return every input signal of a batch as columns of shape (rows,).

    >>> columns = extract("image", np.ones((2, 8, 8)))
    >>> len(columns), columns["brightness"].tolist()
    (20, [1.0, 1.0])
    """
    rows = inputs.astype(np.float64, copy=False)
    return {
        name: column for function in EXTRACTORS[kind] for name, column in function(rows).items()
    }


class Binner:
    """Turns a batch of signal columns into counts, in a few vectorised operations.

    One flat vector holds all bins of all signals; `offsets[s]` is where signal s begins.
    """

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = tuple(signals)
        self.size = sum(len(signal.bins) for signal in signals)
        starts = np.cumsum([0] + [len(signal.bins) for signal in signals])
        self.offsets: Ints = starts[:-1].astype(np.int64)
        self._numeric = [i for i, signal in enumerate(signals) if signal.kind == "numeric"]
        self._categorical = [i for i, signal in enumerate(signals) if signal.kind == "categorical"]
        widest = max((len(signals[i].edges) for i in self._numeric), default=0)
        self._edges = np.full((len(self._numeric), widest), np.inf)
        for row, i in enumerate(self._numeric):
            self._edges[row, : len(signals[i].edges)] = signals[i].edges
        self._missing = np.array([len(signals[i].bins) - 1 for i in self._numeric], dtype=np.int64)

    def count(self, columns: Mapping[str, NDArray[np.generic]]) -> Ints:
        """Return the counts of one batch, shape (size,).

        columns: signal name to values of shape (rows,). Numeric columns are floats with NaN for
        missing; categorical ones are indices into the signal's bins.
        Raises KeyError where a signal of the reference has no column.
        """
        parts: list[Ints] = []
        if self._numeric:
            values = np.stack([columns[self.signals[i].name] for i in self._numeric], axis=1)
            bins = (values[:, :, None] > self._edges[None]).sum(axis=2, dtype=np.int64)
            bins = np.where(np.isnan(values), self._missing, bins)
            parts.append((bins + self.offsets[self._numeric]).ravel())
        for i in self._categorical:
            parts.append(columns[self.signals[i].name].astype(np.int64) + self.offsets[i])
        return np.bincount(np.concatenate(parts), minlength=self.size).astype(np.int64)


def numeric_edges(values: Floats, *, bins: int) -> tuple[float, ...]:
    """Return the distinct quantiles that cut `values` into at most `bins` bins of equal share.

    A signal that is constant in the reference keeps one edge, so that a move above it shows.

    >>> numeric_edges(np.array([1.0, 2.0, 3.0, 4.0]), bins=2)
    (2.0,)
    >>> numeric_edges(np.zeros(5), bins=10)
    (0.0,)
    """
    present = values[~np.isnan(values)]
    cuts = np.quantile(present, np.arange(1, bins) / bins, method="inverted_cdf")
    return tuple(float(edge) for edge in np.unique(cuts))


def numeric_bins(edges: Sequence[float]) -> tuple[str, ...]:
    """Return the names of a numeric signal's bins; they sort in the order of the values.

    >>> numeric_bins([0.5, 0.9])
    ('00', '01', '02', 'missing')
    """
    return tuple(f"{i:02d}" for i in range(len(edges) + 1)) + (MISSING,)


def reference_shares(counts: Ints) -> tuple[float, ...]:
    """Return strictly positive shares of counts of shape (bins,): half a row is added to each bin.

    Source: the Jeffreys prior of a multinomial; Gelman et al., Bayesian Data Analysis, 3.4.

    >>> reference_shares(np.array([1, 0]))
    (0.75, 0.25)
    """
    smoothed = counts + 0.5
    return tuple(float(share) for share in smoothed / smoothed.sum())
