"""Clients of the service: they send rows at a steady rate, and each label a while later."""

import asyncio
import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import numpy as np

from perennial.kinds.output_kind import OutputKind
from perennial.statistics.counts import Floats

# Seconds between two looks whether rows are held no longer.
HELD = 0.05


@dataclass(frozen=True)
class Pool:
    """Rows to send, in this order.

    instances: the rows in JSON.  truth: their labels.  sent: the labels that the labellers send.
    delays: seconds after which each label comes.
    once: whether the traffic ends with the last row; otherwise it begins again with the first.
    """

    instances: Sequence[Any]
    truth: Sequence[str]
    sent: Sequence[str]
    delays: Sequence[float]
    once: bool = False


@dataclass(frozen=True)
class Answer:
    """One prediction: its time (monotonic seconds), the version, its row's place, and its loss."""

    at: float
    version: str
    row: int
    loss: float


class Traffic:
    """Sends `rate` rows a second from the current pool, and later their labels.

    output: of the model that is served, which knows the loss of an answer.
    key: an API key of the service, if it asks for one.

    Any response but 2xx counts as failed. Rows are sent in order, so every row of a pool is sent.
    """

    def __init__(self, url: str, output: OutputKind, *, key: str = "", rate: float = 40.0) -> None:
        self.rate = rate
        self.sent = 0
        self.failed = 0
        self.ended = False
        self.failures: deque[str] = deque(maxlen=20)
        self.answers: list[Answer] = []
        self._url = url
        self._output = output
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._rows: Iterator[tuple[Pool, int]] = iter(())
        self._held = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self, pool: Pool) -> None:
        """Start with a pool."""
        self.switch(pool)
        self._thread.start()

    def switch(self, pool: Pool) -> None:
        """Send rows of another pool from now on."""
        rows = range(len(pool.truth))
        self._rows = ((pool, row) for row in (rows if pool.once else itertools.cycle(rows)))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Send no rows meanwhile; labels of those that were sent still come."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def stop(self) -> None:
        """Stop after the requests in progress; pending labels are dropped."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=15)

    def losses(
        self, *, since: float = 0.0, until: float = np.inf, version: str | None = None
    ) -> Floats:
        """Return the losses of the predictions between two times, of all versions or one."""
        return np.array(
            [
                answer.loss
                for answer in list(self.answers)
                if since <= answer.at < until and version in (None, answer.version)
            ]
        )

    def score(
        self, *, since: float = 0.0, until: float = np.inf, version: str | None = None
    ) -> float | None:
        """Return the headline metric of these predictions; None without predictions."""
        losses = self.losses(since=since, until=until, version=version)
        return self._output.loss_test.score(losses) if len(losses) else None

    async def _run(self) -> None:
        # The service closes a connection after 5 idle seconds: a request sent in that moment would
        # fail. So the client closes it sooner.
        connections = aiohttp.TCPConnector(limit=50, keepalive_timeout=2)
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(
            self._url, connector=connections, headers=self._headers, timeout=timeout
        ) as client:
            async with asyncio.TaskGroup() as group:
                for due in self._schedule():
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    while self._held and not self._stop.is_set():
                        await asyncio.sleep(HELD)
                    following = next(self._rows, None)
                    if following is None:
                        break
                    group.create_task(self._one(client, *following))
                    self.sent += 1
        self.ended = True

    def _schedule(self) -> Iterator[float]:
        due = time.monotonic()
        while not self._stop.is_set():
            yield due
            due = max(due + 1 / self.rate, time.monotonic() - 1)

    async def _one(self, client: aiohttp.ClientSession, pool: Pool, row: int) -> None:
        body = {"instances": [pool.instances[row]]}
        prediction = await self._post(client, "/predict", body)
        if prediction is None:
            return
        answer = prediction["predictions"][0]
        loss = self._output.loss(self._output.stored(answer).label, pool.truth[row])
        self.answers.append(Answer(time.monotonic(), answer["model_version"], row, loss))
        await asyncio.sleep(pool.delays[row])
        if not self._stop.is_set():
            label = {"prediction_id": answer["prediction_id"], "label": pool.sent[row]}
            await self._post(client, "/feedback", label)

    async def _post(
        self, client: aiohttp.ClientSession, path: str, body: object
    ) -> dict[str, list[dict[str, Any]]] | None:
        try:
            async with client.post(path, json=body, allow_redirects=False) as response:
                if not 200 <= response.status < 300:
                    self._failed(path, f"{response.status} {(await response.text())[:200]}")
                    return None
                result: dict[str, list[dict[str, Any]]] = await response.json(content_type=None)
                return result
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(path, repr(error))
            return None

    def _failed(self, path: str, problem: str) -> None:
        self.failed += 1
        self.failures.append(f"{path}: {problem}")
