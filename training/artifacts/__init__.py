"""The files that stages pass to each other."""
