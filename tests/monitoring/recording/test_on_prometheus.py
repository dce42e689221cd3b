"""The recording rules on a real Prometheus say what the specification in numpy says."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from monitoring.recording.past import PastWindow
from monitoring.recording.rules import Window
from monitoring.thresholds import seconds
from perennial.metric_names import service as metrics
from perennial.signals import OTHER
from perennial.statistics import drift, evidence
from perennial.statistics.accuracy import accuracy, estimated_accuracy
from perennial.statistics.control_limit import control_limit
from perennial.statistics.counts import Floats
from perennial.statistics.f1 import macro_f1
from perennial.statistics.label_coverage import label_coverage
from perennial.statistics.usual import psi_limit, worth
from tests.monitoring.recording.watched_replicas import (
    SECONDS,
    SHORTEST,
    THRESHOLDS,
    Moment,
    Watched,
    labels,
    selector,
    watched_replicas,
)
from tests.monitoring.watched import (
    CONFIDENCE,
    IDLE,
    LABELS,
    SIGNALS,
    TILTED,
    VERSIONS,
    Signal,
)

pytestmark = pytest.mark.seconds(25)

TOLERANCE = 1e-6
WINDOWS = THRESHOLDS.windows


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Return a Prometheus that saw two replicas count for some seconds, one of them restarting."""
    with watched_replicas(tmp_path_factory.mktemp("prometheus")) as seen:
        yield seen


@pytest.mark.parametrize("window", THRESHOLDS.watched_windows)
def test_psi_evidence_and_drift_are_the_specification(watched: Watched, window: str) -> None:
    """Every recorded value of every signal is the specification's, on the counts recorded."""
    names = Window(window)
    moment = watched.moment(names.drifted)
    psi, strength, drifted, rows, limit = map(
        moment.ask, (names.psi, names.evidence, names.drifted, names.counts, names.psi_limit)
    )
    shorter = moment.ask(_shorter(window).counts)
    usual = moment.ask(PastWindow(window).usual)
    assert len(psi) == len(SIGNALS)
    for signal in SIGNALS:
        counts, key = moment.counts(window, signal), labels(signal.key)
        effect = drift.psi(counts, signal.shares, prior=THRESHOLDS.prior)
        assert psi[key] == pytest.approx(effect, abs=TOLERANCE, rel=TOLERANCE)
        assert rows[key] == pytest.approx(sum(counts), abs=TOLERANCE, rel=TOLERANCE)
        past = moment.past(window, signal)
        expected = evidence.strength(*_statistics(signal, counts, past, window))
        size, as_one = signal.size + past.sum(), THRESHOLDS.design_effect
        expected *= worth(sum(counts), size, as_one, least=THRESHOLDS.least_worth)
        assert strength[key] == pytest.approx(expected, abs=TOLERANCE, rel=TOLERANCE)
        assert limit[key] == pytest.approx(_limit(window, usual.get(key)), abs=TOLERANCE)
        decided = drift.drifts(effect, expected, limit=limit[key])
        fuller = window == SHORTEST or rows[key] > THRESHOLDS.fuller * shorter[key]
        assert drifted[key] == float(decided and fuller)


def _limit(window: str, usual: float | None) -> float:
    """Return the limit of PSI before a rhythm is known; usual: what the shortest has learned."""
    if window != SHORTEST:
        return THRESHOLDS.gross_psi
    return psi_limit(
        THRESHOLDS.early_psi,
        usual,
        news=THRESHOLDS.news,
        gross=THRESHOLDS.gross_psi,
        gross_news=THRESHOLDS.gross_news,
        known=False,
        early=True,
    )


def _shorter(window: str) -> Window:
    """Return the next shorter window, or the shortest itself."""
    windows = THRESHOLDS.watched_windows
    return Window(windows[max(0, windows.index(window) - 1)])


def test_ranks_and_the_past_decide_somewhere(watched: Watched) -> None:
    """Of the tilted signal, so that rules without either would be found out above."""
    signal = next(signal for signal in SIGNALS if signal.name == TILTED)
    moment = watched.moment(Window(SHORTEST).drifted)
    counts, past = moment.counts(SHORTEST, signal), moment.past(SHORTEST, signal)
    whole = _statistics(signal, counts, past, SHORTEST)
    assert evidence.strength(*whole) > 1.1 * evidence.strength(*whole[:2])
    alone = _statistics(signal, counts, np.zeros(len(counts)), SHORTEST)
    assert evidence.strength(*alone) > 1.1 * evidence.strength(*whole)


def _statistics(
    signal: Signal, counts: list[float], past: Floats, window: str
) -> tuple[float, ...]:
    """Return G and its limit, and where bins have an order, that of ranks and its limit."""
    shares, size = evidence.baseline(past, signal.shares, size=signal.size)
    of = {
        "rows": sum(counts) / THRESHOLDS.design_effect,
        "size": size,
        "windows": seconds(THRESHOLDS.quiet_for) / seconds(window),
    }
    g = evidence.g_statistic(counts, shares, size=size)
    g_limit = evidence.evidence_limit(signal.critical, bins=len(signal.bins), **of)
    if not _ordered(signal):
        return g, g_limit
    ranks = evidence.ranks(signal.shares, ordered=len(signal.bins) - 2)
    rank = evidence.rank_statistic(counts, shares, ranks, size=size)
    return g, g_limit, rank, evidence.evidence_limit(signal.rank_critical, bins=2, **of)


