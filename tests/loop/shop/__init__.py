"""A task of the tests' own whose world changes twice."""
