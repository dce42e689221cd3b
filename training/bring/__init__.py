"""Makes a task from a file of rows: what its columns are, what is doubtful, and a first model."""
