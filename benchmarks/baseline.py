"""A minimal model server: raw ASGI, orjson, one inference per request, and nothing else."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = (b"content-type", b"application/json")
Read = Callable[[list[Any]], Any]


def create() -> ASGIApp:
    """Return the application for the bundle in BASELINE_BUNDLE: no checks, metrics or storage."""
    bundle = Path(os.environ["BASELINE_BUNDLE"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    providers = ["CPUExecutionProvider"]
    model = str(bundle / "model.onnx")
    session: Any = onnxruntime.InferenceSession(model, options, providers=providers)
    (given,) = session.get_inputs()
    name = given.name
    read = reader(orjson.loads((bundle / "manifest.json").read_bytes())["input"], len(given.shape))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        rows = read(orjson.loads(body)["instances"])
        probabilities = session.run(None, {name: rows})[0]
        labels, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
        pairs = zip(labels.tolist(), confidences.tolist(), strict=True)
        answer = [{"label": label, "confidence": confidence} for label, confidence in pairs]
        content = orjson.dumps({"predictions": answer})
        headers = [HEADER, (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return app


def reader(schema: dict[str, Any], rank: int) -> Read:
    """Return what makes a model's input, of a rank, of instances that are assumed to be valid."""
    if schema["kind"] == "text":
        shape = (-1, 1) if rank == 2 else (-1,)
        return lambda texts: np.array(texts, dtype=object).reshape(shape)
    if schema["kind"] == "table":
        columns = [_code(column) for column in schema["columns"]]
        return lambda rows: np.array(
            [[code(value) for code, value in zip(columns, row, strict=True)] for row in rows],
            dtype=np.float32,
        )
    return lambda images: np.array(images, dtype=np.float32)


def _code(column: dict[str, Any]) -> Callable[[Any], float]:
    if column["kind"] == "number":
        return lambda value: np.nan if value is None else value
    indices = {category: index for index, category in enumerate(column["categories"])}
    return lambda value: np.nan if value is None else indices.get(value, len(indices))
