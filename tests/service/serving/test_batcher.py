"""Micro-batches that never wait."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from perennial.bundle.predictor import Floats32
from perennial.errors import InferenceFailed
from service.serving.batcher import Batcher


class Model:
    """Doubles its rows, remembers the size of each batch, waits where it is told to."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, rows: Floats32) -> Floats32:
        self.sizes.append(len(rows))
        assert self.gate.wait(10)
        if (rows < 0).any():
            raise ValueError("negative")
        return rows * 2


def finish(rows: Floats32, results: Floats32, seconds: float) -> list[float]:
    """Return one float per row."""
    assert seconds >= 0
    return [float(value) for value in results[:, 0]]


def rows(*values: float) -> Floats32:
    """Return rows of one column."""
    return np.array(values, dtype=np.float32)[:, None]


Test = Callable[[Batcher[float]], Coroutine[Any, Any, None]]


def run(test: Test, model: Model, *, threaded: bool = False, max_rows: int = 4) -> None:
    """Run a test with a batcher on a loop of its own."""

    async def main(executor: ThreadPoolExecutor | None) -> None:
        await test(Batcher(model, finish, max_rows=max_rows, executor=executor))

    if not threaded:
        asyncio.run(main(None))
        return
    with ThreadPoolExecutor(1) as executor:
        asyncio.run(main(executor))


@pytest.mark.parametrize("threaded", [False, True])
def test_what_comes_in_one_turn_is_one_inference(threaded: bool) -> None:
    """Requests of one turn share an inference and each gets its own rows back, in order."""
    model = Model()

    async def test(batcher: Batcher[float]) -> None:
        answers = await asyncio.gather(batcher.submit(rows(1, 2)), batcher.submit(rows(3)))
        assert list(answers) == [[2.0, 4.0], [6.0]]

    run(test, model, threaded=threaded)
    assert model.sizes == [3]


def test_a_lone_request_waits_for_nobody() -> None:
    """The answer of an idle service takes a few turns of the loop and no timer."""
    model = Model()

    async def test(batcher: Batcher[float]) -> None:
        future = batcher.submit(rows(1))
        for _ in range(2):
            await asyncio.sleep(0)
        assert future.done() and future.result() == [2.0]

    run(test, model)


def test_what_comes_during_an_inference_is_the_next_batch() -> None:
    """While one inference runs, later requests gather; there are never two at once."""
    model = Model()

    async def test(batcher: Batcher[float]) -> None:
        model.gate.clear()
        first = batcher.submit(rows(1))
        while not model.sizes:
            await asyncio.sleep(0.001)
        later = [batcher.submit(rows(value)) for value in (2, 3)]
        await asyncio.sleep(0.01)
        assert model.sizes == [1]
        model.gate.set()
        assert await asyncio.gather(first, *later) == [[2.0], [4.0], [6.0]]

    run(test, model, threaded=True)
    assert model.sizes == [1, 2]


def test_batches_are_cut_at_the_limit_but_requests_are_not() -> None:
    """A batch takes whole requests up to the limit; a larger request is a batch of its own."""
    model = Model()

    async def test(batcher: Batcher[float]) -> None:
        requests = [rows(1, 2, 3), rows(4, 5), rows(*range(6)), rows(7)]
        answers = await asyncio.gather(*(batcher.submit(request) for request in requests))
        assert [len(answer) for answer in answers] == [3, 2, 6, 1]

    run(test, model, max_rows=4)
    assert model.sizes == [3, 2, 6, 1]


@pytest.mark.parametrize("threaded", [False, True])
def test_a_model_that_raises_fails_its_batch_only(threaded: bool) -> None:
    """The requests of the batch get InferenceFailed, and the next one is served."""
    model = Model()

    async def test(batcher: Batcher[float]) -> None:
        with pytest.raises(InferenceFailed, match="ValueError: negative"):
            await batcher.submit(rows(-1))
        assert await batcher.submit(rows(1)) == [2.0]

    run(test, model, threaded=threaded)


@pytest.mark.parametrize("threaded", [False, True])
def test_a_request_that_the_model_raises_on_fails_alone(threaded: bool) -> None:
    """The others of its batch are tried without it, and those that wait are served after."""
    model = Model()

    async def test(batcher: Batcher[float]) -> None:
        requests = [batcher.submit(rows(value)) for value in (1, -1, 2, 3)]
        found = await asyncio.gather(*requests, return_exceptions=True)
        assert [found[0], found[2], found[3]] == [[2.0], [4.0], [6.0]]
        assert isinstance(found[1], InferenceFailed)
        assert await batcher.submit(rows(4)) == [8.0]

    run(test, model, threaded=threaded)


def test_a_client_that_left_does_not_disturb_the_others() -> None:
    """A cancelled request is answered to nobody; its neighbours get theirs."""
    model = Model()

    async def test(batcher: Batcher[float]) -> None:
        gone, here = batcher.submit(rows(1)), batcher.submit(rows(2))
        gone.cancel()
        assert await here == [4.0]

    run(test, model)
