"""A table with a number as its label."""
