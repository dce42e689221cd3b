"""From values to bins."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from service import signals
from tests import bundles


def test_every_value_falls_into_the_bin_of_its_edges() -> None:
    """An edge is inclusive upwards; above the last edge is the last bin, NaN is missing."""
    signal = bundles.numeric("brightness", np.array([1.0, 2.0, 3.0, 4.0]), bins=4)
    assert signal.edges == (1.0, 2.0, 3.0)
    values = np.array([0.0, 1.0, 1.5, 2.0, 3.0, 3.1, 99.0, np.nan])
    counts = signals.Binner([signal]).count({"brightness": values})
    assert counts.tolist() == [2, 2, 1, 2, 1]


def test_numeric_and_categorical_signals_share_one_vector() -> None:
    """Counts of all signals stand in one array, each from its offset on."""
    numeric = bundles.numeric("brightness", np.array([1.0, 2.0]), bins=2)
    labels = bundles.categorical(np.array([0, 1]), ("a", "b"))
    binner = signals.Binner([labels, numeric])
    counts = binner.count({"brightness": np.array([5.0]), "prediction": np.array([1])})
    assert binner.offsets.tolist() == [0, 4]
    assert counts.tolist() == [0, 1, 0, 0, 0, 1, 0]


def test_counting_in_parts_equals_counting_at_once() -> None:
    """The counts of two batches add up to those of their union."""
    rows = bundles.images(40)
    reference = bundles.make_reference(rows, np.full((40, 10), 0.1))
    columns: dict[str, NDArray[np.generic]] = {
        **signals.extract("image", rows),
        "confidence": rows[:, 0, 0] / 16,
        "prediction": np.arange(40) % 10,
    }
    binner = signals.Binner(reference.signals)
    parts = [{k: v[part] for k, v in columns.items()} for part in (slice(0, 9), slice(9, 40))]
    total = binner.count(columns)
    assert total.sum() == 40 * len(reference.signals)
    assert (binner.count(parts[0]) + binner.count(parts[1]) == total).all()


def test_a_signal_without_a_column_is_an_error() -> None:
    """A signal that nobody computed is never silently empty."""
    signal = bundles.numeric("brightness", np.array([1.0, 2.0]))
    with pytest.raises(KeyError, match="brightness"):
        signals.Binner([signal]).count({"contrast": np.zeros(1)})


@pytest.mark.parametrize(
    "change",
    [
        {"bins": ("00", "01", "other")},
        {"edges": (3.0, 2.0)},
        {"edges": (1.0, 2.0, 3.0)},
        {"shares": (0.5, 0.25, 0.125, 0.5)},
        {"name": "Über"},
        {"size": 0},
        {"kind": "categorical"},
    ],
)
def test_a_signal_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    """Bins, edges and shares must fit each other."""
    good = {
        "name": "brightness",
        "kind": "numeric",
        "bins": ("00", "01", "02", "missing"),
        "edges": (1.0, 2.0),
        "shares": (0.5, 0.25, 0.125, 0.125),
        "size": 8,
        "critical_value": 11.3,
    }
    assert signals.Signal.model_validate(good).name == "brightness"
    with pytest.raises(ValidationError):
        signals.Signal.model_validate({**good, **change})
