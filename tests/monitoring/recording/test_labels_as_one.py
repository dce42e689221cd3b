"""How many labels count as one is recorded as the specification says, in virtual time."""

import re

import numpy as np
import pytest

from monitoring import generated_files
from monitoring.recording.labels_as_one import (
    DEPARTURE,
    INTERVAL_DEPARTURE,
    INTERVAL_LEARNED,
    INTERVALS_AS_ONE,
    LABELS_AS_ONE,
    LEARNED,
)
from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from perennial.statistics.serial import changing_effect
from tests.monitoring.recording.promtool import got

pytestmark = pytest.mark.seconds(10)

THRESHOLDS = Thresholds()
# A look every quarter of an hour, of 60 hours.
STEP, HOUR, HOURS = 15, 4, 60
LOOKS, DAY = HOURS * HOUR, 24
SAMPLE = re.compile(r'\{__name__="([^"]+)"[^}]*\} (\S+?)(?:,|$)')
ACCURACY, LOSS, DEVIATION, COVERAGE, MEASURED = 0.85, 2.0, 2.0, 0.9, 2.5
NAMES = Window(THRESHOLDS.short_window)
NEW = {"version": "2.0.0"}
Counts = np.ndarray[tuple[int], np.dtype[np.float64]]


def _series(
    metric: Metric, counts: Counts | float, part: str = "", **labels: str
) -> dict[str, str]:
    of = {"version": "1.0.0", **labels}
    text = ",".join(f'{name}="{value}"' for name, value in of.items())
    values = [0.0, *np.cumsum(counts)] if isinstance(counts, np.ndarray) else [counts] * (LOOKS + 1)
    return {
        "series": f"{metric.name}{part}{{{text}}}",
        "values": " ".join(f"{value:.9g}" for value in values),
    }


def _input() -> list[dict[str, str]]:
    """Labels whose accuracy, loss and coverage differ from hour to hour.

    Another version of one model has no labels.
    """
    random = np.random.default_rng(5)
    rows, moods = np.full(LOOKS, 200.0), np.repeat(random.normal(size=HOURS), HOUR)
    right = random.binomial(200, np.clip(ACCURACY + 0.06 * moods, 0, 1)).astype(float)
    inside = random.binomial(200, np.clip(COVERAGE + 0.03 * moods, 0, 1)).astype(float)
    total = random.normal(200 * (LOSS + 0.3 * moods), 28)
    digits, rides = {"model": "digits"}, {"model": "rides"}
    loss, sides = metrics.FEEDBACK_LOSS, metrics.FEEDBACK_INTERVAL
    return [
        _series(metrics.REFERENCE_ACCURACY, ACCURACY, **digits),
        _series(metrics.FEEDBACK, right, label="0", predicted="0", **digits),
        _series(metrics.FEEDBACK, rows - right, label="0", predicted="1", **digits),
        _series(metrics.REFERENCE_ACCURACY, ACCURACY, **digits, **NEW),
        _series(metrics.REFERENCE_LOSS, LOSS, **rides),
        _series(metrics.REFERENCE_LOSS_DEVIATION, DEVIATION, **rides),
        _series(metrics.REFERENCE_INTERVAL_COVERAGE, COVERAGE, **rides),
        _series(metrics.REFERENCE_DESIGN_EFFECT, MEASURED, **rides),
        _series(metrics.REFERENCE_COVERAGE_DESIGN_EFFECT, 49.0, **rides),
        _series(loss, rows, "_count", **rides),
        _series(loss, total, "_sum", **rides),
        _series(sides, inside, side="inside", **rides),
        _series(sides, rows - inside, side="above", **rides),
    ]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, float]]]:
    """Return the series of each model by name, at the end of each hour."""
    folder = tmp_path_factory.mktemp("rules")
    files = generated_files.generated(THRESHOLDS)
    rules = next(text for path, text in files.items() if path.name == "accuracy.rules.yml")
    (folder / "accuracy.rules.yml").write_text(rules, encoding="utf-8")
    versions = {
        "digits": ("digits", "1.0.0"),
        "rides": ("rides", "1.0.0"),
        "new": ("digits", "2.0.0"),
    }
    asked = [
        {
            "expr": f'{{__name__=~"model_version:.*",model="{model}",version="{version}"}}',
            "eval_time": f"{hour}h",
        }
        for model, version in versions.values()
        for hour in range(1, HOURS + 1)
    ]
    document = {
        "rule_files": ["accuracy.rules.yml"],
        "evaluation_interval": f"{STEP}m",
        "group_eval_order": ["estimate_past", "accuracy_long", "accuracy_short"],
        "tests": [{"interval": f"{STEP}m", "input_series": _input(), "promql_expr_test": asked}],
    }
    lines = got(folder, document, len(asked))
    found = [{name: float(value) for name, value in SAMPLE.findall(line)} for line in lines]
    return {name: found[place * HOURS :][:HOURS] for place, name in enumerate(versions)}


