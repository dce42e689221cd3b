"""Writes the report of a merge request for its reviewer: `python -m training.report`."""

from training.report.write import bundle_marker

__all__ = ["bundle_marker"]
