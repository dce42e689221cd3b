"""The API's calls about pipeline schedules; a schedule runs when it is played, not by the clock."""

import re
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from demo.forge.api import entities
from demo.forge.api.pipelines import pairs
from demo.forge.errors import bad_request, invalid, not_found
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.records.state import Schedule

BASE = "/projects/:id/pipeline_schedules"
# Five fields: minute, hour, day of the month, month, day of the week.
CRON = re.compile(r"@(hourly|daily|weekly|monthly|yearly)|([\d*/,A-Za-z-]+ ){4}[\d*/,A-Za-z#-]+")


def schedules(call: Call) -> Response:
    """List the schedules."""
    wanted = {"active": True, "inactive": False}.get(call.params.get("scope", ""))
    with call.forge.state.lock:
        found = [
            schedule
            for schedule in call.forge.state.schedules.values()
            if wanted in (None, schedule.active)
        ]
    return paged(found, lambda one: _brief(call, one), params=call.params, url=call.url)


def schedule(call: Call) -> Response:
    """Describe a schedule."""
    return JSONResponse(_full(call, _schedule(call)))


def create(call: Call) -> Response:
    """Make a schedule of a branch or tag."""
    params = dict(call.params)
    state = call.forge.state
    made = Schedule(
        id=state.next_id(),
        description=params["description"],
        ref=_ref(call, params["ref"]),
        cron=_cron(params["cron"]),
        cron_timezone=params.get("cron_timezone", "UTC"),
        active=params.get("active", True),
        owner=call.token,
        created_at=state.clock(),
        inputs=_inputs(params.get("inputs", [])),
    )
    with state.lock:
        state.schedules[made.id] = made
    return JSONResponse(_full(call, made), 201)


def update(call: Call) -> Response:
    """Change what is given of a schedule."""
    changed: dict[str, Any] = dict(call.params)
    if "ref" in changed:
        changed["ref"] = _ref(call, changed["ref"])
    if "cron" in changed:
        _cron(changed["cron"])
    if "inputs" in changed:
        changed["inputs"] = _inputs(changed["inputs"])
    with call.forge.state.lock:
        made = replace(_schedule(call), **changed)
        call.forge.state.schedules[made.id] = made
    return JSONResponse(_full(call, made))


def delete(call: Call) -> Response:
    """Forget a schedule."""
    with call.forge.state.lock:
        del call.forge.state.schedules[_schedule(call).id]
    return Response(status_code=204)


def add_variable(call: Call) -> Response:
    """Give a schedule's pipelines a variable."""
    found = _schedule(call)
    given = pairs("variables", [call.params])
    with call.forge.state.lock:
        made = replace(found, variables={**found.variables, **given})
        call.forge.state.schedules[made.id] = made
    return JSONResponse(_variables(given)[0], 201)


def play(call: Call) -> Response:
    """Run a schedule now; its pipeline comes a moment later."""
    found = _schedule(call)
    forge = call.forge
    forge.background.submit(
        lambda: forge.pipelines.on_ref(
            "schedule",
            found.ref,
            found.owner,
            variables=found.variables,
            inputs={item["name"]: item["value"] for item in found.inputs},
        )
    )
    return JSONResponse({"message": "201 Created"}, 201)


def _schedule(call: Call) -> Schedule:
    found = call.forge.state.schedules.get(call.number("schedule"))
    if found is None:
        raise not_found("Pipeline Schedule")
    return found


def _ref(call: Call, ref: str) -> str:
    """Return a ref in full, as GitLab answers it."""
    name = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    for full in (f"refs/heads/{name}", f"refs/tags/{name}"):
        if call.forge.repository.resolve(full) and ref in (name, full):
            return full
    raise bad_request({"ref": ["is not a branch or tag of this project"]})


def _cron(text: str) -> str:
    if not CRON.fullmatch(text):
        raise bad_request({"cron": ["syntax is invalid"]})
    return text


def _inputs(given: list[Any]) -> tuple[dict[str, Any], ...]:
    if not all(isinstance(item, dict) and item.keys() == {"name", "value"} for item in given):
        raise invalid("inputs is invalid")
    return tuple(given)


def _variables(given: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"variable_type": "env_var", "key": key, "value": value, "raw": False}
        for key, value in given.items()
    ]


def _brief(call: Call, item: Schedule) -> dict[str, Any]:
    return {
        "id": item.id,
        "description": item.description,
        "ref": item.ref,
        "cron": item.cron,
        "cron_timezone": item.cron_timezone,
        "next_run_at": None,
        "active": item.active,
        "created_at": entities.moment(item.created_at),
        "updated_at": entities.moment(item.created_at),
        "owner": entities.user(call.forge, item.owner),
    }


def _full(call: Call, item: Schedule) -> dict[str, Any]:
    name = item.ref.split("/", 2)[2]
    with call.forge.state.lock:
        found = call.forge.state.pipelines.values()
        own = [one for one in found if (one.source, one.ref) == ("schedule", name)]
    last = max(own, key=lambda one: one.id, default=None)
    return {
        **_brief(call, item),
        "last_pipeline": None if last is None else entities.pipeline(call.forge, last),
        "variables": _variables(dict(item.variables)),
        "inputs": list(item.inputs),
    }


FIELDS = {
    "description": Field(),
    "ref": Field(),
    "cron": Field(),
    "cron_timezone": Field(),
    "active": Field("boolean"),
    "inputs": Field("list"),
}
NEEDED = {name: Field(required=True) for name in ("description", "ref", "cron")}
VARIABLE = {
    "key": Field(required=True),
    "value": Field(required=True),
    "variable_type": Field(values=("env_var", "file")),
}
LIST = {**PAGING, "scope": Field(values=("active", "inactive"))}
ROUTES = [
    Route("GET", BASE, schedules, fields=LIST),
    Route("POST", BASE, create, "write", "developer", fields=FIELDS | NEEDED),
    Route("GET", f"{BASE}/:schedule", schedule),
    Route("PUT", f"{BASE}/:schedule", update, "write", "developer", fields=FIELDS),
    Route("DELETE", f"{BASE}/:schedule", delete, "write", "developer"),
    Route("POST", f"{BASE}/:schedule/play", play, "write", "developer"),
    Route(
        "POST", f"{BASE}/:schedule/variables", add_variable, "write", "developer", fields=VARIABLE
    ),
]
