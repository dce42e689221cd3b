"""Every route except prediction."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import ValidationError

from perennial import validation
from perennial.errors import InvalidInput
from perennial.http import body
from service.counting.versions import Versions
from service.errors import UnknownModel
from service.http import schemas
from service.http.document import once, pairs_of, read
from service.serving.production import Production
from service.settings import Settings
from service.store.label_source import LabelSource
from service.store.queue import Store
from service.store.writes import FeedbackResult

ERROR: dict[str, Any] = {"model": schemas.ErrorBody}


def feedback_router(store: Store, versions: Versions, settings: Settings) -> APIRouter:
    """Return the route that accepts true labels."""
    router = APIRouter(tags=["feedback"])
    reference = {"$ref": "#/components/schemas/FeedbackRequest"}
    content = {"required": True, "content": {"application/json": {"schema": reference}}}

    def count(result: FeedbackResult) -> None:
        versions.count_feedback(
            result.model,
            result.version,
            label=result.label,
            predicted=result.predicted,
            confidence=result.confidence,
            delay=result.delay,
            interval=result.interval,
        )

    @router.post(
        "/feedback",
        response_model=schemas.FeedbackResponse,
        responses={
            201: {"model": schemas.FeedbackResponse, "description": "The label is stored."},
            200: {"description": "The same label was already stored."},
            **{status: ERROR for status in (400, 404, 409, 413, 415, 422, 503)},
        },
        openapi_extra={"requestBody": content},
    )
    async def feedback(request: Request, response: Response) -> schemas.FeedbackResponse:
        """Send the true label of a prediction. The response comes once the label is stored."""
        limit = settings.max_body_bytes
        content = await body.read(request.receive, dict(request.headers.raw), limit=limit)
        given = parse_feedback(content)
        source = LabelSource.of(request.scope)
        result = await store.feedback(
            given.prediction_id, given.label, source=source, created=count
        )
        response.status_code = 201 if result.created else 200
        return schemas.FeedbackResponse(
            prediction_id=given.prediction_id,
            label=result.label,
            predicted=result.predicted,
            model_version=result.version,
            created=result.created,
        )

    return router


def parse_feedback(content: bytes) -> schemas.FeedbackRequest:
    """Return the body of `/feedback`. Raises MalformedJson or InvalidInput."""
    document = read(content)
    try:
        found = schemas.FeedbackRequest.model_validate(document)
    except ValidationError as error:
        problem = validation.first(error)
        unknown = problem.kind == "extra_forbidden"
        known = "; known are 'prediction_id' and 'label'" if unknown else ""
        raise InvalidInput(
            problem.field("body"), problem.value, problem.expected + known
        ) from error
    if content.count(b":") > len(document):
        once(pairs_of(content), "")
    return found


def model_router(production: Production) -> APIRouter:
    """Return the routes that describe the serving model."""
    router = APIRouter(tags=["model"])

    @router.get("/model", responses={503: ERROR})
    async def model() -> dict[str, Any]:
        """Return the manifest, the digest and the model card of the serving bundle."""
        bundle = production.serving().bundle
        manifest = bundle.manifest.model_dump(mode="json")
        return {"manifest": manifest, "digest": bundle.digest, "card": bundle.card}

    @router.get("/v1/models")
    async def models() -> schemas.ModelList:
        """Return the name of the serving model, as KServe lists models; empty without a bundle."""
        serving = production.current
        return schemas.ModelList(models=[] if serving is None else [serving.model])

    @router.get("/v1/models/{name}", responses={404: ERROR, 503: ERROR})
    async def model_status(name: str) -> schemas.ModelStatus:
        """Return whether a model is ready, as KServe does."""
        serving = production.serving()
        if name != serving.model:
            raise UnknownModel("model", name, f"{serving.model!r}, the serving model")
        return schemas.ModelStatus(name=name, ready=True)

    return router


def health_router(production: Production, store: Store, registry: CollectorRegistry) -> APIRouter:
    """Return the routes for probes and scrapes: health, readiness, metrics."""
    router = APIRouter(tags=["health"])

    @router.get("/health")
    async def health() -> schemas.Health:
        """Return that the process is alive."""
        return schemas.Health(status="alive")

    @router.get("/ready", responses={503: {"model": schemas.Ready}})
    async def ready(response: Response) -> schemas.Ready:
        """Return whether a bundle is loaded and the database can be reached."""
        loaded = production.current is not None
        reachable = await run_in_threadpool(store.reachable)
        if not (loaded and reachable):
            response.status_code = 503
        return schemas.Ready(ready=loaded and reachable, bundle=loaded, database=reachable)

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Return the metrics in Prometheus' text format."""
        content = await run_in_threadpool(generate_latest, registry)
        return Response(content, media_type=CONTENT_TYPE_LATEST)

    return router
