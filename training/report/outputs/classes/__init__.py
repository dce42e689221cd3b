"""What reports say of classes only: confusion, calibration, shares of labels, scores per label."""

from training.report.outputs.classes.report import REPORT

__all__ = ["REPORT"]
