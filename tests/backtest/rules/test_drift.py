"""The drift rule in arrays decides what the specification decides, and learns what is usual."""

import numpy as np
import pytest

from backtest.rules.drift import Reference, Watched, minutes, watch
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics import drift, evidence
from perennial.statistics.usual import design_effect, psi_limit, worth

CRITICAL, RANK_CRITICAL, SIZE = 34.2, 12.5, 700
# A rhythm of two hours, so that a day holds many.
QUICK = Thresholds(
    drift_windows=("5m", "20m", "1h"),
    short_window="20m",
    long_window="1h",
    label_window="1h",
    rhythm="2h",
    forgiven_after="1h",
)
SHARES = np.linspace(1, 3, 12) / 24


def _counts(rate: float, rows: int, shares: np.ndarray, seed: int = 3) -> np.ndarray:
    found = np.random.default_rng(seed).poisson(rate * shares, (rows, len(SHARES)))
    return found.astype(np.float64)


def _reference(ordered: int = 10) -> Reference:
    return Reference(SHARES, SIZE, CRITICAL, RANK_CRITICAL, ordered)


@pytest.mark.parametrize("rate", [0, 0.2, 30])
@pytest.mark.parametrize("ordered", [0, 10])
def test_every_look_is_the_specifications(rate: float, ordered: int) -> None:
    """Effect, evidence and both limits are those of the numpy specification, in every window."""
    counts, reference = _counts(rate, 300, SHARES[::-1]), _reference(ordered)
    counts[:200] = _counts(rate, 200, SHARES)
    found = watch(counts, reference, QUICK)
    for window, seen in found.windows.items():
        for look in (0, 17, 120, 199, 299):
            live, past = _held(counts, window, look + 1)
            assert seen.looks.psi[look] == pytest.approx(drift.psi(live, SHARES), abs=1e-12)
            effect = seen.design_effect[look]
            if not found.drifted[:look].any():
                assert effect == pytest.approx(_design_effect(found, window, look, ordered))
            expected = _strength(live, past, ordered, window, effect)
            assert seen.evidence[look] == pytest.approx(expected, rel=1e-9, abs=1e-9)
            if not found.drifted[:look].any():
                assert seen.limit[look] == pytest.approx(_limit(found, window, look))


