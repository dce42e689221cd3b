"""The pages of the forge."""

from starlette.responses import PlainTextResponse, Response

from demo.forge.forge import Forge


def serve(forge: Forge, method: str, path: str) -> Response:
    """Answer a request for a page."""
    return PlainTextResponse("Not found", 404)
