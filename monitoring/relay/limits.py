"""Limits of single models, from the tasks' limits.yaml by way of generated files."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from monitoring.relay.policy import Policy
from perennial.errors import Described, InvalidValue
from perennial.http.settings import Days, Pause, Seconds
from perennial.settings import InvalidSettings

# `python -m monitoring generate` writes them: one for each model, so that two branches that add one
# each do not change the same file.
FOLDER = Path(__file__).with_name("models")
# Under 1 the next attempt would need no new rows.
Growth = Annotated[float, Field(gt=1, le=100, allow_inf_nan=False)]
DURATIONS = {
    "cooldown_seconds": timedelta(seconds=1),
    "every_days": timedelta(days=1),
    "lookback_seconds": timedelta(seconds=1),
    "flow_seconds": timedelta(seconds=1),
}


class RelayLimits(BaseModel):
    """What differs for one model from the relay's settings; a task's limits.yaml has it."""

    # YAML reads `no` as false, which is no number.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    cooldown_seconds: Pause | None = None
    daily_budget: Annotated[int, Field(ge=1)] | None = None
    drift_rows: Annotated[int, Field(ge=1)] | None = None
    fall_rows: Annotated[int, Field(ge=1)] | None = None
    growth: Growth | None = None
    carry: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    every_days: Days | None = None

    def applied(self, policy: Policy) -> Policy:
        """Return the policy of the model, from that of all.

        >>> RelayLimits(daily_budget=1).applied(Policy()).daily_budget
        1
        """
        own: dict[str, Any] = self.model_dump(exclude_none=True)
        for name, unit in DURATIONS.items():
            if name in own:
                field, _, _ = name.rpartition("_")
                own[field] = own.pop(name) * unit
        return replace(policy, **own)


class ModelLimits(RelayLimits):
    """The limits of one model, with what the relay has to know of its pipeline and its alerts.

    least_rows, lookback_seconds: of `collect`, in the task's params.yaml.
    flow_seconds: the window in which a fall of accuracy is looked for at the latest.
    """

    least_rows: Annotated[int, Field(ge=1)] | None = None
    lookback_seconds: Pause | None = None
    flow_seconds: Seconds | None = None


def read(folder: Path = FOLDER) -> dict[str, ModelLimits]:
    """Return the limits by model. Raises InvalidSettings without the folder: no file, no limit."""
    if not folder.is_dir():
        expected = "a folder with a file for each model, from `python -m monitoring generate`"
        raise InvalidSettings(str(InvalidValue(str(folder), Described("nothing"), expected)))
    files = sorted(folder.glob("*.json"))
    return {file.stem: ModelLimits.model_validate(json.loads(file.read_text())) for file in files}


def write(limits: Mapping[str, ModelLimits], folder: Path = FOLDER) -> list[Path]:
    """Write a file for each model, remove those of other models, and return what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{model}.json": one for model, one in limits.items()}
    for file, one in files.items():
        document = one.model_dump(exclude_none=True)
        file.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for file in set(folder.glob("*.json")) - set(files):
        file.unlink()
    return sorted(files)
