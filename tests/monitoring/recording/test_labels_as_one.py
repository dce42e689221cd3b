"""How many labels count as one is recorded as the specification says, in virtual time."""

import re
from dataclasses import dataclass

import numpy as np
import pytest

from backtest.rules.labels_as_one import learned as simulated
from monitoring import generated_files
from monitoring.recording.labels_as_one import (
    CHANGE,
    INTERVAL_CHANGE,
    INTERVAL_LEARNED,
    INTERVAL_VARIANCE,
    INTERVALS_AS_ONE,
    LABELS_AS_ONE,
    LEARNED,
    VARIANCE,
)
from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from perennial.statistics.serial import changes, changing_effect
from tests.monitoring.recording.promtool import got

pytestmark = pytest.mark.seconds(10)

THRESHOLDS = Thresholds()
# A look every quarter of an hour, of four days.
STEP, HOUR, HOURS = 15, 4, 96
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


@dataclass(frozen=True)
class Labels:
    """Right ones, sums of losses and ones inside, of so many each quarter of an hour."""

    rows: Counts
    right: Counts
    total: Counts
    squares: Counts
    inside: Counts


def _labels() -> Labels:
    """Return labels whose accuracy, loss and coverage differ from hour to hour."""
    random = np.random.default_rng(5)
    rows, moods = np.full(LOOKS, 200.0), np.repeat(random.normal(size=HOURS), HOUR)
    right = random.binomial(200, np.clip(ACCURACY + 0.06 * moods, 0, 1)).astype(float)
    inside = random.binomial(200, np.clip(COVERAGE + 0.03 * moods, 0, 1)).astype(float)
    total = random.normal(200 * (LOSS + 0.3 * moods), 28)
    return Labels(rows, right, total, total**2 / rows + 9 * rows, inside)


LABELS = _labels()


def _input() -> list[dict[str, str]]:
    """Return these labels of two models; another version of one has none."""
    rows, right, inside = LABELS.rows, LABELS.right, LABELS.inside
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
        _series(loss, LABELS.total, "_sum", **rides),
        _series(metrics.FEEDBACK_LOSS_SQUARES, LABELS.squares, **rides),
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


Hours = dict[str, list[dict[str, float]]]


@dataclass(frozen=True)
class Quality:
    """What is recorded of an hour's labels, by the names of its series.

    variance: of the mean.  change: of the mean since the hour before.  usual: the variance of a row
    of the reference.
    """

    model: str
    mean: str
    rows: str
    usual: float
    variance: str = VARIANCE
    change: str = CHANGE
    learned: str = LEARNED


OF_INTERVALS = {
    "variance": INTERVAL_VARIANCE,
    "change": INTERVAL_CHANGE,
    "learned": INTERVAL_LEARNED,
}
QUALITIES = [
    Quality("digits", NAMES.accuracy, NAMES.labels, 0.85 * 0.15),
    Quality("rides", NAMES.loss, NAMES.labels, DEVIATION**2),
    Quality("rides", NAMES.interval_coverage, NAMES.interval_labels, 0.9 * 0.1, **OF_INTERVALS),
]


@pytest.mark.parametrize("of", QUALITIES, ids=lambda of: of.mean)
def test_a_change_is_in_errors_of_independent_labels(recorded: Hours, of: Quality) -> None:
    """Of those of the hour and of the hour before; a label's is at least that of the reference."""
    hours = recorded[of.model][1:]
    for hour in hours:
        value = hour[of.mean]
        live = value * (1 - value) if of.mean != NAMES.loss else hour[NAMES.loss_deviation] ** 2
        assert hour[of.variance] == pytest.approx(max(live, of.usual) / hour[of.rows], rel=1e-6)
    expected = changes(_series_of(hours, of.mean), _series_of(hours, of.variance))
    assert [hour[of.change] for hour in hours[1:]] == pytest.approx(expected, rel=1e-4, abs=1e-9)


def _series_of(hours: list[dict[str, float]], name: str) -> Counts:
    return np.array([hour.get(name, np.nan) for hour in hours])


@pytest.mark.parametrize("of", QUALITIES, ids=lambda of: of.mean)
def test_what_is_learned_is_the_specification(recorded: Hours, of: Quality) -> None:
    """Of all hours but those of the last day; where they are too few, of those of the last day."""
    hours, most = recorded[of.model], THRESHOLDS.most_design_effect
    means, variances = _series_of(hours, of.mean), _series_of(hours, of.variance)
    for many in (60, HOURS):  # enough for an upper quartile, and for a higher quantile
        past = slice(0, many - DAY)
        expected = changing_effect(means[past], variances[past], most=most)
        assert 1.5 < expected < most
        assert hours[many - 1][of.learned] == pytest.approx(expected, rel=1e-4)
    # In the 30th hour, whose own change is not yet recorded.
    young = slice(30 - DAY - 1, 29)
    expected = changing_effect(means[young], variances[young], most=most)
    assert hours[29][of.learned] == pytest.approx(expected, rel=1e-4)
    assert of.learned not in hours[DAY - 6] and of.learned in hours[DAY]


def test_simulations_learn_what_the_rules_do(recorded: Hours) -> None:
    """Of accuracy, loss and coverage, from the same counts."""
    rows = LABELS.rows
    for model, learned, costs, squares, deviation in (
        ("digits", LEARNED, rows - LABELS.right, rows - LABELS.right, (0.85 * 0.15) ** 0.5),
        ("rides", LEARNED, LABELS.total, LABELS.squares, DEVIATION),
        ("rides", INTERVAL_LEARNED, rows - LABELS.inside, rows - LABELS.inside, 0.3),
    ):
        # One look more, before which the last hour has ended.
        cost, square, came = (np.append(each, 0.0) for each in (costs, squares, rows))
        found = simulated((cost, square, came), deviation, THRESHOLDS, pace=STEP * 60)
        assert found[-1] == pytest.approx(recorded[model][-1][learned], rel=1e-3)


def test_the_greater_of_what_is_learned_and_measured_counts(
    recorded: Hours,
) -> None:
    """Before anything is known, two labels count as one."""
    first, last = recorded["digits"][1], recorded["digits"][-1]
    assert first[LABELS_AS_ONE] == THRESHOLDS.label_design_effect
    assert last[LABELS_AS_ONE] == last[LEARNED]
    first, last = recorded["rides"][1], recorded["rides"][-1]
    assert first[LABELS_AS_ONE] == MEASURED < last[LEARNED] == last[LABELS_AS_ONE]
    assert last[INTERVALS_AS_ONE] == 49 > last[INTERVAL_LEARNED]


def test_a_new_version_knows_what_the_one_before_it_has_learned(
    recorded: Hours,
) -> None:
    """While it has no hours of its own."""
    first, last = recorded["new"][1], recorded["new"][-1]
    assert first[LABELS_AS_ONE] == THRESHOLDS.label_design_effect
    assert last[LABELS_AS_ONE] == recorded["digits"][-1][LEARNED]