def _held(counts: np.ndarray, window: str, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what a window holds after so many rows, and what its long window holds besides."""
    until = end
    if seconds(window) > seconds(QUICK.long_window):
        until = end // minutes(QUICK.long_window) * minutes(QUICK.long_window)
    live = counts[max(until - minutes(window), 0) : until].sum(axis=0)
    if seconds(window) >= seconds(QUICK.long_window):
        return live, 0 * live
    return live, counts[max(end - minutes(QUICK.long_window), 0) : end].sum(axis=0) - live


def _design_effect(found: Watched, window: str, look: int, ordered: int) -> float:
    if look + 1 < minutes(QUICK.rhythm):
        return QUICK.design_effect
    seen = found.windows[QUICK.effect_window(window)].looks
    step = minutes(QUICK.past_step(seen.window))
    last = look // step
    looks = [n * step - 1 for n in range(last - minutes(QUICK.rhythm) // step + 1, last + 1)]
    calm = ~found.drifted[looks]
    tests = [calm * seen.g[looks] / (len(SHARES) - 1), *([calm * seen.rank[looks]] * bool(ordered))]
    return max(
        [design_effect(test, most=50) for test in tests if test.any()], default=QUICK.design_effect
    )


def _limit(found: Watched, window: str, look: int) -> float:
    windows = QUICK.watched_windows
    if window != windows[0] and look + 1 < minutes(window):
        shorter = windows[windows.index(window) - 1]
        return max(QUICK.gross_psi, float(found.windows[shorter].limit[look]))
    least = QUICK.psi_limit(window)
    if not QUICK.learned(window):
        return least
    psi = found.windows[window].looks.psi
    length, step = minutes(window), minutes(QUICK.past_step(window))
    now, many = look + 1, minutes(QUICK.rhythm) // step
    last = (now - length) // step
    past = [n * step for n in range(max(1, last - many + 1), last + 1)]
    calm = ~found.drifted & (found.windows[window].looks.rows > QUICK.prior)
    if not any(calm[n - 1] for n in past) and window == "5m":
        past = list(range(max(1, now - length), now))
    usual = [psi[n - 1] for n in past if calm[n - 1]]
    last = (now - max(minutes(QUICK.forgiven_after), length)) // step
    usual += [psi[n * step - 1] for n in range(max(1, last - many + 1), last + 1)]
    return psi_limit(
        least,
        max(usual, default=None),
        news=QUICK.news,
        gross=QUICK.gross_psi,
        gross_news=QUICK.gross_news,
        known=now >= minutes(QUICK.rhythm),
        early=QUICK.early(window),
    )


def _strength(
    live: np.ndarray, past: np.ndarray, ordered: int, window: str, effect: float
) -> float:
    base, size = evidence.baseline(past, SHARES, size=SIZE)
    windows = seconds(QUICK.quiet_for) / seconds(window)
    rows = live.sum() / effect
    g_limit, rank_limit = (
        evidence.evidence_limit(critical, bins=bins, rows=rows, size=size, windows=windows)
        for critical, bins in ((CRITICAL, 12), (RANK_CRITICAL, 2))
    )
    g = evidence.g_statistic(live, base, size=size)
    share = worth(live.sum(), size, effect, least=QUICK.least_worth)
    if not ordered:
        return share * evidence.strength(g, g_limit)
    ranks = evidence.ranks(SHARES, ordered=ordered)
    rank = evidence.rank_statistic(live, base, ranks, size=size)
    return share * evidence.strength(g, g_limit, rank, rank_limit)


def test_a_gross_shift_is_seen_at_once_on_the_first_day() -> None:
    """Nobody knows the traffic's rhythm yet, and a sender breaks: it drifts within ten minutes."""
    broken = np.eye(12)[0]
    counts = np.vstack([_counts(200, 240, SHARES), _counts(200, 60, broken)])
    drifted = watch(counts, _reference(), Thresholds()).drifted
    assert not drifted[:240].any() and drifted[250:].all()


def test_days_and_nights_are_no_drift_and_a_shift_among_them_is() -> None:
    """From the first day on, though day and night differ by more than the limit of PSI."""
    day = np.sin(2 * np.pi * np.arange(9 * 1440) / 1440)[:, None]
    sides = np.where(np.arange(12) < 6, 1, -1)
    counts = np.random.default_rng(4).poisson(20 * SHARES * (1 + 0.5 * day * sides))
    reference = Reference(SHARES, 100_000, CRITICAL, RANK_CRITICAL, 10)
    steady = watch(counts.astype(np.float64), reference, Thresholds())
    assert steady.windows["1h"].looks.psi.max() > 0.2 and not steady.drifted.any()
    shifted = counts.astype(np.float64)
    shifted[-1440:, 11] += 40
    drifted = watch(shifted, reference, Thresholds()).drifted
    assert not drifted[:-1440].any() and drifted[-1380:].all()


def test_the_past_outlives_a_deployment() -> None:
    """A version that starts in mid-week knows the nights that its model saw before it."""
    day = np.sin(2 * np.pi * np.arange(10 * 1440) / 1440)[:, None]
    sides = np.where(np.arange(12) < 6, 1, -1)
    counts = np.random.default_rng(4).poisson(20 * SHARES * (1 + 0.8 * day * sides)).astype(float)
    reference = Reference(SHARES, 100_000, CRITICAL, RANK_CRITICAL, 10)
    deployed = 8 * 1440 + 300
    first = watch(counts[: deployed + 60], reference, Thresholds())
    history = first.history_until(deployed)
    second = watch(counts[deployed:], reference, Thresholds(), history=history)
    assert not second.drifted.any()
    assert (
        second.windows["1h"].limit.max() < Thresholds().news * first.windows["1h"].looks.psi.max()
    )


@pytest.mark.parametrize("psi", [0.3, 1.0])
def test_drift_lasts_as_long_as_it_lasts(psi: float) -> None:
    """A sudden shift that stays is one drift without a pause, and so it is not learned from."""
    far = {0.3: 0.5, 1.0: 0.95}[psi]
    sides = np.where(np.arange(12) < 6, 1, -1)
    shifted = SHARES * (1 + far * sides)
    counts = np.vstack(
        [_counts(10, 9 * 1440, SHARES), _counts(10, 9 * 1440, shifted / shifted.sum())]
    )
    drifted = watch(
        counts, Reference(SHARES, 2000, CRITICAL, RANK_CRITICAL, 10), Thresholds()
    ).drifted
    begin = int(np.flatnonzero(drifted)[0])
    assert 9 * 1440 < begin < 9 * 1440 + 600
    assert drifted[begin + 15 :].all()


def test_drift_outlasts_deployments() -> None:
    """Versions that keep the old reference and are deployed amid drift see it, for two weeks."""
    sides = np.where(np.arange(12) < 6, 1, -1)
    moved = SHARES * (1 + 0.9 * sides)
    reference = Reference(SHARES, 2000, CRITICAL, RANK_CRITICAL, 10)
    history = watch(_counts(10, 9 * 1440, SHARES), reference, Thresholds()).history
    for seed in range(2):
        counts = _counts(10, 6 * 1440, moved / moved.sum(), seed)
        found = watch(counts, reference, Thresholds(), history=history)
        assert found.drifted[1440:].all()
        history = found.history


def test_what_comes_back_is_no_news() -> None:
    """A nightly job alerts in its first night after the first week, and not in the third."""
    counts = _counts(10, 12 * 1440, SHARES)
    for night in (9, 10, 11):
        counts[night * 1440 : night * 1440 + 60, 11] += 12
    drifted = watch(counts, _reference(), Thresholds()).drifted
    nights = [drifted[night * 1440 : (night + 1) * 1440].any() for night in (9, 10, 11)]
    assert nights == [True, False, False]


def test_few_rows_in_many_windows_are_few_rows() -> None:
    """The first sixty rows of a version fill every window, and only the shortest speaks of them."""
    counts = np.zeros((30, 12))
    counts[:20, 0] = 3
    found = watch(counts, _reference(), Thresholds(rhythm="0s"))
    assert found.windows["1d"].looks.psi[19] > 0.1 and found.windows["1d"].evidence[19] > 1
    assert not any(found.windows[window].drifted[:20].any() for window in ("1h", "3h", "6h", "1d"))


def test_rows_that_follow_each_other_are_fewer_than_they_are() -> None:
    """Each row comes fifteen times: no drift, where independent rows would show it."""
    random = np.random.default_rng(6)
    came = random.poisson(0.7, (14 * 1440, 1)) * 15
    counts = np.array([random.multinomial(1, SHARES) * n for n in came[:, 0]], np.float64)
    assert watch(counts, _reference(), Thresholds(rhythm="0s")).drifted.any()
    assert not watch(counts, _reference(), Thresholds()).drifted.any()


def test_one_clients_burst_is_no_drift() -> None:
    """Among bursts of about ten rows, one of a hundred is much of a window and little evidence.

    It would be drift where the few rows of a window count in full, and an hour of such rows is.
    """
    shares = np.array([0.49, 0.33, 0.15, 0.0298, 0.0001, 0.0001])
    random = np.random.default_rng(7)
    lengths = random.geometric(0.1, 15 * 1440) * (random.random(15 * 1440) < 0.6)
    counts = np.array([random.multinomial(1, shares) * n for n in lengths], np.float64)
    reference = Reference(shares, 5000, 27.0, 1.0, 0)
    burst, at = counts.copy(), 14 * 1440
    burst[at : at + 5] = 0
    burst[at + 3, 3] = 100
    hour = slice(at, at + 60)
    assert not watch(burst, reference, Thresholds()).drifted.any()
    assert watch(burst, reference, Thresholds(least_worth=1.0)).drifted[hour].any()
    burst[at + 5 : at + 65, 3] += 75
    assert watch(burst, reference, Thresholds()).drifted[hour].any()
