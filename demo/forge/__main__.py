"""Serve the forge from the command line."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
import uvicorn

from demo.forge.app import create_app
from demo.forge.configuration import load_config
from demo.forge.errors import ConfigError
from demo.forge.forge import Forge

EXAMPLE = """
example of the configuration:
  {"project": "perennial/perennial", "default_branch": "main",
   "tokens": [{"token": "secret-1", "kind": "project", "name": "ci", "role": "maintainer",
               "scopes": ["api", "write_repository"]},
              {"token": "secret-2", "kind": "trigger", "name": "relay"}],
   "variables": {"DVC_REMOTE_URL": "/srv/dvc", "REPO_TOKEN": {"value": "secret-1", "masked": true}},
   "runner": {"PATH": "/usr/bin:/bin", "HOME": "/srv/home"},
   "concurrency": 2, "timeout": 1800, "merge_method": "merge"}
"""


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    command = argparse.ArgumentParser(
        prog="python -m demo.forge",
        description="A stand-in for GitLab: its API, git over HTTP and pipelines of one project.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--root", type=Path, required=True, help="a folder for everything it keeps"
    )
    command.add_argument("--config", type=Path, required=True, help="a JSON file, see below")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on [%(default)s]")
    command.add_argument("--port", type=int, default=8929, help="port [%(default)s]")
    return command


def configure_logs() -> None:
    """Log one JSON object a line to the standard output."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.ExceptionRenderer(),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal comes; return the exit code."""
    arguments = parser().parse_args(argv)
    try:
        config = load_config(arguments.config)
    except ConfigError as error:
        print(f"python -m demo.forge: {error}", file=sys.stderr)
        return 2
    configure_logs()
    url = f"http://{arguments.host}:{arguments.port}"
    forge = Forge(arguments.root, config, url=url)
    uvicorn.run(
        create_app(forge),
        host=arguments.host,
        port=arguments.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=3,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
