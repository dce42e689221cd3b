"""Start the service: `python -m service`."""

import argparse
import gc
import sys
from collections.abc import Sequence

import service.threads  # noqa: F401  first of ours, before numpy is loaded
from service import logs, settings
from service.app import create_app
from service.counting.versions import Versions
from service.http.server import server

# How long another thread may keep the event loop waiting; with Python's 5 ms the store's writer
# showed in the slowest percent of the answers.
SWITCH_SECONDS = 0.0001


def main(arguments: Sequence[str] | None = None, *, versions: Versions | None = None) -> int:
    """Read the environment, serve until a signal, return the exit code.

    versions: hold the counters; the benchmark of these brings its own.
    """
    parser = argparse.ArgumentParser(
        prog="python -m service",
        description="Serve the bundle behind the link `production` over HTTP.",
        epilog=settings.describe(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    try:
        chosen = settings.read()
        log = logs.configure(chosen.log_level)
        # What is loaded at the start is never freed: frozen, no collection walks it again. Measured
        # at 16 connections: 99 % of the answers within 5 ms instead of 18.
        app = create_app(chosen, log=log, started=gc.freeze, versions=versions)
    except settings.InvalidSettings as error:
        print(f"service: {error}", file=sys.stderr)
        return 2
    sys.setswitchinterval(SWITCH_SECONDS)
    running = server(app, chosen)
    running.run()
    return 0 if running.started else 1


if __name__ == "__main__":
    sys.exit(main())
