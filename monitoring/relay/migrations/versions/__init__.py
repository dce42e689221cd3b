"""One file for each version of the tables, in their order; they go forward only."""
