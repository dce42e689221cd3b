"""`python -m monitoring.relay` runs the relay; its settings come from RELAY_* variables."""

import argparse
import sys
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitoring.relay import limits
from monitoring.relay.app import build
from monitoring.relay.settings import Settings
from monitoring.relay.wiring import wire
from perennial import database, settings
from perennial.errors import SchemaRefused
from perennial.http.door import Door
from perennial.http.hosts import Hosts
from perennial.http.keyring import Keyring
from perennial.http.server import server

LOG = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.JSONRenderer(),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; 2 where a setting or the database is wrong, or it is down."""
    argparse.ArgumentParser(
        prog="python -m monitoring.relay",
        description=__doc__,
        epilog=settings.describe(Settings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    try:
        chosen = settings.read(Settings)
        others = settings.unknown(Settings)
        keys = _keyring(chosen)
        relay = wire(chosen)
    except (settings.InvalidSettings, SchemaRefused) as error:
        print(error, file=sys.stderr)
        return 2
    except (SQLAlchemyError, OSError) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        where = database.shown(database.parse(chosen.database_url))
        print(f"{where}: no connection: {reason}; start the database, then this", file=sys.stderr)
        return 2
    structlog.configure(processors=LOG)
    if others:
        effect = "the relay does not read them"
        structlog.get_logger().warning("unknown variables", names=others, effect=effect)
    _warn_of_models(chosen.models)
    hosts = Hosts.of(chosen.host, chosen.allowed_hosts)
    door = Door(hosts, setting=Settings.variable("allowed_hosts"))
    app = build(relay, door=door, root_path=chosen.root_path, keys=keys)
    running = server(
        app,
        host=chosen.host,
        port=chosen.port,
        request_seconds=chosen.request_seconds,
        keep_alive_seconds=chosen.keep_alive_seconds,
        grace_seconds=chosen.grace_seconds,
        log_level="warning",
    )
    running.run()
    return 0 if running.started else 1


def _warn_of_models(models: tuple[str, ...]) -> None:
    """Name models that may be misspelt: every task had a file when this relay was built."""
    known = limits.read()
    names = [model for model in models if model not in known]
    if names:
        effect = "a retrain fails if the repository has no such task; else the shipped limits apply"
        structlog.get_logger().warning(
            "models without a file in monitoring/relay/models",
            variable=Settings.variable("models"),
            names=names,
            expected=sorted(known),
            effect=effect,
        )


def _keyring(chosen: Settings) -> Keyring | None:
    if chosen.keys_file is None:
        return None
    log = structlog.get_logger()
    return Keyring(chosen.keys_file, variable=chosen.variable("keys_file"), log=log)


if __name__ == "__main__":
    sys.exit(main())
