"""Run every benchmark: `python -m benchmarks`; /predict first uses the loop's model."""

import sys
import tempfile
from pathlib import Path

from benchmarks import loop, merge_request, predict, scrape
from benchmarks.kinds import KINDS
from demo.task import TASK


def main() -> int:
    """Run the benchmarks and return the worst exit code."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        bundle = out / "checkout" / "artifacts" / TASK / "bundle"
        codes = [loop.main(["--out", str(out)]), predict.main(["--bundle", str(bundle)])]
    codes += [predict.main(["--kind", kind]) for kind in KINDS]
    return max(*codes, scrape.main([]), merge_request.main([]))


if __name__ == "__main__":
    sys.exit(main())
