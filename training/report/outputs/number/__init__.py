"""What reports say of numbers only: answers beside truths, intervals, errors by column and time."""

from training.report.outputs.number.report import REPORT

__all__ = ["REPORT"]
