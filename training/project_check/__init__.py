"""Does a project on GitLab have what the pipeline needs? `python -m training.project_check`."""
