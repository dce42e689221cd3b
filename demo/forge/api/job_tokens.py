"""The API's calls about whose jobs may use the project with their own tokens.

Source: project_job_token_scope.rb in lib/api and lib/api/entities of GitLab.
"""

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.project import project
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.project_settings import Json

SCOPE = "/projects/:id/job_token_scope"
# What the list of projects shows of each; its other fields are those of GET /projects/:id.
SHOWN = (
    *("id", "description", "name", "name_with_namespace", "path", "path_with_namespace"),
    *("created_at", "default_branch", "tag_list", "topics", "ssh_url_to_repo", "http_url_to_repo"),
    *("web_url", "avatar_url", "star_count", "last_activity_at", "namespace"),
)


def scope(call: Call) -> Response:
    """Tell whether jobs of other projects are kept out unless they are listed."""
    limited = call.forge.config.settings.job_tokens["limited"]
    return JSONResponse({"inbound_enabled": limited, "outbound_enabled": False})


def change(call: Call) -> Response:
    """Keep them out, or let all in."""
    settings = call.forge.config.settings
    with call.forge.changing():
        settings.job_tokens = {**settings.job_tokens, "limited": call.params["enabled"]}
    return Response(status_code=204)


def projects(call: Call) -> Response:
    """List the projects whose jobs are let in; the project itself always is."""
    own = project(call.forge, caller=call.token)
    first = {name: own[name] for name in SHOWN}
    others = [
        {**first, "id": first["id"] + place, "path_with_namespace": path}
        for place, path in enumerate(call.forge.config.settings.job_tokens["projects"], start=1)
    ]
    return paged([first, *others], lambda one: one, params=call.params, url=call.url)


def groups(call: Call) -> Response:
    """List the groups whose projects' jobs are let in."""
    found = list(enumerate(call.forge.config.settings.job_tokens["groups"], start=1))

    def entity(pair: tuple[int, str]) -> Json:
        number, name = pair
        return {"id": number, "name": name, "web_url": f"{call.forge.url}/groups/{name}"}

    return paged(found, entity, params=call.params, url=call.url)


WISH = {"enabled": Field("boolean", required=True)}
ROUTES = [
    Route("GET", SCOPE, scope, role="maintainer"),
    Route("PATCH", SCOPE, change, "write", "maintainer", WISH),
    Route("GET", f"{SCOPE}/allowlist", projects, role="maintainer", fields=PAGING),
    Route("GET", f"{SCOPE}/groups_allowlist", groups, role="maintainer", fields=PAGING),
]
