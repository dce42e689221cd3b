"""uvicorn's HTTP protocol with one write per answer: head and body leave in one packet.

uvicorn writes the head and the body of an answer apart, and uvloop turns each into a system call;
for short answers those two cost more than the model (`benchmarks/predict.py` measures it).
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class CorkedTransport:
    """A transport that holds a write back until the next one, or the end of the loop's turn."""

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: bytes | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send what is held together with `data`, or hold `data` where nothing is."""
        if self._held is None:
            self._held = data
            self._loop.call_soon(self.flush)
        else:
            held, self._held = self._held, None
            self._transport.write(held + data)

    def writelines(self, parts: Iterable[bytes]) -> None:
        """Send several parts as one."""
        self.write(b"".join(parts))

    def close(self) -> None:
        """Close once all is sent."""
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Send what is held, if anything is."""
        if self._held is not None:
            held, self._held = self._held, None
            self._transport.write(held)


class OneWriteProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol over a corked transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(CorkedTransport(transport, self.loop))  # type: ignore[arg-type]
