"""Wilson's confidence interval of a share."""

from perennial.statistics.errors import InvalidCounts, InvalidLevel


def wilson(correct: int, rows: int, level: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval of a share; (0, 1) without rows, which SciPy rejects.

    correct: rows in the share.  rows: all rows.  level: confidence, usually 0.95.
    Raises InvalidCounts, InvalidLevel.
    Source: Wilson, Probable inference, the law of succession, and statistical inference, 1927.

    >>> [round(bound, 3) for bound in wilson(90, 100)]
    [0.826, 0.945]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if not 0 <= correct <= rows:
        raise InvalidCounts("correct", correct, f"a number from 0 to {rows}, the rows")
    if not 0 < level < 1:
        raise InvalidLevel("level", level, "between 0 and 1, exclusive")
    if rows == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(correct, rows).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)
