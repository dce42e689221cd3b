"""A minimal model server: raw ASGI, orjson, one inference per request, and nothing else."""

import os
from typing import Any

import numpy as np
import onnxruntime
import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = (b"content-type", b"application/json")


def create() -> ASGIApp:
    """Return the application for the model in BASELINE_MODEL: no checks, metrics or storage."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    model, providers = os.environ["BASELINE_MODEL"], ["CPUExecutionProvider"]
    session: Any = onnxruntime.InferenceSession(model, options, providers=providers)
    name = session.get_inputs()[0].name

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        rows = np.array(orjson.loads(body)["instances"], dtype=np.float32)
        probabilities = session.run(None, {name: rows})[0]
        labels, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
        pairs = zip(labels.tolist(), confidences.tolist(), strict=True)
        answer = [{"label": label, "confidence": confidence} for label, confidence in pairs]
        content = orjson.dumps({"predictions": answer})
        headers = [HEADER, (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return app
