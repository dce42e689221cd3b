"""OpenAPI documentation of what is no FastAPI route: predictions, and the keys of every route."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from service.http import schemas
from service.http.roles import ROLES

REFERENCE = "#/components/schemas/{model}"
ERRORS = {
    "400": "The body is not JSON.",
    "413": "The body is too large or has too many instances.",
    "415": "The body is compressed, or its Content-Type is not application/json.",
    "422": "A field is unknown or missing, or has the wrong shape, type or value.",
    "503": "No bundle is loaded.",
}
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
REFUSED = {
    "401": "The key is missing, unknown, revoked or expired.",
    "403": "The key lacks the role.",
    "429": "The key made too many requests; `Retry-After` has the seconds to wait.",
}
PARAMETER = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}


def describe(app: FastAPI, *, secured: bool) -> dict[str, Any]:
    """Return the application's OpenAPI document with the prediction route added.

    secured: whether the routes need keys.
    """
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    models: list[Any] = [
        schemas.PredictRequest,
        schemas.PredictResponse,
        schemas.FeedbackRequest,
        schemas.ErrorBody,
    ]
    _, found = models_json_schema(
        [(model, "validation") for model in models], ref_template=REFERENCE
    )
    document.setdefault("components", {}).setdefault("schemas", {}).update(found["$defs"])
    plain = _operation("predict")
    kserve = {**_operation("predict_v1"), "parameters": [PARAMETER]}
    kserve["responses"] = {
        **kserve["responses"],
        "404": _content("ErrorBody", "This service serves another model."),
    }
    paths = {"/predict": {"post": plain}, "/v1/models/{name}:predict": {"post": kserve}}
    document["paths"] = {**paths, **document["paths"]}
    if secured:
        _secure(document)
    return document


def _secure(document: dict[str, Any]) -> None:
    document["components"]["securitySchemes"] = SCHEMES
    for path, operations in document["paths"].items():
        for operation in operations.values() if path in ROLES else ():
            role = f"Needs a key with the role `{ROLES[path]}`."
            operation["description"] = f"{operation['description']}\n\n{role}"
            operation["security"] = [{name: []} for name in SCHEMES]
            refused = {status: _content("ErrorBody", text) for status, text in REFUSED.items()}
            operation["responses"] = {**operation["responses"], **refused}


def _operation(name: str) -> dict[str, Any]:
    responses = {status: _content("ErrorBody", text) for status, text in ERRORS.items()}
    return {
        "tags": ["predict"],
        "summary": "Predict",
        "description": "Predict the label of each instance, in the format of KServe's v1 protocol.",
        "operationId": name,
        "requestBody": {"required": True, **_content("PredictRequest")},
        "responses": {"200": _content("PredictResponse", "One per instance."), **responses},
    }


def _content(model: str, description: str | None = None) -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(model=model)}
    content: dict[str, Any] = {"content": {"application/json": {"schema": schema}}}
    return content if description is None else {"description": description, **content}
