"""Thresholds: every number has a unit and a range, and a wrong one is named."""

from dataclasses import Field, fields

import pytest

from monitoring.errors import InvalidThreshold
from monitoring.thresholds import Thresholds, seconds


@pytest.mark.parametrize("name", [item.name for item in fields(Thresholds)])
def test_every_threshold_has_a_unit(name: str) -> None:
    """A reader learns from the field what its number counts."""
    item = next(item for item in fields(Thresholds) if item.name == name)
    assert item.metadata["unit"]


@pytest.mark.parametrize("item", fields(Thresholds), ids=lambda item: str(item.name))
def test_every_threshold_has_a_range(item: Field[object]) -> None:
    """A number under or over its range, and what is neither number nor duration, is refused."""
    limits = item.metadata
    wrong: list[object] = [None, "soon", float("nan"), float("inf"), True, -1]
    if "pattern" in limits:
        wrong = [None, True, 1, "", "two words", 'a"b', "-a"]
    elif "each" in limits:
        wrong += [(), ("1h",), ("1h", "soon"), ("0s", "1h"), ("1h", "5m"), ["5m", "1h", "1d"]]
    elif "low" in limits:
        wrong += [limits["low"] - 1e-9, limits["high"] + 1e-6, "1h"]
    else:
        wrong += [30, "1h30m", "1.5h", "-5m", *(["0s"] if limits["least"] else [])]
    for value in wrong:
        with pytest.raises(InvalidThreshold, match=f"^{item.name}: got "):
            Thresholds(**{item.name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values, message",
    [
        ({"prior": 0}, "prior: got 0, expected 0.001 to 1e+06 observations"),
        ({"prior": float("nan")}, "prior: got nan, expected 0.001 to 1e+06 observations"),
        ({"psi": 11}, "psi: got 11, expected 0.001 to 10 PSI"),
        ({"errors_share": "1%"}, "errors_share: got '1%', expected 1e-06 to 1 share of requests"),
        ({"accuracy_z": True}, "accuracy_z: got True, expected 1 to 10 standard errors"),
        (
            {"retrain_for": "soon"},
            "retrain_for: got 'soon', expected a whole number and one of s, m, h, d, w",
        ),
        ({"retrain_for": 30}, "retrain_for: got 30, expected a whole number and one of"),
        ({"short_window": "1d"}, "short_window: got '1d', expected one of ('5m', '20m', '1h',"),
        ({"long_window": "7d"}, "long_window: got '7d', expected 1d, the last of drift_windows"),
        (
            {"drift_windows": ("1h", "20m", "1d")},
            "drift_windows: got ('1h', '20m', '1d'), expected",
        ),
        ({"retrain_for": "0s"}, "retrain_for: got '0s', expected more than 0 seconds"),
        ({"ordered_bins": 10.5}, "ordered_bins: got 10.5, expected 2 to 99 bins"),
        ({"ordered_bins": 100}, "ordered_bins: got 100, expected 2 to 99 bins"),
        ({"label_window": "6h"}, "label_window: got '6h', expected one of ('1h', '1d')"),
        ({"label_level_window": "1d"}, "label_level_window: got '1d', expected over 1d"),
        ({"traffic_cycle": "5m"}, "traffic_cycle: got '5m', expected over 15m"),
        ({"label_fraction": 1.0}, "label_fraction: got 1.0, expected 0.01 to 0.9 share of the"),
        ({"stale_days": 0}, "stale_days: got 0, expected 1 to 3650 days"),
        ({"count_interval": "5m"}, "expected increasing windows, over 5m, the count_interval"),
        ({"psi": 0.6}, "psi: got 0.6, expected at most 0.25"),
        ({"quiet_for": "6h"}, "quiet_for: got '6h', expected at least 1d"),
        ({"rhythm": "36h"}, "rhythm: got '36h', expected 0s, or a multiple or a whole part of 1d"),
        ({"rhythm": "4m"}, "rhythm: got '4m', expected 0s, or a multiple or a whole part of 1d"),
        ({"design_effect": 60}, "design_effect: got 60, expected at most 50.0, most_design_effect"),
        ({"past_interval": "5m"}, "past_interval: got '5m', expected under 5m"),
        ({"cycle": "1w"}, "cycle: got '1w', expected 0s, or a time that goes into the long window"),
        ({"busy_share": 0.95}, "busy_share: got 0.95, expected at most 0.9"),
        ({"saturated_share": 1.1}, "saturated_share: got 1.1, expected 0.01 to 1 share of time in"),
        ({"long_drop": 0.2}, "long_drop: got 0.2, expected at most 0.1"),
        ({"long_rise": 0.5}, "long_rise: got 0.5, expected at most 0.25"),
    ],
)
def test_a_threshold_out_of_range_is_named(values: dict[str, object], message: str) -> None:
    """The message has the field, the value and what was expected."""
    with pytest.raises(InvalidThreshold) as error:
        Thresholds(**values)  # type: ignore[arg-type]
    assert message in str(error.value)


def test_accuracy_falls_far_in_a_window_shorter_than_the_cycle_of_traffic() -> None:
    """With a daily rhythm an hour is never like the whole day, while a whole day is."""
    limits = Thresholds(cycle="1d")
    assert [limits.least_drop(window) for window in limits.windows] == [0.25, 0.05]
    assert [limits.least_rise(window) for window in limits.windows] == [1.0, 0.1]


def test_a_whole_rhythm_is_a_window() -> None:
    """Drift is looked for in it too, and it alone is not judged by what is usual."""
    limits = Thresholds()
    assert limits.watched_windows == (*limits.drift_windows, "1w")
    assert [window for window in limits.watched_windows if not limits.learned(window)] == ["1w"]
    assert Thresholds(rhythm="1d").watched_windows == limits.drift_windows


def test_without_a_rhythm_nothing_is_learned() -> None:
    """All windows are compared with the reference alone."""
    limits = Thresholds(rhythm="0s")
    assert not any(limits.learned(window) for window in limits.watched_windows)


def test_labels_may_come_at_once() -> None:
    """The one duration that may be nothing is the usual delay of labels."""
    assert Thresholds(label_delay="0s").label_delay == "0s"


def test_a_duration_of_two_units_is_refused() -> None:
    """Durations have one unit, so that windows can stand in the names of series."""
    with pytest.raises(InvalidThreshold, match="duration: got '1h30m'"):
        seconds("1h30m")
