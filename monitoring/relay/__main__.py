"""`python -m monitoring.relay` runs the relay; its settings come from RELAY_* variables."""

import argparse
import sys
from collections.abc import Sequence

import structlog
import uvicorn
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitoring.relay.app import build
from monitoring.relay.settings import Settings
from monitoring.relay.wiring import wire

LOG = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.JSONRenderer(),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; 2 where a setting is missing or wrong."""
    _parser().parse_args(arguments)
    try:
        settings = Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        print(*map(_sentence, error.errors()), sep="\n", file=sys.stderr)
        return 2
    structlog.configure(processors=LOG)
    app = build(wire(settings))
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning")
    return 0


def _sentence(problem: ErrorDetails) -> str:
    """Return what is wrong with a setting, without the value of a secret."""
    if not problem["loc"]:
        return str(problem["ctx"]["error"])
    name = str(problem["loc"][0])
    secret = Settings.model_fields[name].annotation not in (str, int, float)
    value = "" if secret or problem["type"] == "missing" else f"got {problem['input']!r}, "
    return f"RELAY_{name.upper()}: {value}{problem['msg']}"


def _parser() -> argparse.ArgumentParser:
    settings = "\n".join(
        f"  RELAY_{name.upper():<24}"
        + ("required" if field.is_required() else f"default {field.default}")
        for name, field in Settings.model_fields.items()
    )
    return argparse.ArgumentParser(
        prog="python -m monitoring.relay",
        description=__doc__,
        epilog=f"settings:\n{settings}\n"
        "A setting's name with _FILE behind it names a file that holds the value.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


if __name__ == "__main__":
    sys.exit(main())
