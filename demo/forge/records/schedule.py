"""A pipeline schedule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demo.forge.configuration import Token


@dataclass(frozen=True)
class Schedule:
    """The schedule of a pipeline; `ref` is the full ref."""

    id: int
    description: str
    ref: str
    cron: str
    cron_timezone: str
    active: bool
    owner: Token
    created_at: datetime
    updated_at: datetime
    inputs: tuple[Mapping[str, Any], ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
