"""The FastAPI application with the prediction route beside its own ones."""

from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from perennial.errors import PerennialError
from perennial.http.paths import normalised, route
from service.http import openapi
from service.http.admission import KEY, Admission
from service.http.predict import Asked, PredictEndpoint
from service.http.refusals import Refusals
from service.http.response import Respond, Take, send_whole
from service.http.roles import PREDICT_PATH as PATH
from service.http.roles import V1_END, V1_START
from service.http.roles import V1_PREDICT_PATH as V1_PATH


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
        predict: PredictEndpoint,
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
                if KEY not in scope:  # else `expect` has admitted it
                    self._admission.admit(scope, path, headers)
            except PerennialError as error:
                return await send_whole(send, *self.refusals.answer(headers, path, error))
            if path == PATH:
                return await self._predict(scope, receive, send, headers, PATH, None)
            if path.startswith(V1_START) and path.endswith(V1_END):
                name = path[len(V1_START) : -len(V1_END)]
                return await self._predict(scope, receive, send, headers, V1_PATH, name)
        await super().__call__(scope, receive, send)

    def expect(self, scope: Scope, respond: Respond, started: float) -> Take | None:
        """Return what takes the body of a request for PATH, None where it is refused by its head.

        started: when the request began, by `perf_counter`.
        """
        headers = dict(scope["headers"])
        try:
            self._admission.admit(scope, PATH, headers)
        except PerennialError as error:
            respond(*self.refusals.answer(headers, PATH, error))
            return None
        return self._predict.expect(Asked(scope["method"], headers, PATH, None, respond, started))

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, including the prediction paths."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.describe(self, secured=self._secured)
        return self.openapi_schema
