"""One write per answer."""

import asyncio
from typing import Any, cast

from service.http.protocol import CorkedTransport


class Wire:
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def write(self, data: bytes) -> None:
        """Note the bytes."""
        self.events.append(data)

    def close(self) -> None:
        """Note the end."""
        self.events.append("closed")

    def is_closing(self) -> bool:
        """Say whether the end was noted."""
        return "closed" in self.events


def test_head_and_body_leave_together() -> None:
    """Two writes of one turn are one; a third, of the next answer, is apart."""
    wire = Wire()

    async def main() -> None:
        corked = CorkedTransport(cast(asyncio.Transport, wire), asyncio.get_running_loop())
        corked.write(b"head ")
        assert wire.events == []
        corked.write(b"body")
        assert wire.events == [b"head body"]
        corked.write(b"next")
        await asyncio.sleep(0)

    asyncio.run(main())
    assert wire.events == [b"head body", b"next"]


def test_a_lone_write_leaves_at_the_end_of_the_turn() -> None:
    """A head whose body takes long is not held back."""
    wire = Wire()

    async def main() -> None:
        corked = CorkedTransport(cast(asyncio.Transport, wire), asyncio.get_running_loop())
        corked.write(b"head")
        await asyncio.sleep(0)
        assert wire.events == [b"head"]

    asyncio.run(main())


def test_closing_sends_what_is_held() -> None:
    """Nothing is lost when the answer is the last of its connection."""
    wire = Wire()

    async def main() -> None:
        corked = CorkedTransport(cast(asyncio.Transport, wire), asyncio.get_running_loop())
        corked.writelines([b"a", b"b"])
        corked.close()
        assert corked.is_closing()

    asyncio.run(main())
    assert wire.events == [b"ab", "closed"]
