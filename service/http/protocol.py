"""uvicorn's HTTP protocol with one write per response: headers and body go out in one packet.

uvicorn writes the headers and the body separately, and uvloop makes a system call for each. For
short responses these two calls cost more than the model (`benchmarks/predict.py` measures it).
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from perennial.http.protocol import HttpProtocol


class CorkedTransport:
    """A transport that holds a write until the next one, or until the end of the loop iteration."""

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: bytes | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send the held data together with `data`, or hold `data` if there is none."""
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
        """Close after sending everything."""
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Send the held data, if any."""
        if self._held is not None:
            held, self._held = self._held, None
            self._transport.write(held)


class OneWriteProtocol(HttpProtocol):
    """Our HTTP protocol over a corked transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(CorkedTransport(transport, self.loop))  # type: ignore[arg-type]
