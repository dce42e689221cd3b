"""The API's calls about pipeline schedules; a schedule runs when it is played, not by the clock."""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.schedule import schedule as entity
from demo.forge.api.entities.schedule import schedule_listed, schedule_variables
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.pipelines import pairs
from demo.forge.api.routing import Call, Route
from demo.forge.ci.cron import parse, time_zone
from demo.forge.errors import bad_request, invalid, not_found
from demo.forge.records.schedule import Schedule

BASE = "/projects/:id/pipeline_schedules"


def schedules(call: Call) -> Response:
    """List the schedules."""
    wanted = {"active": True, "inactive": False}.get(call.params.get("scope", ""))
    with call.forge.state.lock:
        found = [
            schedule
            for schedule in call.forge.state.schedules.values()
            if wanted in (None, schedule.active)
        ]
    return paged(
        found, lambda one: schedule_listed(call.forge, one), params=call.params, url=call.url
    )


def schedule(call: Call) -> Response:
    """Describe a schedule."""
    return JSONResponse(entity(call.forge, _schedule(call)))


def create(call: Call) -> Response:
    """Create a schedule for a branch or tag."""
    params = dict(call.params)
    state = call.forge.state
    now = state.clock()
    made = Schedule(
        id=state.next_id(),
        description=params["description"],
        ref=_ref(call, params["ref"]),
        cron=_cron(params["cron"]),
        cron_timezone=_zone(params.get("cron_timezone", "UTC")),
        active=params.get("active", True),
        owner=call.token,
        created_at=now,
        updated_at=now,
        inputs=_inputs(params.get("inputs", [])),
    )
    with state.lock:
        state.schedules[made.id] = made
    return JSONResponse(entity(call.forge, made), 201)


def update(call: Call) -> Response:
    """Change the given fields of a schedule."""
    changed: dict[str, Any] = dict(call.params)
    if "ref" in changed:
        changed["ref"] = _ref(call, changed["ref"])
    if "cron" in changed:
        _cron(changed["cron"])
    if "cron_timezone" in changed:
        _zone(changed["cron_timezone"])
    if "inputs" in changed:
        changed["inputs"] = _inputs(changed["inputs"])
    with call.forge.state.lock:
        made = replace(_schedule(call), updated_at=call.forge.state.clock(), **changed)
        call.forge.state.schedules[made.id] = made
    return JSONResponse(entity(call.forge, made))


def delete(call: Call) -> Response:
    """Delete a schedule."""
    with call.forge.state.lock:
        del call.forge.state.schedules[_schedule(call).id]
    return Response(status_code=204)


def add_variable(call: Call) -> Response:
    """Add a variable to a schedule's pipelines."""
    given = pairs("variables", [call.params])
    with call.forge.state.lock:
        found = _schedule(call)
        made = replace(found, variables={**found.variables, **given})
        call.forge.state.schedules[made.id] = made
    return JSONResponse(schedule_variables(given)[0], 201)


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
    """Return the full ref, as GitLab does."""
    name = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    for full in (f"refs/heads/{name}", f"refs/tags/{name}"):
        if call.forge.repository.resolve(full) and ref in (name, full):
            return full
    raise bad_request({"ref": ["is not a branch or tag of this project"]})


def _cron(text: str) -> str:
    try:
        parse(text)
    except ValueError as error:
        raise bad_request({"cron": ["syntax is invalid"]}) from error
    return text


def _zone(name: str) -> str:
    try:
        time_zone(name)
    except ValueError as error:
        raise bad_request({"cron_timezone": ["syntax is invalid"]}) from error
    return name


def _inputs(given: list[Any]) -> tuple[dict[str, Any], ...]:
    if not all(isinstance(item, dict) and item.keys() == {"name", "value"} for item in given):
        raise invalid("inputs is invalid")
    return tuple(given)


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
