"""Pages of a list, with GitLab's headers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from demo.forge.errors import invalid

Item = TypeVar("Item")


def paged(
    items: Sequence[Item],
    show: Callable[[Item], dict[str, Any]],
    *,
    params: Mapping[str, Any],
    url: str,
) -> Response:
    """Return one page of items.

    url: the address of the call without its query.  params: the query, with page and per_page.

    Raises ApiError.
    """
    page = params.get("page", 1)
    size = min(params.get("per_page", 20), 100)
    if page < 1 or size < 1:
        raise invalid("page does not have a valid value")
    total = len(items)
    pages = max(1, -(-total // size))
    links = {"first": 1, "last": pages}
    if page > 1:
        links["prev"] = page - 1
    if page < pages:
        links["next"] = page + 1
    headers = {
        "X-Page": str(page),
        "X-Per-Page": str(size),
        "X-Next-Page": str(links.get("next", "")),
        "X-Prev-Page": str(links.get("prev", "")),
        "X-Total": str(total),
        "X-Total-Pages": str(pages),
        "Link": ", ".join(
            f'<{url}?{urlencode({**params, "page": number, "per_page": size})}>; rel="{relation}"'
            for relation, number in links.items()
        ),
    }
    shown = [show(item) for item in items[(page - 1) * size : page * size]]
    return JSONResponse(shown, headers=headers)
