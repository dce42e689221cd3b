"""What is recorded of estimates and labels is what the specification says, in virtual time."""

import re
from collections.abc import Mapping

import numpy as np
import pytest

from monitoring import generated_files
from monitoring.recording.estimate import DESIGN_EFFECT, MONTH, RHYTHM, WITHDRAWN, Checked
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from perennial.statistics import estimate
from tests.monitoring.recording.promtool import got

pytestmark = pytest.mark.seconds(10)

THRESHOLDS = Thresholds()
# A look every four minutes, of 31 hours; by the end, the first hours are a day old.
STEP, HOUR, LOOKS = 4, 15, 31 * 15 - 5
AT = (*range(HOUR, LOOKS, HOUR), LOOKS)
DAY = 24 * HOUR
SAMPLE = re.compile(r'\{__name__="([^"]+)"[^}]*\} (\S+?)(?:,|$)')
ACCURACY, CONFIDENCE, LOSS, MISSED = 0.85, 0.9, 2.0, 1.2
SHORT, LONG, WHOLE = (Checked(window) for window in (*THRESHOLDS.windows, RHYTHM))
Counts = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Recorded = list[dict[str, float]]


def _labels() -> tuple[dict[str, Counts], dict[str, Counts]]:
    """Return what each counter gains by look, of a classifier and of a model of numbers.

    Neighbours are alike, and after a day labels contradict both estimates.
    """
    random = np.random.default_rng(5)
    rows = random.poisson(24, LOOKS).astype(float)
    off = np.where(np.arange(LOOKS) < DAY, 0, 0.35)
    moods = np.repeat(random.normal(0, 0.08, LOOKS // 5), 5)
    right = random.binomial(rows.astype(int), np.clip(0.85 + moods - off, 0, 1))
    digits = {"rows": rows, "sure": 0.9 * rows, "right": right.astype(float)}
    losses = [random.exponential(2 * (1 + 2 * each), int(n)) for n, each in zip(rows, off)]
    rides = {
        "rows": rows,
        "expected": LOSS * rows,
        "loss": np.array([each.sum() for each in losses]),
        "off": np.array([((each - LOSS) ** 2).sum() for each in losses]),
    }
    return digits, rides


DIGITS, RIDES = _labels()


def _series(
    metric: Metric, model: str, counts: Counts | float, part: str = "", **labels: str
) -> dict[str, str]:
    of = {"model": model, "version": "1.0.0", **labels}
    text = ",".join(f'{name}="{value}"' for name, value in of.items())
    values = [0.0, *np.cumsum(counts)] if isinstance(counts, np.ndarray) else [counts] * (LOOKS + 1)
    return {
        "series": f"{metric.name}{part}{{{text}}}",
        "values": " ".join(f"{v:.9g}" for v in values),
    }


def _input() -> list[dict[str, str]]:
    confidence, expected, loss = (
        metrics.FEEDBACK_CONFIDENCE,
        metrics.FEEDBACK_EXPECTED,
        metrics.FEEDBACK_LOSS,
    )
    wrong = DIGITS["rows"] - DIGITS["right"]
    pairs = (("0", DIGITS["right"]), ("1", wrong))
    return [
        _series(metrics.REFERENCE_ACCURACY, "digits", ACCURACY),
        _series(metrics.REFERENCE_CONFIDENCE, "digits", CONFIDENCE),
        _series(metrics.REFERENCE_ACCURACY_SIZE, "digits", 400.0),
        _series(confidence, "digits", DIGITS["rows"], "_count", bin="0.9"),
        _series(confidence, "digits", DIGITS["sure"], "_sum", bin="0.9"),
        _series(metrics.FEEDBACK_RIGHT, "digits", DIGITS["right"], bin="0.9"),
        *(_series(metrics.FEEDBACK, "digits", n, label="0", predicted=p) for p, n in pairs),
        _series(metrics.REFERENCE_LOSS, "rides", LOSS),
        _series(metrics.REFERENCE_LOSS_SIZE, "rides", 400.0),
        _series(metrics.REFERENCE_EXPECTED_DEVIATION, "rides", MISSED),
        _series(loss, "rides", RIDES["rows"], "_count"),
        _series(loss, "rides", RIDES["loss"], "_sum"),
        _series(expected, "rides", RIDES["rows"], "_count"),
        _series(expected, "rides", RIDES["expected"], "_sum"),
        _series(metrics.FEEDBACK_EXPECTED_SQUARES, "rides", RIDES["off"]),
    ]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recorded]:
    """Return the series of each model by name, at the moments of AT."""
    folder = tmp_path_factory.mktemp("rules")
    files = generated_files.generated(THRESHOLDS)
    rules = next(text for path, text in files.items() if path.name == "accuracy.rules.yml")
    (folder / "accuracy.rules.yml").write_text(rules, encoding="utf-8")
    asked = [
        {
            "expr": f'{{__name__=~"model_version:.*",model="{model}"}}',
            "eval_time": f"{STEP * look}m",
        }
        for model in ("digits", "rides")
        for look in AT
    ]
    document = {
        "rule_files": ["accuracy.rules.yml"],
        "evaluation_interval": f"{STEP}m",
        "group_eval_order": [
            "accuracy_long",
            "accuracy_short",
            "estimate_past",
            "estimate",
            "slump",
        ],
        "tests": [{"interval": f"{STEP}m", "input_series": _input(), "promql_expr_test": asked}],
    }
    lines = got(folder, document, len(asked))
    found = [{name: float(value) for name, value in SAMPLE.findall(line)} for line in lines]
    return {"digits": found[: len(AT)], "rides": found[len(AT) :]}


def _said(counts: Mapping[str, Counts], look: int, many: int) -> tuple[float, float]:
    """Return gap and deviation of so many increases before a look."""
    sums = {name: each[look - many : look].sum() for name, each in counts.items()}
    rows = sums["rows"]
    if "right" in counts:
        estimated, realised = ACCURACY - CONFIDENCE + sums["sure"] / rows, sums["right"] / rows
        return estimated - realised, estimate.share_gap_deviation(estimated, realised)
    gap = (sums["expected"] - sums["loss"]) / rows
    return gap, estimate.loss_gap_deviation(gap, sums["off"], rows, reference=MISSED)


@pytest.mark.parametrize("model, counts", [("digits", DIGITS), ("rides", RIDES)])
def test_gap_and_deviation_are_the_specification(
    recorded: dict[str, Recorded], model: str, counts: Mapping[str, Counts]
) -> None:
    """Of an hour, for shares and for losses."""
    for look, found in zip(AT, recorded[model], strict=True):
        # Prometheus 2 counts the sample at the beginning of a window, Prometheus 3 does not.
        said = [_said(counts, look, many) for many in (HOUR, HOUR - 1)]
        assert (found[SHORT.gap], found[SHORT.deviation]) in [
            pytest.approx(one, abs=1e-5) for one in said
        ]


@pytest.mark.parametrize("model", ["digits", "rides"])
def test_a_rhythm_is_the_sum_of_its_hours(recorded: dict[str, Recorded], model: str) -> None:
    """So are its gap and deviation; the design effect is that of the hours a day ago."""
    *hours, last = recorded[model]
    rows, gaps, spreads = (
        np.array([hour[name] for hour in hours])
        for name in (SHORT.rows, SHORT.gap, SHORT.deviation)
    )
    old = slice(0, (LOOKS - DAY) // HOUR)
    standardised = gaps[old] / (spreads[old] / np.sqrt(rows[old]))
    effect = estimate.gap_design_effect(standardised, most=THRESHOLDS.most_design_effect)
    assert effect > 1
    assert last[DESIGN_EFFECT] == pytest.approx(effect)
    assert last[WHOLE.rows] == pytest.approx(rows.sum())
    assert last[WHOLE.gap] == pytest.approx((rows * gaps).sum() / rows.sum())
    squares = (rows * spreads**2).sum() / rows.sum()
    assert last[WHOLE.deviation] == pytest.approx(np.sqrt(squares))
    month = Checked(MONTH)
    for of_month, of_rhythm in (
        (month.rows, WHOLE.rows),
        (month.gap, WHOLE.gap),
        (month.deviation, WHOLE.deviation),
    ):
        assert last[of_month] == last[of_rhythm]


@pytest.mark.parametrize("model, least", [("digits", 0.04), ("rides", 0.04 * LOSS)])
def test_it_is_withdrawn_as_the_specification_says(
    recorded: dict[str, Recorded], model: str, least: float
) -> None:
    """By any window of which labels contradict it; while it is, it has no value."""
    states = []
    for found in recorded[model]:
        against = any(
            estimate.contradicts(
                found[names.gap],
                found[names.deviation],
                found[names.rows],
                least=least,
                design_effect=found[DESIGN_EFFECT],
                z=THRESHOLDS.estimate_z,
                least_rows=THRESHOLDS.least_rows,
            )
            for names in (SHORT, LONG, WHOLE)
            if names.gap in found
        )
        enough = found.get(WHOLE.rows, 0) >= THRESHOLDS.least_rows
        # Without enough labels it is as it was at a look that was not asked for.
        before = bool(found[WITHDRAWN])
        assert before == estimate.withdrawn(before, contradicted=against, enough=enough)
        states.append(before)
    assert states[-1] and not all(states)
    shown = "estimated_accuracy" if model == "digits" else "estimated_loss"
    assert not any(name.startswith(f"model_version:{shown}:") for name in recorded[model][-1])
