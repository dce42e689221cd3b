"""A coroutine without a task."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from service.http.steps import Steps


def run(
    coroutine: Coroutine[Any, None, None],
    meanwhile: Callable[[Steps, bool], None] = lambda steps, ended: None,
) -> None:
    """Run a coroutine's steps to their end; meanwhile: told whether they ended with the first."""

    async def main() -> None:
        ended: list[Steps] = []
        steps = Steps(coroutine, ended.append)
        steps.go_on()
        meanwhile(steps, bool(ended))
        async with asyncio.timeout(5):
            while not ended:
                await asyncio.sleep(0)
        assert ended == [steps]

    asyncio.run(main())


async def _noting(events: list[object], *waits: asyncio.Future[object]) -> None:
    for wait in waits:
        try:
            events.append(await wait)
        except (ValueError, asyncio.CancelledError) as error:
            events.append(type(error))


def test_what_never_waits_ends_at_once() -> None:
    """Before the first step returns."""
    seen: list[bool] = []
    run(_noting([]), lambda _, ended: seen.append(ended))
    assert seen == [True]


def test_results_and_errors_reach_it() -> None:
    """Of every future that it waits for, whether done before or later."""
    events: list[object] = []

    async def coroutine() -> None:
        futures = [asyncio.get_running_loop().create_future() for _ in range(3)]
        futures[0].set_result(1)
        asyncio.get_running_loop().call_soon(futures[1].set_result, 2)
        asyncio.get_running_loop().call_later(0.01, futures[2].set_exception, ValueError())
        await _noting(events, *futures)

    run(coroutine())
    assert events == [1, 2, ValueError]


def test_it_may_wait_for_events_and_threads() -> None:
    """Whatever asyncio builds from futures."""
    events: list[object] = []

    async def coroutine() -> None:
        await asyncio.sleep(0.001)
        events.append(await asyncio.to_thread(lambda: "thread"))
        event = asyncio.Event()
        asyncio.get_running_loop().call_soon(event.set)
        events.append(await event.wait())

    run(coroutine())
    assert events == ["thread", True]


def test_it_can_be_cancelled_where_it_waits() -> None:
    """The server's end does; it may still clean up."""
    events: list[object] = []

    async def coroutine() -> None:
        await _noting(events, asyncio.get_running_loop().create_future())

    run(coroutine(), lambda steps, _: events.append(steps.cancel("the end")))
    assert events == [True, asyncio.CancelledError]


def test_an_error_that_nobody_catches_ends_it_and_is_raised() -> None:
    """To whoever runs the step, for the loop to report."""

    async def broken() -> None:
        raise ValueError("broken")

    ended: list[Steps] = []
    steps = Steps(broken(), ended.append)
    with pytest.raises(ValueError, match="broken"):
        steps.go_on()
    assert ended == [steps]
    assert steps.cancel() is False
