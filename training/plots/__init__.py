"""The report's pictures: one idea each, readable in grey, when small, on any page."""

from training.plots.confusion import confusion, confusion_change
from training.plots.curves import curves
from training.plots.drift import drift
from training.plots.labels import label_shares
from training.plots.mistakes import mistakes
from training.plots.reliability import reliability
from training.plots.slices import slices

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
