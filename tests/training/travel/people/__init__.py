"""A table with a time, a number, a word and nulls."""
