"""Benchmarks, one file or package per claim in the README; `python -m benchmarks` runs them all."""
