"""How answers were at the same hours before is recorded as simulations take it, in virtual time."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from backtest.rules.same_hours import Mean
from backtest.rules.same_hours import no_news as expected
from monitoring.recording.costs import USUAL
from monitoring.recording.same_hours import LARGE, SMALL, kept, no_news, same_hours
from monitoring.recording.series import EVERY, REFERENCE_ACCURACY, Window
from monitoring.recording.slump import MEMORY, SLUMP, tolerated
from monitoring.thresholds import Thresholds
from tests.monitoring.recording.promtool import got

pytestmark = pytest.mark.seconds(5)

THRESHOLDS = Thresholds()
# A look every half hour, of nine days.
STEP, LOOKS = 30, 9 * 48
ACCURACY, LEAST = 0.9, 0.05
SAMPLE = re.compile(r"\} (\S+)$")
Looks = np.ndarray[tuple[int], np.dtype[np.float64]]
Means = dict[str, Mean]
# Every night; the last one is worse than the others, and a slump. Then it stays as bad.
NIGHT = np.arange(LOOKS) % 48 >= 24
SLUMP_BEGINS, SLUMP_ENDS = LOOKS - 20, LOOKS - 8


def _means(falls: Looks, noise: float) -> Means:
    """Return both windows at each look; falls: of accuracy."""
    random = np.random.default_rng(4)
    rows = np.full(LOOKS, 500.0)
    return {
        change: Mean(falls + noise * random.normal(size=LOOKS), np.full(LOOKS, error), rows)
        for change, error in ((LARGE, 0.02), (SMALL, 0.01))
    }


def _series(name: str, values: Looks | float, labels: str = "") -> dict[str, str]:
    each = values if isinstance(values, np.ndarray) else np.full(LOOKS, values)
    of = f'{{model="digits",version="1.0.0"{labels}}}'
    shown = ("_" if np.isnan(value) else f"{value:.12g}" for value in each)
    return {"series": name + of, "values": " ".join(shown)}


def _recorded(folder: Path, means: Means, slump: Looks) -> dict[str, list[float]]:
    """Return what the rules record at each look by change."""
    quality = ',quality="accuracy"'
    rules = [
        *kept(THRESHOLDS),
        *(
            same_hours(
                change, THRESHOLDS, EVERY, slump=SLUMP, tolerated=tolerated(SMALL), memory=MEMORY
            )
            for change in means
        ),
    ]
    given = [
        _series(REFERENCE_ACCURACY, ACCURACY),
        _series(USUAL, 1 - ACCURACY, quality),
        _series(tolerated(SMALL), 1 - ACCURACY + LEAST, quality),
        _series(SLUMP, np.concatenate([[0.0], slump[:-1]]), quality),
    ]
    for window, mean in zip(THRESHOLDS.windows, means.values(), strict=True):
        names = Window(window)
        known = np.where(mean.rows > 0, ACCURACY, np.nan)
        given.append(_series(names.accuracy, known - mean.rise))
        given.append(_series(names.accuracy_limit, known - THRESHOLDS.accuracy_z * mean.error))
    asked = [
        {"expr": no_news(change), "eval_time": f"{STEP * look}m"}
        for change in means
        for look in range(LOOKS)
    ]
    group = {"name": "all", "rules": [{"record": r.record, "expr": r.expr} for r in rules]}
    (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [group]}), encoding="utf-8")
    document = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": f"{STEP}m",
        "tests": [{"interval": f"{STEP}m", "input_series": given, "promql_expr_test": asked}],
    }
    lines = got(folder, document, len(asked))
    values = [float(found.group(1)) for line in lines if (found := SAMPLE.search(line))]
    return {LARGE: values[:LOOKS], SMALL: values[LOOKS:]}


def _expected(means: Means) -> dict[str, list[float]]:
    return {
        change: expected(mean, means[SMALL], LEAST, THRESHOLDS, pace=60 * STEP).tolist()
        for change, mean in means.items()
    }


def test_a_rhythm_is_no_news_after_a_day_and_stays_while_a_slump_lasts(tmp_path: Path) -> None:
    """At night answers may be as bad as they were; a slump does not become usual by lasting."""
    slump = np.zeros(LOOKS)
    slump[SLUMP_BEGINS:SLUMP_ENDS] = 1
    means = _means(np.where(NIGHT, 0.15, 0.0), 0.01)
    means[SMALL] = Mean(means[SMALL].rise * 0 + 0.02, means[SMALL].error, means[SMALL].rows)
    recorded, free = _recorded(tmp_path, means, slump), _expected(means)
    assert max(recorded[LARGE][:24]) == 0 and max(recorded[LARGE][48:96]) > 0.08
    assert 0 < min(free[LARGE][SLUMP_BEGINS - 1 : SLUMP_BEGINS + 1]) != free[LARGE][SLUMP_ENDS]
    held = slice(SLUMP_BEGINS + 1, SLUMP_ENDS + 1)
    free[LARGE][held] = [free[LARGE][SLUMP_BEGINS]] * (SLUMP_ENDS - SLUMP_BEGINS)
    assert recorded[LARGE] == pytest.approx(free[LARGE], abs=1e-9)


def test_what_lasts_for_a_week_is_no_rhythm(tmp_path: Path) -> None:
    """A fall that stays is excused by nothing from when the mean of the week is worse, too."""
    falls = np.where(np.arange(LOOKS) > 144, 0.12, 0.0)
    means = _means(falls, 0.0)
    recorded = _recorded(tmp_path, means, np.zeros(LOOKS))
    for change, values in _expected(means).items():
        # Rules average the week's hours: they may see it a look or two sooner or later.
        for part in (slice(240), slice(-96, None)):
            assert recorded[change][part] == pytest.approx(values[part], abs=1e-9)
        assert max(values[192:240]) > 0.05 and max(values[-96:]) == 0


def test_where_no_labels_came_a_week_ago_yesterday_counts(tmp_path: Path) -> None:
    """As on the day after a holiday; simulations take it as the rules do."""
    means = _means(np.where(NIGHT, 0.15, 0.0), 0.0)
    means[SMALL] = Mean(means[SMALL].rise * 0 + 0.02, means[SMALL].error, means[SMALL].rows)
    gap = slice(24, 48)  # the first night
    for change, mean in means.items():
        rise, rows = mean.rise.copy(), mean.rows.copy()
        rise[gap] = rows[gap] = 0
        means[change] = Mean(rise, mean.error, rows)
    recorded, free = _recorded(tmp_path, means, np.zeros(LOOKS)), _expected(means)
    week = 7 * 48
    assert min(free[LARGE][week + 28 : week + 44]) > 0.08
    for change in means:
        assert recorded[change] == pytest.approx(free[change], abs=1e-9)
