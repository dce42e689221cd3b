"""The prediction route: `/predict` as a plain ASGI endpoint inside the FastAPI application.

FastAPI's routing, middleware and response models cost more than the model itself, so this route
bypasses them. `openapi.py` documents it, `request_metrics.py` counts it, and its errors have the
same format as those of every other route.
"""

from collections.abc import Callable, Mapping
from time import perf_counter, time
from typing import Any, cast

import orjson
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from perennial.errors import Described, InferenceFailed, InvalidInput, PerennialError
from perennial.http import body
from perennial.http.door import HEADERS
from perennial.http.errors import Disconnected, TooLarge
from perennial.http.paths import normalised, route
from perennial.kinds.input_kind import FIELD
from perennial.kinds.output_kind import Answer
from perennial.signals import Rows
from service.errors import UNEXPECTED, NoSuchRoute, UnknownModel
from service.http import instances, openapi
from service.http.admission import Admission
from service.http.refusals import Refusals
from service.http.request_id import HEADER, request_id
from service.http.request_metrics import HttpMetrics
from service.http.roles import PREDICT_PATH as PATH
from service.http.roles import V1_END, V1_START
from service.http.roles import V1_PREDICT_PATH as V1_PATH
from service.http.sample import Sample
from service.pseudonyms import Pseudonyms
from service.serving.loaded import Serving
from service.serving.production import Production
from service.settings import Settings
from service.store.queue import Store
from service.store.writes import Observed

JSON = (b"content-type", b"application/json")
OK, FAILED = 200, 500


class Application(FastAPI):
    """A FastAPI application that asks `admission` first, then passes prediction paths to `predict`.

    Nothing stands around it, so no route, error or page is reached without admission.
    plain: the paths that are no FastAPI routes.  refusals: where refused requests are counted.
    """

    plain = (PATH, V1_PATH)

    def __init__(
        self,
        *,
        admission: Admission,
        refusals: Refusals,
        predict: "PredictEndpoint",
        prefix: str,
        secured: bool,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._secured = secured
        self._admission = admission
        self.refusals = refusals
        self._predict = predict
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "http":
            path = scope["path"]
            if path != PATH:
                scope = normalised(scope, self._prefix)
                path = route(scope)
            headers = dict(scope["headers"])
            try:
                self._admission.admit(scope, path, headers)
            except PerennialError as error:
                return await self.refusals.send(scope, send, path, error)
            if path == PATH:
                return await self._predict(scope, receive, send, headers, PATH, None)
            if path.startswith(V1_START) and path.endswith(V1_END):
                name = path[len(V1_START) : -len(V1_END)]
                return await self._predict(scope, receive, send, headers, V1_PATH, name)
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, including the prediction paths."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.describe(self, secured=self._secured)
        return self.openapi_schema


async def _refusal(serving: Serving, rows: Rows, error: InferenceFailed) -> PerennialError:
    """Return what to say where the model fails: that it does on these rows only, or on any."""
    if not await serving.sound():
        return error
    serving.count_unanswered(rows)
    return InvalidInput(
        FIELD, Described("rows that the model fails on"), "rows that the model can answer"
    )


def _known(answers: list[Answer | None]) -> list[Answer]:
    """Return the answers. Raises InvalidInput where the model has none for a row."""
    if None in answers:
        field = f"{FIELD}[{answers.index(None)}]"
        expected = "a row that the model can answer; its values for this one are no numbers"
        raise InvalidInput(field, Described("a row without an answer"), expected)
    return cast(list[Answer], answers)


class PredictEndpoint:
    """Reads, checks, predicts and responds; then passes the predictions to the store's queue."""

    def __init__(
        self,
        *,
        production: Production,
        store: Store,
        http: HttpMetrics,
        refused: Callable[[int], None],
        settings: Settings,
        log: FilteringBoundLogger,
        clock: Callable[[], float] = time,
    ) -> None:
        self._production = production
        self._store = store
        self._observe = http.observe
        self._refused = refused
        http.expect("POST", PATH)
        self._limit = settings.max_body_bytes
        self._rows = settings.max_instances
        self._slow = settings.slow_seconds
        self._verbose = settings.log_level == "debug"
        self._log = log
        self._sample = Sample(every=settings.sample_seconds, log=log)
        self._clock = clock
        secret = settings.hash_secret
        self._pseudonyms = None if secret is None else Pseudonyms(secret.get_secret_value())
        self._in_column = None if self._pseudonyms is None else self._pseudonyms.in_column

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[bytes, bytes],
        handler: str,
        model: str | None,
    ) -> None:
        started = perf_counter()
        request = request_id(headers)
        problem: Exception | None = None
        observed: Observed | None = None
        try:
            observed = await self._predict(scope, receive, headers, model)
            status, content = OK, orjson.dumps({"predictions": observed.predictions})
        except Disconnected:
            return
        except PerennialError as error:
            problem, status, content = error, error.status, orjson.dumps(error.body())
            if isinstance(error, TooLarge):
                self._refused(status)
        except Exception as error:  # the client gets a response, the log the traceback
            problem, status, content = error, FAILED, orjson.dumps(UNEXPECTED.body())
        length = b"%d" % len(content)
        response = [JSON, *HEADERS, (b"content-length", length), (HEADER, request)]
        if status == 405:
            response.append((b"allow", b"POST"))
        try:
            await send({"type": "http.response.start", "status": status, "headers": response})
            await send({"type": "http.response.body", "body": content})
        finally:  # the client has its answer before anything is kept of it, or has gone away
            if observed is not None:
                self._store.offer(observed)
        seconds = perf_counter() - started
        self._observe(scope["method"], handler, status, seconds)
        if observed is not None:
            self._sample.take(handler, observed, seconds, now=started + seconds)
        if problem is not None or seconds > self._slow or self._verbose:
            self._report(handler, request, status, seconds, problem)

    async def _predict(
        self, scope: Scope, receive: Receive, given: Mapping[bytes, bytes], model: str | None
    ) -> Observed:
        if scope["method"] != "POST":
            raise NoSuchRoute("method", scope["method"], "POST", status=405)
        content = await body.read(receive, given, limit=self._limit)
        serving = self._production.serving()
        if model is not None and model != serving.model:
            raise UnknownModel("model", model, f"{serving.model!r}, the serving model")
        rows, texts, subject = instances.parse(
            content, schema=serving.input, limit=self._rows, pseudonym=self._in_column
        )
        if subject is not None:
            subject = self._pseudonym(subject)
        try:
            answers = await serving.predict(rows)
        except InferenceFailed as error:
            raise await _refusal(serving, rows, error) from error
        return Observed(
            serving.model,
            serving.version,
            serving.output,
            self._clock(),
            texts,
            _known(answers),
            subject,
        )

    def _pseudonym(self, subject: str) -> str:
        """Return what is stored of a subject. Raises InvalidInput without a secret to hash with."""
        if self._pseudonyms is None:
            expected = "no such field: this service does not store whom a request is about"
            raise InvalidInput(instances.SUBJECT, Described("a subject"), expected)
        return self._pseudonyms.of(subject)

    def _report(
        self, handler: str, request: bytes, status: int, seconds: float, problem: Exception | None
    ) -> None:
        failed = status >= FAILED
        level = self._log.error if failed else self._log.info
        level(
            "request",
            path=handler,
            request_id=request.decode(),
            status=status,
            milliseconds=round(seconds * 1000, 2),
            error=str(problem) if problem is not None else None,
            exc_info=problem if failed and not isinstance(problem, PerennialError) else None,
        )
