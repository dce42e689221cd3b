"""Writes the report of a merge request for its reviewer: `python -m training.report`."""
