"""Every detector sees a gross shift and rests without one; what is computed fast is what is meant.

The peers' own libraries are not in this environment: each run of the benchmark holds them against
these scores.
"""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from benchmarks.drift import windows
from benchmarks.drift.bins import Bins
from benchmarks.drift.distances import _pass
from benchmarks.drift.ours import Perennial, g, psi, rank
from benchmarks.drift.peers.boxkite import Boxkite
from benchmarks.drift.peers.nannyml import NannyML
from benchmarks.drift.peers.river import River, cuts
from benchmarks.drift.protocol import Detector
from benchmarks.drift.windows import Looks
from perennial.statistics import drift, evidence
from tests.benchmarks.drift.frames import frame

LOOKS = Looks(every=50, horizon=3_000, before=14_400)
DETECTORS = (Perennial(), NannyML(), Boxkite(), River())


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_a_gross_shift_outscores_every_stationary_stream(detector: Detector) -> None:
    """In each variant that is any use, the least score after a shift is above the rest."""
    base, shifted = frame(), frame(moved=2.0)
    rng = np.random.default_rng(5)
    watcher = detector.fit(base.take(rng.integers(400, size=5_000)), LOOKS)
    first, then = rng.integers(400, size=LOOKS.before), rng.integers(400, size=LOOKS.horizon)
    still = watcher.watch(base, base)(first, then)
    moved = watcher.watch(base, shifted)(first, then)
    assert still.shape == moved.shape == (len(detector.variants), LOOKS.count)
    assert (moved.max(axis=1) > still.max(axis=1)).sum() >= len(detector.variants) - 2


def test_effect_and_evidence_are_those_of_the_specification() -> None:
    """All signals at once give what perennial/statistics/drift.py and evidence.py give for one."""
    bins = Bins(frame(1_000))
    found = np.bincount(bins.codes(frame(200, moved=0.5)).ravel(), minlength=bins.size)
    live, known = found[None].astype(np.float64), 1_000
    effects = psi(live, bins, rows=200, prior=50.0)[0]
    proofs = g(live, bins.shares[None], bins.sizes, rows=200, known=known)[0]
    moves = rank(live, bins.shares[None], bins, rows=200, known=known)[0]
    for s, (start, size) in enumerate(zip(bins.starts, bins.sizes, strict=True)):
        part = slice(start, start + size)
        counts, shares, ranks = live[0, part], bins.shares[part], bins.ranks[part]
        assert effects[s] == pytest.approx(drift.psi(counts, shares, prior=50.0))
        assert proofs[s] == pytest.approx(evidence.g_statistic(counts, shares, size=known))
        if bins.is_ordered[s]:
            expected = evidence.rank_statistic(counts, shares, ranks[:-2], size=known)
            assert moves[s] == pytest.approx(expected)
        else:
            assert moves[s] == 0


def test_every_row_counts_in_one_bin_of_each_signal() -> None:
    """A value beyond the reference is outside, a gap is missing."""
    bins = Bins(frame(1_000))
    codes = bins.codes(frame(300, moved=9.0, missing=0.3))
    assert codes.shape == (300, 3)
    outside, missing = bins.starts[0] + bins.sizes[0] - 2, bins.starts[1] + bins.sizes[1] - 1
    assert (codes[:, 0] == outside).mean() > 0.9
    assert 0.3 < (codes[:, 1] == missing).mean() < 0.5


def test_windows_slide_from_before_the_onset() -> None:
    """A window as long as two looks holds what came in both."""
    looks = Looks(every=2, horizon=6, before=4)
    codes = np.array([[0]] * 4 + [[1]] * 6)
    assert windows.counts(codes, 2, window=4, looks=looks).tolist() == [[2, 2], [0, 4], [0, 4]]


def test_distances_on_the_ladder_are_scipys() -> None:
    """One pass over sorted values gives the area between two distributions, gaps left out."""
    codes = np.array([[0, 2, 2, -1]])
    shares, gaps = np.array([[1 / 3, 2 / 3, 1.0]]), np.array([[1.0, 2.0, 0.0]])
    ks, area = _pass(codes, shares, gaps, np.array([3]), 4, 4, 1)
    assert ks[0, 0] == pytest.approx(1 / 3)
    assert area[0, 0] == pytest.approx(wasserstein_distance([0, 1, 3], [0, 3, 3]))


def test_adwins_buckets_double_from_the_newest_rows_back() -> None:
    """However many rows came, bucket ends stand closest where the rows are newest."""
    for rows in (6, 33, 640, 9_000):
        ends = cuts(rows)
        sizes = np.diff(np.concatenate([[0], ends, [rows]]))
        assert sizes.sum() == rows
        assert (np.diff(sizes) <= 0).all() and sizes[-1] == 1
