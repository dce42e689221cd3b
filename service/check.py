"""Check whether the service would accept a bundle: `python -m service.check BUNDLE`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from perennial import bundle
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected


def main(arguments: Sequence[str] | None = None) -> int:
    """Check every file and the self-test row; return 1 where the bundle would be refused."""
    parser = argparse.ArgumentParser(prog="python -m service.check", description=__doc__)
    parser.add_argument("bundle", type=Path, help="the bundle's directory")
    options = parser.parse_args(arguments)
    try:
        loaded = Predictor(bundle.load(options.bundle)).bundle
    except BundleRejected as error:
        print(f"{options.bundle}: {error}", file=sys.stderr)
        return 1
    manifest = loaded.manifest
    print(f"{options.bundle}: {manifest.task} {manifest.version}, the service would accept it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
