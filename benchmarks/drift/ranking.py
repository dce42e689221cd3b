"""Rank the detectors by delay over all settings, each with its best variant."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from benchmarks.drift.frame import Floats
from benchmarks.drift.run import SettingResult

# Smaller differences, in requests, are ties.
TIE = 50


def best(results: Sequence[SettingResult]) -> dict[str, str]:
    """Return each detector's variant with the best average rank among its own."""
    names = list(dict.fromkeys(result.detector for result in results))
    chosen = {}
    for name in names:
        own: dict[str, list[float]] = {}
        for result in results:
            if result.detector == name:
                own.setdefault(result.variant, []).append(result.cost)
        ranked = average_ranks(own)
        chosen[name] = min(ranked, key=lambda variant: ranked[variant])
    return chosen


def average_ranks(costs: Mapping[str, Iterable[float]]) -> dict[str, float]:
    """Return each name's rank, 1 for the lowest cost, averaged over settings; ties share ranks.

    costs: per name the mean requests until the alarm, with settings in the same order.

    >>> average_ranks({"a": [100, 500], "b": [300, 510]})
    {'a': 1.25, 'b': 1.75}
    """
    from scipy.stats import rankdata

    table: Floats = np.array([list(of) for of in costs.values()])
    ranks = rankdata(np.round(table / TIE), axis=0)
    return {name: float(mean) for name, mean in zip(costs, ranks.mean(axis=1), strict=True)}
