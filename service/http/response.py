"""A response in one piece: its status, its headers and its content."""

from collections.abc import Callable

from starlette.types import Send

Headers = list[tuple[bytes, bytes]]
Response = tuple[int, Headers, bytes]
Respond = Callable[[int, Headers, bytes], None]
# Takes the body of a request, whose answer then comes by its `Respond`.
Take = Callable[[bytes], None]


async def send_whole(send: Send, status: int, headers: Headers, content: bytes) -> None:
    """Send a response as ASGI has it."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
