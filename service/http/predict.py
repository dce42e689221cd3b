"""The prediction route: `/predict` beside the routes of the FastAPI application.

FastAPI's routing, middleware and response models cost more than the model itself, so this route
bypasses them; and where the server has the whole body, also ASGI, whose calls and task cost as much
as the reading of a table's row. `openapi.py` documents it, `request_metrics.py` counts it, and its
errors have the same format as those of every other route.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import perf_counter, time
from typing import Any, NamedTuple, cast

import orjson
from starlette.types import Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from perennial.errors import Described, InferenceFailed, InvalidInput, PerennialError
from perennial.http import body
from perennial.http.door import HEADERS
from perennial.http.errors import Disconnected, TooLarge
from perennial.kinds.input_kind import FIELD
from perennial.kinds.output_kind import Answer
from perennial.signals import Rows
from service.errors import UNEXPECTED, NoSuchRoute, UnknownModel
from service.http import instances
from service.http.request_id import HEADER, request_id
from service.http.request_metrics import HttpMetrics
from service.http.response import Respond, Response, Take, send_whole
from service.http.roles import PREDICT_PATH as PATH
from service.http.sample import Sample
from service.pseudonyms import Pseudonyms
from service.serving.loaded import Serving
from service.serving.production import Production
from service.settings import Settings
from service.store.queue import Store
from service.store.writes import Observed

JSON = (b"content-type", b"application/json")
OK, FAILED = 200, 500
PAUSE = 0.01  # seconds between two looks at what is in progress, at the end


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


class Asked(NamedTuple):
    """A request for predictions, but for its body; model: the name in its path, if any."""

    method: str
    headers: Mapping[bytes, bytes]
    handler: str
    model: str | None
    respond: Respond
    started: float


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
        # Requests whose rows the model has, and tasks of those that it failed on.
        self._computing = 0
        self._refusing: set[asyncio.Task[None]] = set()

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[bytes, bytes],
        handler: str,
        model: str | None,
    ) -> None:
        answer: asyncio.Future[Response] = asyncio.Future()

        def respond(*parts: Any) -> None:
            if not answer.done():  # as the server's end has it
                answer.set_result(parts)

        asked = Asked(scope["method"], headers, handler, model, respond, perf_counter())
        take = self.expect(asked)
        if take is not None:
            try:
                take(await body.read(receive, headers, limit=self._limit))
            except Disconnected:
                return
            except PerennialError as error:
                self._fail(asked, error)
        await send_whole(send, *(await answer))

    def expect(self, asked: Asked) -> Take | None:
        """Return what takes the body of a request, None where it is refused by its head."""
        try:
            if asked.method != "POST":
                raise NoSuchRoute("method", asked.method, "POST", status=405)
            size = int(asked.headers.get(b"content-length", 0))
            body.check(asked.headers, size, limit=self._limit)
        except PerennialError as error:
            self._fail(asked, error)
            return None
        return partial(self._begin, asked)

    async def finish(self, seconds: float) -> None:
        """Wait for the predictions in progress, also where the client has gone; log what is left.

        seconds: to wait at most.
        """
        end = perf_counter() + seconds
        while (self._computing or self._refusing) and perf_counter() < end:
            await asyncio.sleep(PAUSE)
        if left := self._computing + len(self._refusing):
            self._log.error("predictions_unanswered", requests=left)

    def _begin(self, asked: Asked, content: bytes) -> None:
        """Answer a request with this body, at once or when the model has; never raises."""
        try:
            self._submit(asked, content)
        except Exception as error:  # the client gets a response, the log the traceback
            self._fail(asked, error)

    def _submit(self, asked: Asked, content: bytes) -> None:
        body.check(asked.headers, len(content), limit=self._limit)
        serving = self._production.serving()
        if asked.model is not None and asked.model != serving.model:
            raise UnknownModel("model", asked.model, f"{serving.model!r}, the serving model")
        rows, texts, subject = instances.parse(
            content, schema=serving.input, limit=self._rows, pseudonym=self._in_column
        )
        if subject is not None:
            subject = self._pseudonym(subject)
        answered = partial(self._answered, asked, serving, rows, texts, subject)
        serving.predict(rows).add_done_callback(answered)
        self._computing += 1

    def _answered(
        self,
        asked: Asked,
        serving: Serving,
        rows: Rows,
        texts: Sequence[bytes],
        subject: str | None,
        answers: asyncio.Future[list[Answer | None]],
    ) -> None:
        self._computing -= 1
        try:
            known = _known(answers.result())
            content = orjson.dumps({"predictions": known})
        except InferenceFailed as error:
            task = asyncio.create_task(self._refuse(asked, serving, rows, error))
            self._refusing.add(task)
            task.add_done_callback(self._refusing.discard)
        except Exception as error:  # as in `_begin`
            self._fail(asked, error)
        else:
            model, version, output = serving.model, serving.version, serving.output
            now = self._clock()
            observed = Observed(model, version, output, now, texts, known, subject)
            self._end(asked, OK, content, observed=observed)

    async def _refuse(
        self, asked: Asked, serving: Serving, rows: Rows, error: InferenceFailed
    ) -> None:
        problem: Exception
        try:
            problem = await _refusal(serving, rows, error)
        except Exception as other:  # as in `_begin`
            problem = other
        self._fail(asked, problem)

    def _fail(self, asked: Asked, problem: Exception) -> None:
        if isinstance(problem, PerennialError):
            status, content = problem.status, orjson.dumps(problem.body())
            if isinstance(problem, TooLarge):
                self._refused(status)
        else:
            status, content = FAILED, orjson.dumps(UNEXPECTED.body())
        self._end(asked, status, content, problem=problem)

    def _end(
        self,
        asked: Asked,
        status: int,
        content: bytes,
        *,
        observed: Observed | None = None,
        problem: Exception | None = None,
    ) -> None:
        request, length = request_id(asked.headers), b"%d" % len(content)
        headers = [JSON, *HEADERS, (b"content-length", length), (HEADER, request)]
        if status == 405:
            headers.append((b"allow", b"POST"))
        try:
            asked.respond(status, headers, content)
        finally:  # the client has its answer before anything is kept of it, or has gone away
            if observed is not None:
                self._store.offer(observed)
        seconds = perf_counter() - asked.started
        self._observe(asked.method, asked.handler, status, seconds)
        if observed is not None:
            self._sample.take(asked.handler, observed, seconds, now=asked.started + seconds)
        if problem is not None or seconds > self._slow or self._verbose:
            self._report(asked.handler, request, status, seconds, problem)

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