@pytest.mark.parametrize(
    "model, series, value, rows, usual, deviation",
    [
        ("digits", DEPARTURE, NAMES.accuracy, NAMES.labels, ACCURACY, -((0.85 * 0.15) ** 0.5)),
        ("rides", DEPARTURE, NAMES.loss, NAMES.labels, LOSS, DEVIATION),
        (
            "rides",
            INTERVAL_DEPARTURE,
            NAMES.interval_coverage,
            NAMES.interval_labels,
            COVERAGE,
            -((0.9 * 0.1) ** 0.5),
        ),
    ],
)
def test_a_departure_is_in_standard_errors_of_independent_labels(
    recorded: dict[str, list[dict[str, float]]],
    model: str,
    series: str,
    value: str,
    rows: str,
    usual: float,
    deviation: float,
) -> None:
    """Of the mean of an hour from that of the reference; more is worse."""
    for hour in recorded[model][1:]:
        error = deviation / hour[rows] ** 0.5
        assert hour[series] == pytest.approx((hour[value] - usual) / error, abs=1e-6)


@pytest.mark.parametrize(
    "model, series, learned",
    [
        ("digits", DEPARTURE, LEARNED),
        ("rides", DEPARTURE, LEARNED),
        ("rides", INTERVAL_DEPARTURE, INTERVAL_LEARNED),
    ],
)
def test_what_is_learned_is_the_specification(
    recorded: dict[str, list[dict[str, float]]], model: str, series: str, learned: str
) -> None:
    """Of all hours but those of the last day; where they are too few, of those of the last day."""
    hours, most = recorded[model], THRESHOLDS.most_design_effect
    departures = [hour.get(series, np.nan) for hour in hours]
    expected = changing_effect(departures[: HOURS - DAY], most=most)
    assert 1.5 < expected < most
    assert hours[-1][learned] == pytest.approx(expected, rel=1e-6)
    # In the 30th hour, whose own change is not yet recorded.
    young = changing_effect(departures[30 - DAY - 1 : 29], most=most)
    assert hours[29][learned] == pytest.approx(young, rel=1e-6)
    assert learned not in hours[DAY - 6] and learned in hours[DAY]


def test_the_greater_of_what_is_learned_and_measured_counts(
    recorded: dict[str, list[dict[str, float]]],
) -> None:
    """Before anything is known, two labels count as one."""
    first, last = recorded["digits"][1], recorded["digits"][-1]
    assert first[LABELS_AS_ONE] == THRESHOLDS.label_design_effect
    assert last[LABELS_AS_ONE] == last[LEARNED]
    first, last = recorded["rides"][1], recorded["rides"][-1]
    assert first[LABELS_AS_ONE] == MEASURED < last[LEARNED] == last[LABELS_AS_ONE]
    assert last[INTERVALS_AS_ONE] == 49 > last[INTERVAL_LEARNED]


def test_a_new_version_knows_what_the_one_before_it_has_learned(
    recorded: dict[str, list[dict[str, float]]],
) -> None:
    """While it has no hours of its own."""
    first, last = recorded["new"][1], recorded["new"][-1]
    assert first[LABELS_AS_ONE] == THRESHOLDS.label_design_effect
    assert last[LABELS_AS_ONE] == recorded["digits"][-1][LEARNED]
