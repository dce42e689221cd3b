"""Logs: one JSON object per line on standard output, from our code and from libraries."""

import logging
import sys
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import FilteringBoundLogger


def configure(level: str, *, stream: TextIO = sys.stdout) -> FilteringBoundLogger:
    """Send our logs and those of libraries to `stream`, and return our logger."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    log: FilteringBoundLogger = structlog.get_logger()
    # Libraries log below warning level only when ours is debug.
    chatter = least if least <= logging.DEBUG else max(least, logging.WARNING)
    logging.basicConfig(handlers=[_Forward(log)], level=chatter, force=True)
    _take_over("uvicorn", "uvicorn.error", "uvicorn.access")
    logging.getLogger("uvicorn.error").setLevel(least)
    return log


def _take_over(*names: str) -> None:
    """Send these loggers through the root's handler only; uvicorn may have added its own."""
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


class _Forward(logging.Handler):
    """Passes the records of the standard library's logging to structlog."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.log(
            record.levelno,
            record.getMessage(),
            logger=record.name,
            exc_info=record.exc_info,
        )


def _dumps(event: dict[str, Any], **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
