"""A task of the tests' own, so that none of them needs a task of the project."""
