"""Read a request's body up to a limit, with or without a Content-Length header."""

from collections.abc import Mapping

from starlette.types import Receive

from perennial.errors import Described
from perennial.http.errors import Disconnected, Encoded, TooLarge

IDENTITY = (b"", b"identity")


async def read(receive: Receive, headers: Mapping[bytes, bytes], *, limit: int) -> bytes:
    """Return the body.

    Raises TooLarge over `limit` bytes, Encoded if it is compressed, Disconnected if the client is
    gone.
    """
    check(headers, int(headers.get(b"content-length", 0)), limit=limit)
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


def check(headers: Mapping[bytes, bytes], size: int, *, limit: int) -> None:
    """Return if a body of so many bytes can be read. Raises TooLarge, Encoded."""
    if size > limit:
        raise TooLarge("body", Described(f"{size} bytes"), f"at most {limit} bytes")
    coding = headers.get(b"content-encoding")
    if coding is not None and coding.strip().lower() not in IDENTITY:
        raise Encoded("Content-Encoding", coding.decode("latin-1"), "a body as it is")
