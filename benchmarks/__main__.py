"""Run every benchmark: `python -m benchmarks`."""

import sys

from benchmarks import predict

BENCHMARKS = (predict.main,)

if __name__ == "__main__":
    sys.exit(max(benchmark([]) for benchmark in BENCHMARKS))
