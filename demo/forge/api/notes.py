"""The API's calls about the notes on a merge request."""

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.note import note as note_entity
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.configuration import ROLES
from demo.forge.errors import forbidden, not_found
from demo.forge.limits import check_note
from demo.forge.records.merge_request import MergeRequest, Note

BASE = "/projects/:id/merge_requests/:iid/notes"


def _noted(call: Call) -> MergeRequest:
    """Return the merge request of the address; GitLab words its absence differently here."""
    number = call.number("iid", "MergeRequest")
    found = call.forge.state.merge_requests.get(number)
    if found is None:
        raise not_found("MergeRequest")
    return found


def notes(call: Call) -> Response:
    """List notes, newest first unless asked otherwise."""
    request = _noted(call)
    with call.forge.state.lock:
        found = sorted(
            request.notes,
            key=lambda one: one.id,
            reverse=call.params.get("sort", "desc") == "desc",
        )
        return paged(
            found,
            lambda one: note_entity(call.forge, request, one),
            params=call.params,
            url=call.url,
        )


def _note(call: Call, request: MergeRequest) -> Note:
    number = call.number("note")
    for note in request.notes:
        if note.id == number:
            return note
    raise not_found()


def _own_note(call: Call, request: MergeRequest) -> Note:
    """Return a note that the caller may change: their own, or any to a Maintainer.

    Raises ApiError; for everybody where it is GitLab's own.
    """
    found = _note(call, request)
    maintains = call.token.role >= ROLES["maintainer"]
    if found.system or not (found.author == call.token or maintains):
        raise forbidden()
    return found


def add_note(call: Call) -> Response:
    """Write a note."""
    request = _noted(call)
    written = call.forge.merge_requests.comment(request, call.token, call.params["body"])
    return JSONResponse(note_entity(call.forge, request, written), 201)


def note(call: Call) -> Response:
    """Describe a note."""
    request = _noted(call)
    with call.forge.state.lock:
        return JSONResponse(note_entity(call.forge, request, _note(call, request)))


def update_note(call: Call) -> Response:
    """Change a note."""
    request = _noted(call)
    with call.forge.state.lock:
        changed = _own_note(call, request)
        check_note(call.params["body"])
        changed.body = call.params["body"]
        changed.updated_at = call.forge.state.clock()
    return JSONResponse(note_entity(call.forge, request, changed))


def delete_note(call: Call) -> Response:
    """Delete a note."""
    request = _noted(call)
    with call.forge.state.lock:
        request.notes.remove(_own_note(call, request))
    return Response(status_code=204)


NOTES = {**PAGING, "sort": Field(values=("asc", "desc")), "order_by": Field(values=("created_at",))}
NOTE = {"body": Field(required=True)}


ROUTES = [
    Route("GET", BASE, notes, fields=NOTES, jobs=True),
    Route("POST", BASE, add_note, "write", fields=NOTE),
    Route("GET", f"{BASE}/:note", note, jobs=True),
    Route("PUT", f"{BASE}/:note", update_note, "write", fields=NOTE),
    Route("DELETE", f"{BASE}/:note", delete_note, "write"),
]
