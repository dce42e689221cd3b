"""Writes the report that a reviewer reads in a merge request; run as `python -m training.report`."""

from training.report.write import bundle_marker

__all__ = ["bundle_marker"]
