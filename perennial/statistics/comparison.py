"""The statistics that decide: intervals, paired tests, calibration."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
Bools = NDArray[np.bool_]

Alternative = Literal["two-sided", "greater", "less"]


def wilson(correct: int, rows: int, level: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval of a share: no row tells nothing, so it is (0, 1) then.

    correct: rows that count.  rows: of how many.  level: confidence, usually 0.95.
    Source: Wilson, Probable inference, the law of succession, and statistical inference, 1927.

    >>> [round(bound, 3) for bound in wilson(90, 100)]
    [0.826, 0.945]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if not 0 <= correct <= rows:
        raise ValueError(f"correct: got {correct}, expected 0 to {rows}, the rows")
    if not 0 < level < 1:
        raise ValueError(f"level: got {level}, expected between 0 and 1, exclusive")
    if rows == 0:
        return 0.0, 1.0
    z = float(stats.norm.ppf((1 + level) / 2))
    share = correct / rows
    scale = 1 + z**2 / rows
    centre = (share + z**2 / (2 * rows)) / scale
    reach = z / scale * (share * (1 - share) / rows + z**2 / (4 * rows**2)) ** 0.5
    low = 0.0 if correct == 0 else centre - reach
    return low, 1.0 if correct == rows else centre + reach


def mcnemar(champion: Bools, challenger: Bools, alternative: Alternative = "two-sided") -> float:
    """Return the exact p-value that two models are right equally often on the same rows.

    champion, challenger: whether each row is predicted right, shape (rows,).
    alternative: how the challenger may differ; "greater" or "less" asks for one side.
    Source: McNemar, Psychometrika 12, 1947; exact form: the sign test on the discordant rows.

    >>> champion = np.array([True] * 5 + [False] * 15)
    >>> round(mcnemar(champion, ~champion), 4)
    0.0414
    >>> mcnemar(champion, champion)
    1.0
    """
    _check_pair(champion, challenger)
    gained = int((challenger & ~champion).sum())
    lost = int((champion & ~challenger).sum())
    if gained + lost == 0:
        return 1.0
    return float(stats.binomtest(gained, gained + lost, 0.5, alternative=alternative).pvalue)


def paired_interval(
    champion: Bools, challenger: Bools, *, samples: int = 2000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Return the bootstrap interval of challenger's accuracy minus champion's, rows kept in pairs.

    samples: usually 2000.  level: confidence, usually 0.95.  seed: same seed, same interval.
    A row's difference is -1, 0 or 1, so that resampling rows is one multinomial draw a sample.
    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13 (percentile).

    >>> champion = np.array([True] * 5 + [False] * 15)
    >>> paired_interval(champion, ~champion)
    (0.1, 0.9)
    """
    _check_pair(champion, challenger)
    rows = len(champion)
    lost = int((champion & ~challenger).sum())
    gained = int((challenger & ~champion).sum())
    shares = np.array([lost, rows - lost - gained, gained]) / rows
    draws = np.random.default_rng(seed).multinomial(rows, shares, size=samples)
    differences = (draws[:, 2] - draws[:, 0]) / rows
    low, high = np.quantile(differences, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def small_paired_interval(
    champion: Bools, challenger: Bools, *, level: float = 0.95
) -> tuple[float, float]:
    """Return an interval as `paired_interval` does, that keeps its word on few rows too.

    Half a row is added to each of the four outcomes, so that it has a width even where no row
    differs.  level: confidence, usually 0.95.
    Source: Agresti and Min, Simple improved confidence intervals for comparing matched
    proportions, 2005.

    >>> champion = np.ones(30, dtype=bool)
    >>> [round(bound, 3) for bound in small_paired_interval(champion, champion)]
    [-0.061, 0.061]
    """
    _check_pair(champion, challenger)
    rows = len(champion) + 2
    lost = int((champion & ~challenger).sum()) + 0.5
    gained = int((challenger & ~champion).sum()) + 0.5
    z = float(stats.norm.ppf((1 + level) / 2))
    centre = (gained - lost) / rows
    reach = z * float(np.sqrt(gained + lost - (gained - lost) ** 2 / rows)) / rows
    return max(-1.0, centre - reach), min(1.0, centre + reach)


def calibration_error(probabilities: Floats, labels: Ints, bins: int = 15) -> float:
    """Return how far confidence lies from accuracy, averaged over rows: 0 is calibrated.

    probabilities: shape (rows, labels).  labels: indices, shape (rows,).
    bins: of equal width over the confidence, usually 15.
    Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section 2.

    >>> sure = np.array([[1.0, 0.0], [1.0, 0.0]])
    >>> calibration_error(sure, np.array([0, 1])), calibration_error(sure, np.array([0, 0]))
    (0.5, 0.0)
    """
    if len(probabilities) != len(labels) or not len(labels):
        raise ValueError(f"labels: got {len(labels)} rows, expected {len(probabilities)}, not 0")
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    index = confidence_bins(confidence, bins)
    gaps = np.bincount(index, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def confidence_bins(confidence: Floats, bins: int = 15) -> NDArray[np.int64]:
    """Return the bin of each confidence: of equal width, open below and closed above.

    >>> confidence_bins(np.array([0.05, 0.5, 1.0]), bins=2)
    array([0, 0, 1])
    """
    return np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, in the same order, at most 1.

    Below a level they hold all together: the chance of any false finding is at most that level.
    Source: Holm, A simple sequentially rejective multiple test procedure, 1979.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected = [0.0] * len(p_values)
    least = 0.0
    for place, index in enumerate(np.argsort(p_values, kind="stable")):
        least = max(least, min(1.0, p_values[index] * (len(p_values) - place)))
        corrected[index] = least
    return corrected


def _check_pair(champion: Bools, challenger: Bools) -> None:
    if champion.shape != challenger.shape or champion.ndim != 1 or not len(champion):
        shapes = f"{champion.shape} and {challenger.shape}"
        raise ValueError(f"champion, challenger: got shapes {shapes}, expected one and the same")