@pytest.mark.parametrize("window", WINDOWS)
def test_shares_are_the_specification(watched: Watched, window: str) -> None:
    """In the windows that people look at, every bin's smoothed share is recorded."""
    names = Window(window)
    moment = watched.moment(names.drifted)
    share = moment.ask(names.share)
    for signal in SIGNALS:
        counts = moment.counts(window, signal)
        smoothed = drift.smoothed_shares(counts, signal.shares, prior=THRESHOLDS.prior)
        recorded = [share[labels(signal.key, bin=name)] for name in signal.bins]
        assert recorded == pytest.approx(smoothed.tolist(), abs=TOLERANCE)


def _ordered(signal: Signal) -> bool:
    return OTHER not in signal.bins and len(signal.bins) - 2 <= THRESHOLDS.ordered_bins


@pytest.mark.parametrize("window", WINDOWS)
def test_ks_is_the_specification_of_numeric_signals(watched: Watched, window: str) -> None:
    """A numeric signal has its distance, one with too many bins or with categories has none."""
    moment = watched.moment(Window(window).ks)
    recorded = moment.ask(Window(window).ks)
    expected = {
        labels(signal.key): drift.ks(
            moment.counts(window, signal), signal.shares, prior=THRESHOLDS.prior
        )
        for signal in SIGNALS
        if _ordered(signal)
    }
    assert recorded == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("window", WINDOWS)
def test_accuracy_f1_and_coverage_are_the_specification(watched: Watched, window: str) -> None:
    """Both accuracies, their limits, macro F1 and coverage are the specification's."""
    # The last rule of its group that is compared: an evaluation may be seen before it has ended.
    watched.hold(Window(window).delay, lambda moment: _hold_accuracy(moment, window))


def _hold_accuracy(moment: Moment, window: str) -> None:
    names = Window(window)
    confusion = moment.ask(names.confusion)
    # Asked together: a scrape may be stored after the evaluation that carries its time, and then
    # only the ratio of two increases is what the rule saw.
    total, asked = (
        moment.ask(f"sum by (model, version) (increase(model_confidence_{part}[{window}]))")
        for part in ("sum", "count")
    )
    rows = moment.ask(names.predictions)
    recorded = [moment.ask(name) for name in (names.accuracy, names.accuracy_limit)]
    recorded += [moment.ask(name) for name in (names.estimated, names.estimated_limit)]
    recorded += [moment.ask(name) for name in (names.macro_f1, names.coverage)]
    for version, (reference, size, _) in VERSIONS.items():
        key = labels(("digits", version))
        if version == IDLE:
            assert not any(key in values for values in recorded)
            continue
        counts = [
            [confusion[labels(("digits", version), label=a, predicted=b)] for b in LABELS]
            for a in LABELS
        ]
        limits = [
            control_limit(reference, size=size, rows=seen, z=THRESHOLDS.accuracy_z)
            for seen in (np.sum(counts) / THRESHOLDS.label_design_effect, rows[key])
        ]
        estimated = estimated_accuracy(
            total[key], asked[key], accuracy=reference, confidence=CONFIDENCE
        )
        coverage = label_coverage(float(np.sum(counts)), rows[key])
        expected = [accuracy(counts), limits[0], estimated, limits[1]]
        expected += [macro_f1(counts), coverage]
        assert [values[key] for values in recorded] == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_mean_delay_of_labels_is_recorded(watched: Watched, window: str) -> None:
    """The seconds that labels took, over their number; a version without labels has no mean."""
    watched.hold(Window(window).delay, lambda moment: _hold_delay(moment, window))


def _hold_delay(moment: Moment, window: str) -> None:
    names = Window(window)
    delay = metrics.FEEDBACK_DELAY.name
    total, count = (
        moment.ask(f"sum by (model, version) (increase({delay}_{part}[{window}]))")
        for part in ("sum", "count")
    )
    expected = {key: total[key] / rows for key, rows in count.items() if rows > 0}
    assert len(expected) == len(VERSIONS) - 1
    assert moment.ask(names.delay) == pytest.approx(expected)


@pytest.mark.parametrize("window", WINDOWS)
def test_an_idle_version_is_at_exactly_zero(watched: Watched, window: str) -> None:
    """A version that nobody asked has PSI, KS and evidence of exactly 0, and all are there."""
    names = Window(window)
    idle = [signal for signal in SIGNALS if signal.version == IDLE]
    for name in (names.psi, names.g, names.evidence, names.counts, names.drifted):
        values = watched.ask(f'{name}{{version="{IDLE}"}}')
        assert list(values.values()) == [0.0] * len(idle)
    distances = watched.ask(f'{names.ks}{{version="{IDLE}"}}').values()
    assert list(distances) == [0.0] * sum(_ordered(signal) for signal in idle)


def test_two_replicas_and_a_restart_add_up(watched: Watched) -> None:
    """Every row that two replicas counted is there, those before a restart too."""
    names = Window(WINDOWS[0])
    busy = next(signal for signal in SIGNALS if signal.rows == 5000)
    counted = watched.ask(f"{names.counts}{selector(busy)}")[labels(busy.key)]
    assert counted == pytest.approx(2 * SECONDS * busy.rows, rel=0.15)


def test_nothing_recorded_is_not_a_number(watched: Watched) -> None:
    """No recorded series is NaN or infinite, with empty bins, idle versions and no labels."""
    values = watched.ask('{__name__=~"model_version.*:.*"}')
    assert values
    assert all(math.isfinite(value) for value in values.values())
