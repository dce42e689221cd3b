"""One file per claim in the README; `python -m benchmarks` runs them all."""
