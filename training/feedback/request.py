"""The request for a collection, checked when it is read from the command line."""

import argparse
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from training.errors import BadParameter
from training.feedback.settings import database_url

# Stands for the incident of rows that were collected by hand.
MANUAL = "manual"


@dataclass(frozen=True)
class Request:
    """What to collect: an incident's rows, or those since a time, or all."""

    task: str
    incident: str
    since: datetime | None
    database: str

    def earliest(self, lookback_seconds: float) -> datetime | None:
        """Return the time of the first row; the lookback applies to incidents, not to `--since`."""
        if self.since is None or self.incident == MANUAL:
            return self.since
        return self.since - timedelta(seconds=lookback_seconds)


def request_of(options: argparse.Namespace) -> Request:
    """Check the command line's values.

    Raises BadParameter.
    """
    incident, started = options.incident, options.incident_started
    if incident and not re.fullmatch("[0-9a-f]{12}", incident):
        raise BadParameter("--incident", incident, "12 hexadecimal digits, or nothing")
    if bool(incident) != bool(started):
        raise BadParameter("--incident-started", started, "a time if and only if --incident is set")
    if incident and options.since:
        raise BadParameter("--since", options.since, "no value, since --incident is set")
    if options.erase_only and (incident or options.since):
        raise BadParameter("--erase-only", "given", "without --incident and --since")
    name, text = ("--incident-started", started) if incident else ("--since", options.since)
    since = parse_time(text, name=name) if text else None
    return Request(options.task, incident or MANUAL, since, options.database or database_url())


def parse_time(text: str, *, name: str) -> datetime:
    """Return a time in UTC; text without an offset is UTC.

    Raises BadParameter.

    >>> parse_time("2026-11-21T10:00:00Z", name="--since").isoformat()
    '2026-11-21T10:00:00+00:00'
    """
    try:
        parsed = datetime.fromisoformat(text)
        zoned = parsed.replace(tzinfo=timezone.utc) if parsed.tzinfo is None else parsed
        return zoned.astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise BadParameter(name, text, "an ISO 8601 time such as 2026-11-21T10:00:00Z") from error
