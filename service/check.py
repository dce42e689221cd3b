"""Check whether the service accepts a bundle: `python -m service.check BUNDLE`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from perennial.errors import BundleRejected
from perennial.settings import InvalidSettings, read
from service.serving.loaded import loader
from service.serving.secret import VARIABLE, hashed
from service.settings import Settings, TrialSettings


def main(arguments: Sequence[str] | None = None, *, settings: Settings | None = None) -> int:
    """Load the bundle as the service does; return 1 where it would be refused.

    settings: the service's; if None, the default ones with the trial's limits that are set.
    """
    parser = argparse.ArgumentParser(prog="python -m service.check", description=__doc__)
    parser.add_argument("bundle", type=Path, help="the bundle's directory")
    options = parser.parse_args(arguments)
    try:
        chosen = settings or Settings(**read(TrialSettings).model_dump())
    except InvalidSettings as error:
        print(error, file=sys.stderr)
        return 2
    try:
        loaded = loader(chosen)(options.bundle).bundle
    except BundleRejected as error:
        print(f"{options.bundle}: {error}", file=sys.stderr)
        return 1
    manifest = loaded.manifest
    columns = hashed(manifest.input)
    needs = f" if it has {VARIABLE}, to hash {', '.join(columns)}" if columns else ""
    accepted = f"the service would accept it{needs}"
    print(f"{options.bundle}: {manifest.task} {manifest.version}, {accepted}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
