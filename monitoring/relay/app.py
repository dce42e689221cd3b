"""The relay's routes: alerts come in, incidents and metrics can be looked at."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import structlog
from fastapi import FastAPI, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from monitoring.relay.exporter import Counters, expose
from monitoring.relay.intake import Decided, Intake
from monitoring.relay.pages import ALERTS, HEALTH, Pages
from monitoring.relay.signature import Senders
from monitoring.relay.store import Store
from monitoring.relay.webhook import schema
from monitoring.relay.worker import Worker
from perennial.errors import InvalidInput
from perennial.http import body
from perennial.http.docs import docs_router
from perennial.http.door import Door
from perennial.http.errors import Disconnected
from perennial.http.doorway import Doorway
from perennial.http.keyring import Keyring
from perennial.http.paths import Normalised

log = structlog.get_logger()

# Between two looks at the file of keys.
LOOK_SECONDS = 1.0


class Relay:
    """The parts that the routes speak to."""

    def __init__(
        self,
        *,
        store: Store,
        intake: Intake,
        worker: Worker,
        senders: Senders,
        counters: Counters,
        registry: CollectorRegistry,
        clock: Callable[[], datetime],
        max_body_bytes: int,
    ) -> None:
        self.store = store
        self.worker = worker
        self.counters = counters
        self.registry = registry
        self._intake = intake
        self._senders = senders
        self._clock = clock
        self._max_body_bytes = max_body_bytes

    async def body(self, request: Request) -> bytes:
        """Read a body up to its limit. Raises TooLarge, Encoded, Disconnected."""
        return await body.read(
            request.receive, dict(request.headers.raw), limit=self._max_body_bytes
        )

    def receive(self, headers: dict[str, str], body: bytes) -> list[Decided]:
        """Verify and decide; when this returns, the decisions are on the disk."""
        self._senders.verify(headers, body, now=self._clock())
        try:
            return self._intake.receive(body)
        finally:
            self.worker.wake()

    def audit(self, limit: int) -> dict[str, Any]:
        """Return the latest incidents and decisions."""
        with self.store.transaction() as ledger:
            incidents, decisions = ledger.audit(limit)
        return {"incidents": incidents, "decisions": decisions}


def build(relay: Relay, *, door: Door, root_path: str = "", keys: Keyring | None = None) -> ASGIApp:
    """Return the application; its worker runs as long as it does.

    door: what every request but a probe passes first.  root_path: prefix of every path behind a
    proxy.  keys: of who may read the pages; None where only this machine can.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watcher = None if keys is None else asyncio.create_task(keys.watch(LOOK_SECONDS))
        relay.worker.start()
        yield
        if watcher is not None:
            watcher.cancel()
        await run_in_threadpool(relay.worker.stop)
        relay.store.close()

    app = FastAPI(title="Perennial relay", lifespan=lifespan, docs_url=None, redoc_url=None)
    if keys is not None:
        app.add_middleware(Pages, keys=keys)
    app.add_middleware(Normalised, prefix=root_path)  # the last one added is the outermost
    app.include_router(docs_router(root_path))
    _add_alerts(app, relay)
    _add_views(app, relay)
    return Doorway(app, door=door, probes=(HEALTH, root_path + HEALTH))


def _add_alerts(app: FastAPI, relay: Relay) -> None:
    content = {"application/json": {"schema": schema()}}

    @app.post(ALERTS, openapi_extra={"requestBody": {"required": True, "content": content}})
    async def alerts(request: Request) -> JSONResponse:
        """Take a webhook of Alertmanager or Grafana."""
        status, answer = await _answer(relay, request)
        relay.counters.answered(status)
        return JSONResponse(answer, status)


async def _answer(relay: Relay, request: Request) -> tuple[int, dict[str, Any]]:
    try:
        content = await relay.body(request)
        decided = await run_in_threadpool(relay.receive, dict(request.headers), content)
    except (InvalidInput, Disconnected) as error:
        log.warning("webhook refused", problem=str(error))
        return error.status, error.body()
    except SQLAlchemyError as error:
        log.error("webhook not stored", problem=str(error)[:300])
        parts = {"field": "store", "value": "unavailable", "expected": "a database that writes"}
        return 503, {"error": {**parts, "message": "the webhook could not be stored; send again"}}
    return 200, {"decisions": [_described(one) for one in decided]}


def _described(one: Decided) -> dict[str, Any]:
    return {
        "model": one.candidate.model,
        "incident": one.incident,
        "alerts": list(one.candidate.alerts),
        "decision": one.entry.event.value,
        "reason": one.entry.reason,
    }


def _add_views(app: FastAPI, relay: Relay) -> None:
    @app.get("/incidents")
    def incidents(limit: int = Query(default=100, ge=1, le=1000)) -> dict[str, Any]:
        """Return the audit: the latest incidents and decisions, newest first.

        `drifted` has an incident's signals. If many drift at a time, it gets the first 100 of them
        by name, and there are more: `model_version_signal:drifted == 1` in Prometheus has all.
        """
        return relay.audit(limit)

    @app.get(HEALTH)
    def health() -> JSONResponse:
        """Return 200 while the worker runs and the store answers."""
        try:
            relay.audit(1)
        except SQLAlchemyError as error:
            log.error("the store failed", problem=str(error)[:300])
            return JSONResponse({"status": "the store does not answer"}, 503)
        if not relay.worker.alive:
            return JSONResponse({"status": "the worker does not run"}, 503)
        return JSONResponse({"status": "ok"})

    @app.get("/metrics")
    def metrics() -> Response:
        """Return the relay's own metrics."""
        return Response(expose(relay.registry), media_type=CONTENT_TYPE_LATEST)
