"""A task that defines nothing."""
