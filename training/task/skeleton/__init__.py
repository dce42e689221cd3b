"""The files of a new task; `python -m training.tasks new NAME` copies them."""
