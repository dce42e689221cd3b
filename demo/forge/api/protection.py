"""The API's calls about protected branches and tags."""

from starlette.responses import Response

from demo.forge.api.entities.protected import protected_branch, protected_tag
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route


def protected_branches(call: Call) -> Response:
    """List the rules for protected branches."""
    rules = call.forge.config.settings.branches(call.forge.config.default_branch)
    found = list(enumerate(rules, start=1))
    return paged(found, lambda pair: protected_branch(*pair), params=call.params, url=call.url)


def protected_tags(call: Call) -> Response:
    """List the rules for protected tags."""
    found = list(enumerate(call.forge.config.settings.protected_tags, start=1))
    return paged(found, lambda pair: protected_tag(*pair), params=call.params, url=call.url)


ROUTES = [
    Route(
        "GET",
        "/projects/:id/protected_branches",
        protected_branches,
        role="maintainer",
        fields={**PAGING, "search": Field()},
    ),
    Route("GET", "/projects/:id/protected_tags", protected_tags, role="maintainer", fields=PAGING),
]
