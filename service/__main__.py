"""Start the service: `python -m service`."""

import argparse
import sys
from collections.abc import Sequence

import uvicorn

from service import logs, settings
from service.app import create_app


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the environment, serve until a signal, return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m service",
        description="Serve the bundle behind the link `production` over HTTP.",
        epilog=settings.describe(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    try:
        chosen = settings.read()
    except settings.InvalidSettings as error:
        print(f"service: {error}", file=sys.stderr)
        return 2
    log = logs.configure(chosen.log_level)
    config = uvicorn.Config(
        create_app(chosen, log=log),
        host=chosen.host,
        port=chosen.port,
        http="httptools",
        access_log=False,
        log_config=None,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
