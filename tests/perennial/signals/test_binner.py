"""From values to bins."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from perennial import signals
from tests import bundles


def test_every_value_falls_into_the_bin_of_its_edges() -> None:
    """An edge is inclusive upwards; beyond the extremes is outside, NaN is missing."""
    signal = bundles.numeric("brightness", np.array([1.0, 2.0, 3.0, 4.0]), bins=4)
    assert signal.edges == (1.0, 2.0, 3.0)
    values = np.array([0.9, 1.0, 1.5, 2.0, 3.0, 3.1, 4.0, 4.1, -np.inf, np.inf, np.nan])
    counts = signals.Binner([signal]).count({"brightness": values})
    assert counts.tolist() == [1, 2, 1, 2, 4, 1]


def test_a_constant_signal_has_one_bin_inside() -> None:
    """Whatever differs from the only value there was is outside, upwards and downwards."""
    signal = bundles.numeric("brightness", np.full(9, 0.1))
    counts = signals.Binner([signal]).count({"brightness": np.array([0.1, 0.0, 0.2, np.nan])})
    assert signal.bins == ("00", "outside", "missing")
    assert counts.tolist() == [1, 2, 1]


def test_numeric_and_categorical_signals_share_one_vector() -> None:
    """Counts of all signals stand in one array, each from its offset on."""
    numeric = bundles.numeric("brightness", np.array([1.0, 2.0]), bins=2)
    labels = bundles.categorical(np.array([0, 1]), ("a", "b"))
    binner = signals.Binner([labels, numeric])
    counts = binner.count({"brightness": np.array([5.0]), "prediction": np.array([1])})
    assert binner.offsets.tolist() == [0, 4]
    assert counts.tolist() == [0, 1, 0, 0, 0, 0, 1, 0]


def test_counting_in_parts_equals_counting_at_once() -> None:
    """The counts of two batches add up to those of their union."""
    rows = bundles.images(40)
    columns: dict[str, NDArray[Any]] = {
        **signals.Extraction.fit(bundles.INPUT, bundles.images(50, seed=1)).extract(rows),
        **signals.outputs(np.random.default_rng(0).dirichlet(np.ones(10), 40)),
    }
    binner = signals.Binner(bundles.make_reference(columns).signals)
    parts = [{k: v[part] for k, v in columns.items()} for part in (slice(0, 9), slice(9, 40))]
    total = binner.count(columns)
    assert total.sum() == 40 * 27
    assert (binner.count(parts[0]) + binner.count(parts[1]) == total).all()


def test_a_signal_without_a_column_is_an_error() -> None:
    """A signal that nobody computed is never silently empty."""
    signal = bundles.numeric("brightness", np.array([1.0, 2.0]))
    with pytest.raises(KeyError, match="brightness"):
        signals.Binner([signal]).count({"contrast": np.zeros(1)})


@pytest.mark.parametrize("rows", [50, 500])
def test_so_many_new_rows_are_outside_as_the_reference_says(rows: int) -> None:
    """Beyond the extremes of M rows lie 2 of M + 1 new ones, on average over many references."""
    random = np.random.default_rng(5)
    outside, shares = [], []
    for _ in range(400):
        signal = bundles.numeric("brightness", random.normal(size=rows))
        fresh = {"brightness": random.normal(size=2000)}
        outside.append(signals.Binner([signal]).count(fresh)[-2] / 2000)
        shares.append(signal.shares[-2])
    assert np.mean(outside) == pytest.approx(2 / (rows + 1), rel=0.15)
    assert np.mean(shares) == pytest.approx(2 / (rows + 1), rel=0.15)
