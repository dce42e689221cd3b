"""Check in every run that the scores match those of the peers' own objects."""

import sys

import numpy as np

from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.peers.alibi import Alibi
from benchmarks.drift.peers.evidently import Evidently
from benchmarks.drift.peers.nannyml import NannyML
from benchmarks.drift.peers.river import CLOCK, River
from benchmarks.drift.protocol import WINDOWS
from benchmarks.drift.tasks import Task
from benchmarks.drift.windows import Looks

# Evidently's p-values are read from a table here, so their logarithms differ slightly.
TOLERANCE = 2e-3
AT = (1, 20, 70)
# -log of the smallest delta that river can divide by.
DEEPEST = 60.0


class PeerDiffers(Exception):
    """A peer's own object and the benchmark's fast version of it give different scores."""


def check(task: Task, *, seed: int) -> float:
    """Return the largest relative difference from the peers' own objects, on one stream.

    Raises PeerDiffers if it is not small.
    """
    looks, rng = Looks(), np.random.default_rng([seed, 0])
    rows, shifted = len(task.base), _shifted(task)
    reference = task.base.take(rng.integers(rows, size=task.reference_rows))
    first = rng.integers(rows, size=looks.before)
    then = rng.integers(rows, size=looks.horizon)
    stream = task.base.take(first).then(shifted.take(then))
    worst = 0.0
    for detector in (Evidently(), Alibi(), NannyML()):
        watcher = detector.fit(reference, looks)
        scores = watcher.watch(task.base, shifted)(first, then)
        for window in WINDOWS:
            for at in AT:
                end = looks.before + int(looks.places[at])
                live = stream.take(np.arange(end - window, end))
                for variant, said in watcher.real(live).items():
                    score = float(scores[detector.variants.index(variant), at])
                    worst = max(worst, _differ(task, f"{detector.name}, {variant}", said, score))
    _check_river(task, reference, stream, (first, then), looks)
    print(f"{task.name}: at most {worst:.1e} from the peers' own objects", file=sys.stderr)
    return worst


def _differ(task: Task, name: str, said: float, score: float) -> float:
    apart = abs(said - score) / max(abs(said), 1.0)
    if apart > TOLERANCE:
        raise PeerDiffers(f"{task.name}: {name}: the peer's score is {said}, expected {score}")
    return apart


def _shifted(task: Task) -> Frame:
    plain = (setting for setting in task.settings if setting.grade == 3)
    return next(setting.frame for setting in plain if setting.weights is None)


def _check_river(
    task: Task, reference: Frame, stream: Frame, rows: tuple[Ints, Ints], looks: Looks
) -> None:
    """Compare river's first alarm with the score, at a delta without alarms in the history."""
    watcher = River().fit(reference, looks)
    scores: Floats = watcher.watch(task.base, _shifted(task))(*rows)
    for variant, name in enumerate(River.variants):
        limit = min(0.9 * float(scores[variant].max()), DEEPEST)
        alarm = watcher.real(stream, variant, limit)
        expected = int(looks.places[(scores[variant] > limit).argmax()]) + looks.before
        if alarm is None or not 0 <= expected - alarm < looks.every + CLOCK:
            raise PeerDiffers(
                f"{task.name}: river, {name}: alarm at row {alarm}, expected {expected}"
            )
