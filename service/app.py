"""Wire the service together; no other module imports every part."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.exceptions import HTTPException
from structlog.typing import FilteringBoundLogger

from perennial.errors import InvalidInput, PerennialError
from perennial.http.docs import docs_router
from perennial.http.door import Door
from perennial.http.errors import TooLarge
from perennial.http.hosts import Hosts
from perennial.http.keyring import Keyring
from perennial.http.rate import RateLimit
from perennial.validation import problems
from service.counting.collector import Collector
from service.counting.versions import Versions
from service.errors import NoSuchRoute
from service.http import routes
from service.http.admission import Admission
from service.http.application import Application
from service.http.predict import PredictEndpoint
from service.http.refusals import Refusals
from service.http.request_log import RequestLog
from service.http.request_metrics import HttpMetrics
from service.serving import loaded as serving
from service.serving.loaded import Loaded, Serving
from service.serving.production import Production
from service.serving.secret import with_secret
from service.serving.sources.choose import open_source
from service.settings import Settings
from service.store import tables
from service.store.queue import Store
from service.store.retention import Retention

DESCRIPTION = "Serves one model bundle, counts what it sees, keeps predictions and feedback."


def create_app(
    settings: Settings,
    *,
    log: FilteringBoundLogger,
    started: Callable[[], None] = lambda: None,
    versions: Versions | None = None,
    door: Door | None = None,
) -> Application:
    """Return the application; of files it reads only the keys before its lifespan starts.

    Raises InvalidSettings where no source handles the address of the bundles, or the file of keys
    cannot be used.
    started: called after the first check for a bundle, before the first request.
    versions: where the counters are kept; empty by default.
    door: what requests pass first; by default, the one that the settings describe.
    """
    registry, http, versions = CollectorRegistry(), HttpMetrics(), versions or Versions()
    store = _store(settings, versions, log)
    collector = Collector(versions, dropped=lambda: store.dropped, queued=lambda: store.queued)
    registry.register(collector)
    registry.register(http)
    keys = _keyring(settings, log)
    refusals = Refusals(keys=keys, log=log)
    registry.register(refusals)
    loader = ThreadPoolExecutor(1, thread_name_prefix="load")
    inference = ThreadPoolExecutor(1, thread_name_prefix="inference")
    production = Production(
        open_source(settings.bundles),
        load=with_secret(serving.loader(settings), settings),
        serve=partial(_serve, settings, versions, inference),
        collector=collector,
        executor=loader,
        log=log,
    )

    predict = PredictEndpoint(
        production=production,
        store=store,
        http=http,
        refused=refusals.count,
        settings=settings,
        log=log,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        store.start()
        await production.look()
        started()
        watchers = [asyncio.create_task(production.watch(settings.poll_seconds))]
        if keys is None:
            log.warning("no_keys", effect="every program of this machine may use every route")
        else:
            watchers.append(asyncio.create_task(keys.watch(settings.poll_seconds)))
        yield
        for watcher in watchers:
            watcher.cancel()
        await predict.finish(settings.grace_seconds)
        await asyncio.to_thread(store.close)
        loader.shutdown()
        inference.shutdown()

    app = Application(
        admission=Admission(
            door or _door(settings),
            keys=keys,
            limit=RateLimit(settings.requests_per_second),
        ),
        refusals=refusals,
        predict=predict,
        prefix=settings.root_path,
        title="Perennial",
        version=_version(),
        description=DESCRIPTION,
        lifespan=lifespan,
        responses={500: routes.ERROR},
        docs_url=None,
        redoc_url=None,
        secured=keys is not None,
    )
    app.include_router(docs_router(settings.root_path))
    app.include_router(routes.model_router(production))
    app.include_router(routes.feedback_router(store, versions, settings))
    app.include_router(routes.health_router(production, store, registry))
    _handle_errors(app, refusals)
    # The last one added is the outermost.
    Instrumentator(excluded_handlers=["/metrics"], registry=registry).add(
        http.instrument
    ).instrument(app)
    app.add_middleware(RequestLog, log=log, slow_seconds=settings.slow_seconds)
    return app


def _keyring(settings: Settings, log: FilteringBoundLogger) -> Keyring | None:
    if settings.keys_file is None:
        return None
    return Keyring(settings.keys_file, variable=settings.variable("keys_file"), log=log)


def _door(settings: Settings) -> Door:
    hosts = Hosts.of(settings.host, settings.allowed_hosts)
    return Door(hosts, setting=settings.variable("allowed_hosts"))


def _store(settings: Settings, versions: Versions, log: FilteringBoundLogger) -> Store:
    return Store(
        tables.connect(settings.database_url),
        outputs=versions.output,
        queue_size=settings.queue_size,
        queue_bytes=settings.queue_bytes,
        write_seconds=settings.write_seconds,
        feedback_seconds=settings.feedback_seconds,
        log=log,
        retention=Retention(settings.keep_predictions_days, settings.keep_labelled_days),
    )


def _serve(
    settings: Settings, versions: Versions, inference: ThreadPoolExecutor, loaded: Loaded
) -> Serving:
    slow = loaded.batch_seconds > settings.inline_seconds
    return Serving(
        loaded,
        versions.enter(loaded.bundle),
        max_rows=settings.max_batch_rows,
        executor=inference if slow else None,
        ids=serving.PredictionIds(),
    )


def _handle_errors(app: FastAPI, refusals: Refusals) -> None:
    @app.exception_handler(PerennialError)
    async def known(_: Request, error: PerennialError) -> JSONResponse:
        if isinstance(error, TooLarge):
            refusals.count(error.status)
        return JSONResponse(error.body(), status_code=error.status)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        known = NoSuchRoute(
            "path" if error.status_code == 404 else "method",
            request.url.path if error.status_code == 404 else request.method,
            "a route of /docs" if error.status_code == 404 else "another method, see /docs",
            status=error.status_code,
        )
        return JSONResponse(known.body(), status_code=known.status, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = problems(error.errors())[0]
        known = InvalidInput(first.field(), first.value, first.expected)
        return JSONResponse(known.body(), status_code=known.status)


def _version() -> str:
    try:
        return version("perennial")
    except PackageNotFoundError:  # runs from a checkout, not installed
        return "0"
