"""Read a request's body up to a limit, with or without a Content-Length header."""

from collections.abc import Iterable

from starlette.types import Receive

from perennial.errors import Described
from perennial.http.errors import Disconnected, Encoded, TooLarge

Headers = Iterable[tuple[bytes, bytes]]


async def read(receive: Receive, headers: Headers, *, limit: int) -> bytes:
    """Return the body.

    Raises TooLarge over `limit` bytes, Encoded if it is compressed, Disconnected if the client is
    gone.
    """
    for name, value in headers:
        if name == b"content-length":
            if int(value) > limit:
                raise TooLarge("body", Described(f"{int(value)} bytes"), f"at most {limit} bytes")
        elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            raise Encoded("Content-Encoding", value.decode("latin-1"), "a body as it is")
    message = await receive()
    body: bytes = message.get("body", b"")
    parts, size = [body], len(body)
    while message.get("more_body", False) and size <= limit:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    if message["type"] == "http.disconnect":
        raise Disconnected("the client disconnected before the end of its body")
    if size > limit:
        raise TooLarge("body", Described(f"more than {limit} bytes"), f"at most {limit} bytes")
    return body if len(parts) == 1 else b"".join(parts)
