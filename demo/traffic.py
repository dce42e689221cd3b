"""Clients of the service: they send digits at a steady rate and labels a few seconds later."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
import numpy as np
from numpy.typing import NDArray

from demo.shifts import Images


@dataclass(frozen=True)
class Pool:
    """Images, shape (rows, 8, 8), their true labels, and the labels that the labellers send."""

    images: Images
    truth: NDArray[np.int64]
    sent: NDArray[np.int64]


@dataclass(frozen=True)
class Answer:
    """One prediction: its time (monotonic seconds), the version, and whether it was right."""

    at: float
    version: str
    correct: bool


class Traffic:
    """Sends `rate` rows a second from the current pool, and each label `label_delay` s later.

    key: an API key of the service, if it asks for one.

    Any response but 2xx counts as failed. Rows are sent in order, so every row of a pool is sent.
    """

    def __init__(
        self, url: str, *, key: str = "", rate: float = 40.0, label_delay: float = 3.0
    ) -> None:
        self.sent = 0
        self.failed = 0
        self.failures: deque[str] = deque(maxlen=20)
        self.answers: list[Answer] = []
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._rate = rate
        self._label_delay = label_delay
        self._pool: Pool | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self, pool: Pool) -> None:
        """Start with a pool."""
        self._pool = pool
        self._thread.start()

    def switch(self, pool: Pool) -> None:
        """Send rows of another pool from now on."""
        self._pool = pool

    def stop(self) -> None:
        """Stop after the requests in progress; pending labels are dropped."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=15)

    def accuracy(self, *, since: float, until: float, version: str | None = None) -> float | None:
        """Return the share of correct predictions between two times; None without predictions."""
        kept = [
            answer.correct
            for answer in list(self.answers)
            if since <= answer.at < until and version in (None, answer.version)
        ]
        return sum(kept) / len(kept) if kept else None

    def answered(self, *, since: float, version: str) -> int:
        """Return the number of a version's predictions since a time."""
        return sum(a.at >= since and a.version == version for a in list(self.answers))

    async def _run(self) -> None:
        # The service closes a connection after 5 idle seconds: a request sent in that moment would
        # fail. So the client closes it sooner.
        connections = aiohttp.TCPConnector(limit=50, keepalive_timeout=2)
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(
            self._url, connector=connections, headers=self._headers, timeout=timeout
        ) as client:
            async with asyncio.TaskGroup() as group:
                for row in self._schedule():
                    await asyncio.sleep(max(0.0, row - time.monotonic()))
                    group.create_task(self._one(client, self.sent))
                    self.sent += 1

    def _schedule(self) -> Iterator[float]:
        due = time.monotonic()
        while not self._stop.is_set():
            yield due
            due = max(due + 1 / self._rate, time.monotonic() - 1)

    async def _one(self, client: aiohttp.ClientSession, number: int) -> None:
        pool = self._pool
        assert pool is not None, "start() sets the pool first"
        row = number % len(pool.images)
        body = {"instances": [pool.images[row].tolist()]}
        prediction = await self._post(client, "/predict", body)
        if prediction is None:
            return
        answer = prediction["predictions"][0]
        correct = answer["label"] == str(pool.truth[row])
        self.answers.append(Answer(time.monotonic(), answer["model_version"], correct))
        await asyncio.sleep(self._label_delay)
        if not self._stop.is_set():
            label = {"prediction_id": answer["prediction_id"], "label": str(pool.sent[row])}
            await self._post(client, "/feedback", label)

    async def _post(
        self, client: aiohttp.ClientSession, path: str, body: object
    ) -> dict[str, list[dict[str, str]]] | None:
        try:
            async with client.post(path, json=body, allow_redirects=False) as response:
                if not 200 <= response.status < 300:
                    self._failed(path, f"{response.status} {(await response.text())[:200]}")
                    return None
                result: dict[str, list[dict[str, str]]] = await response.json(content_type=None)
                return result
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(path, repr(error))
            return None

    def _failed(self, path: str, problem: str) -> None:
        self.failed += 1
        self.failures.append(f"{path}: {problem}")
