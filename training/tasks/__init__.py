"""The tasks that can be trained: one file each, registered in TASKS."""
