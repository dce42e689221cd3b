"""Run every detector on streams: stationary for the threshold, shifted for the delay."""

import multiprocessing
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.drift.frame import Floats, Ints
from benchmarks.drift.protocol import AS_SHIPPED, SHIPPED, Detector, delays, threshold
from benchmarks.drift.tasks import Setting, Task
from benchmarks.drift.traffic import DAY, INDEPENDENT, Traffic
from benchmarks.drift.windows import Looks

LEVEL = 0.05
# The rule whose limit is not set here.
FIXED = {SHIPPED: 0.0}


@dataclass(frozen=True)
class Size:
    """The amount to simulate: streams per setting, and stationary streams per purpose.

    Each of the `references` is drawn independently and gets an equal part of the streams.
    """

    references: int = 40
    streams: int = 40
    stationary: int = 400
    seed: int = 1
    processes: int = 2


@dataclass(frozen=True)
class SettingResult:
    """The result of one variant of a detector in one setting.

    power: share of streams with an alarm.  delay: median requests until the alarm, infinite if
    fewer than half alarmed.  cost: mean requests until the alarm, the horizon if there was none.
    """

    task: str
    shift: str
    strength: str
    grade: int
    detector: str
    variant: str
    power: float
    delay: float
    cost: float


@dataclass(frozen=True)
class Alarms:
    """A detector's share of test streams with a false alarm; others set its threshold."""

    task: str
    detector: str
    variant: str
    share: float
    limit: float


# Scores by (setting or None, detector), shape (streams, variants, looks).
Scores = dict[tuple[int | None, str], Floats]
# Shared by the processes of a pool; they are forked, so nothing is copied.
_shared: dict[str, tuple[Task, Traffic, Sequence[Detector], Size]] = {}


def run(
    task: Task, detectors: Sequence[Detector], size: Size, traffic: Traffic = INDEPENDENT
) -> tuple[list[SettingResult], list[Alarms]]:
    """Return the results of every detector in every setting, and its false alarms."""
    _shared["job"] = (task, traffic, detectors, size)
    parts: list[Scores] = []
    with multiprocessing.get_context("fork").Pool(size.processes) as pool:
        for part in pool.imap_unordered(_reference, range(size.references)):
            parts.append(part)
            done = f"{len(parts)} of {size.references} references"
            print(f"{task.name}, {traffic.name}: {done}", file=sys.stderr)
    results, alarms = [], []
    for detector in detectors:
        for v, variant in enumerate(detector.variants):
            name = SHIPPED if variant == AS_SHIPPED else detector.name
            scores = [_of(part, detector.name, v) for part in parts]
            found = _judge(scores, traffic.looks, limit=FIXED.get(name))
            alarms.append(Alarms(task.name, name, variant, *found[0]))
            results += [
                SettingResult(task.name, s.shift, s.strength, s.grade, name, variant, *figures)
                for s, figures in zip(task.settings, found[1], strict=True)
            ]
    return results, alarms


def _of(part: Scores, name: str, variant: int) -> dict[int | None, Floats]:
    """Return a variant's scores by setting, shape (streams, looks)."""
    return {at: found[:, variant] for (at, by), found in part.items() if by == name}


def _reference(number: int) -> Scores:
    """Return the scores of all streams of one reference."""
    task, traffic, detectors, size = _shared["job"]
    rng = np.random.default_rng([size.seed, number])
    reference = task.base.take(traffic.reference(task.sides, task.reference_rows, rng))
    watchers = {detector.name: detector.fit(reference, traffic.looks) for detector in detectors}
    still = Setting("none", "", 0, task.base, None)
    scores: Scores = {}
    for at, setting in ((None, still), *enumerate(task.settings)):
        count = (2 * size.stationary if at is None else size.streams) // size.references
        streams = [_stream(task.sides, setting, traffic, rng) for _ in range(count)]
        for name, watcher in watchers.items():
            score = watcher.watch(task.base, setting.frame)
            found = np.stack([score(*stream) for stream in streams])
            scores[at, name] = found.astype(np.float32)
    return scores


def _stream(
    sides: Floats, setting: Setting, traffic: Traffic, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Return the rows of a stream, before the onset and after it, at whatever hour that is."""
    looks, hour = traffic.looks, int(rng.integers(DAY)) if traffic.swing else 0
    places = np.arange(float(looks.before + looks.horizon)) + hour
    before = traffic.draw(sides, None, places[: looks.before], rng)
    return before, traffic.draw(sides, setting.weights, places[looks.before :], rng)


def _judge(
    scores: Sequence[Mapping[int | None, Floats]], looks: Looks, *, limit: float | None
) -> tuple[tuple[float, float], list[tuple[float, float, float]]]:
    """Return the share of false alarms with the limit, and power, delay and cost by setting.

    scores: of each reference, by setting, shape (streams, looks).  limit: None if it is set here.
    """
    still = [part[None].max(axis=1) for part in scores]
    if limit is None:
        # Half of each reference's stationary streams set the threshold, the other half test it.
        limit = threshold(np.concatenate([peaks[::2] for peaks in still]), level=LEVEL)
    share = float((np.concatenate([peaks[1::2] for peaks in still]) > limit).mean())
    figures = []
    for at in scores[0]:
        if at is not None:
            found = delays(np.concatenate([part[at] for part in scores]), limit, looks)
            spent = np.minimum(found, looks.horizon)
            figures.append(
                (float(np.isfinite(found).mean()), float(np.median(found)), float(spent.mean()))
            )
    return (share, limit), figures
