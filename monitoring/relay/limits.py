"""Limits of single models, from the tasks' limits.yaml by way of a generated file."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from monitoring.relay.policy import Policy
from perennial.http.settings import Pause

# `python -m monitoring generate` writes it.
FILE = Path(__file__).with_name("limits.json")


class RelayLimits(BaseModel):
    """What differs for one model from RELAY_COOLDOWN_SECONDS and RELAY_DAILY_BUDGET."""

    # YAML reads `no` as false, which is no number.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    cooldown_seconds: Pause | None = None
    daily_budget: Annotated[int, Field(ge=1)] | None = None

    def applied(self, policy: Policy) -> Policy:
        """Return the policy of the model, from that of all.

        >>> RelayLimits(daily_budget=1).applied(Policy()).daily_budget
        1
        """
        own: dict[str, Any] = {}
        if self.cooldown_seconds is not None:
            own["cooldown"] = timedelta(seconds=self.cooldown_seconds)
        if self.daily_budget is not None:
            own["daily_budget"] = self.daily_budget
        return replace(policy, **own)


def read(file: Path = FILE) -> dict[str, RelayLimits]:
    """Return the limits by model."""
    document = json.loads(file.read_text(encoding="utf-8"))
    return {model: RelayLimits.model_validate(given) for model, given in document.items()}


def render(limits: dict[str, RelayLimits]) -> str:
    """Return the text of the file."""
    document = {model: one.model_dump(exclude_none=True) for model, one in limits.items()}
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
