"""A pipeline schedule, as the API shows it.

Source: ci/pipeline_schedule.rb, ci/pipeline_schedule_details.rb and ci/variable.rb in
lib/api/entities of GitLab.
"""

from collections.abc import Mapping
from typing import Any

from demo.forge.api.entities.pipeline import pipeline_basic
from demo.forge.api.entities.timestamp import timestamp
from demo.forge.api.entities.user import user
from demo.forge.ci.cron import next_time
from demo.forge.forge import Forge
from demo.forge.records.schedule import Schedule

Json = dict[str, Any]


def schedule_listed(forge: Forge, item: Schedule) -> Json:
    """Return a schedule as the list shows it."""
    upcoming = next_time(item.cron, item.cron_timezone, after=forge.state.clock())
    return {
        "id": item.id,
        "description": item.description,
        "ref": item.ref,
        "cron": item.cron,
        "cron_timezone": item.cron_timezone,
        "next_run_at": timestamp(upcoming),
        "active": item.active,
        "created_at": timestamp(item.created_at),
        "updated_at": timestamp(item.updated_at),
        "owner": user(forge, item.owner),
        "inputs": list(item.inputs),
    }


def schedule(forge: Forge, item: Schedule) -> Json:
    """Return a schedule by itself."""
    name = item.ref.split("/", 2)[2]
    with forge.state.lock:
        found = forge.state.pipelines.values()
        own = [one for one in found if (one.source, one.ref) == ("schedule", name)]
    last = max(own, key=lambda one: one.id, default=None)
    return {
        **schedule_listed(forge, item),
        "last_pipeline": None if last is None else pipeline_basic(forge, last),
        "variables": schedule_variables(item.variables),
    }


def schedule_variables(given: Mapping[str, str]) -> list[Json]:
    """Return the variables of a schedule."""
    return [
        {"variable_type": "env_var", "key": key, "value": value, "raw": False}
        for key, value in given.items()
    ]
