"""The report on one screen, for the job's log."""

from training.gate import describe
from training.report.source import Source


def summary(source: Source) -> str:
    """Return the verdict and the figures for it."""
    return describe(source.result)
