"""The least a model server can do: raw ASGI, orjson, one inference a request, and nothing else."""

import os
from typing import Any

import numpy as np
import onnxruntime
import orjson

MODEL = os.environ["BASELINE_MODEL"]
_OPTIONS = onnxruntime.SessionOptions()
_OPTIONS.intra_op_num_threads = 1
_OPTIONS.inter_op_num_threads = 1
SESSION = onnxruntime.InferenceSession(MODEL, _OPTIONS, providers=["CPUExecutionProvider"])
INPUT = SESSION.get_inputs()[0].name
HEADERS = [(b"content-type", b"application/json")]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer label and confidence of each instance; no validation, no metrics, no store."""
    if scope["type"] != "http":
        return
    message = await receive()
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    rows = np.array(orjson.loads(body)["instances"], dtype=np.float32)
    probabilities = SESSION.run(None, {INPUT: rows})[0]
    labels, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
    pairs = zip(labels.tolist(), confidences.tolist(), strict=True)
    answer = [{"label": label, "confidence": confidence} for label, confidence in pairs]
    content = orjson.dumps({"predictions": answer})
    headers = [*HEADERS, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})
