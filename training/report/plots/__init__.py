"""The report's pictures: one idea each, readable in grey, when small and on any background."""

from training.report.plots.confusion import confusion, confusion_change
from training.report.plots.curves import curves
from training.report.plots.drift import drift
from training.report.plots.labels import label_shares
from training.report.plots.mistakes import mistakes
from training.report.plots.reliability import reliability
from training.report.plots.slices import slices

__all__ = [
    "confusion",
    "confusion_change",
    "curves",
    "drift",
    "label_shares",
    "mistakes",
    "reliability",
    "slices",
]
