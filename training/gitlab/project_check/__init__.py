"""Checks that a project on GitLab has what the pipeline needs."""
