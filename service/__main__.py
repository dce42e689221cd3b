"""Start the service: `python -m service`."""

import argparse
import gc
import sys
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger

import service.threads  # noqa: F401  must come before anything that imports numpy
from perennial import settings
from perennial.database import parse, shown, unreachable
from perennial.errors import SchemaRefused
from service import logs
from service.app import create_app
from service.counting.versions import Versions
from service.http.server import server
from service.settings import Settings
from service.store import tables

# How long another thread may keep the event loop waiting. With Python's default of 5 ms, the
# store's writer delayed the slowest 1 % of responses.
SWITCH_SECONDS = 0.0001
INTERRUPTED = 130  # a shell's exit code for SIGINT


def main(arguments: Sequence[str] | None = None, *, versions: Versions | None = None) -> int:
    """Read the environment, serve until a signal, return the exit code.

    versions: where the counters are kept; the benchmark of the counters passes its own.
    """
    parser = argparse.ArgumentParser(
        prog="python -m service",
        description="Serve the bundle behind the link `production` over HTTP.",
        epilog=settings.describe(Settings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    try:
        chosen = settings.read(Settings)
        others = settings.unknown(Settings)
        log = logs.configure(chosen.log_level)
        if others:
            log.warning("unknown_variables", names=others, effect="the service does not read them")
        # Objects loaded at the start are never freed; freezing them keeps the garbage collector
        # from scanning them. At 16 connections the 99th percentile fell from 18 ms to 5 ms.
        app = create_app(chosen, log=log, started=gc.freeze, versions=versions)
        _prepare(chosen.database_url, log)
    except (settings.InvalidSettings, SchemaRefused) as error:
        print(f"service: {error}", file=sys.stderr)
        return 2
    except (SQLAlchemyError, OSError) as error:
        reason = str(error).splitlines()[0]
        print(f"service: {shown(parse(chosen.database_url))}: {reason}", file=sys.stderr)
        return 2
    sys.setswitchinterval(SWITCH_SECONDS)
    running = server(app, chosen)
    try:
        running.run()
    except KeyboardInterrupt:  # uvicorn raises Ctrl-C again after an orderly shutdown
        return INTERRUPTED
    return 0 if running.started else 1


def _prepare(address: str, log: FilteringBoundLogger) -> None:
    """Create or migrate the tables; if the database is down, the store tries again later.

    Raises SchemaRefused, SQLAlchemyError for any other failure, OSError for SQLite's folder.
    """
    engine = tables.connect(address)
    try:
        tables.create(engine)
    except SQLAlchemyError as error:
        if not unreachable(error):
            raise
        log.warning("database_unreachable", error=str(error).splitlines()[0])
    finally:
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
