"""Take the toys from a bundle to a served answer, in a tree that has their two files in place."""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from perennial import bundle
from perennial.bundle import SelfTest
from perennial.bundle.predictor import Predictor
from perennial.kinds.contracts import INPUT_CHECKS, OUTPUT_CHECKS
from perennial.kinds.known import INPUTS, OUTPUTS
from perennial.signals import Extraction, Reference
from tests import bundles
from tests.service import fakes
from tests.splits import split
from training.params import Export
from training.stages.basis import Basis
from training.stages.reference import build

NUMBERS = Export(
    version="1.0.0",
    bins=10,
    rows_per_bin=20,
    family_level=0.01,
    least_fresh_rows=100,
    tolerance=1e-4,
)
WEIGHTS = np.arange(8, dtype=np.float32)[:, None] / 4


def model() -> bytes:
    """Return rows @ WEIGHTS as ONNX."""
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["rows", "weights"], ["values"])],
        "sum",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", 8])],
        [helper.make_tensor_value_info("values", TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(WEIGHTS, "weights")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def make(path: Path) -> bundle.Bundle:
    """Write a bundle of the toys, its reference built as training builds every one."""
    given, output = INPUTS["bits"].example(), OUTPUTS["amount"].example()
    path.mkdir(parents=True)
    (path / bundle.MODEL).write_bytes(model())
    (path / bundle.CARD).write_text("# toys\n")
    extraction = Extraction.fit(given, given.read(given.examples(200, 1)))
    extraction.save(path / bundle.SIGNALS)
    rows = given.read(given.examples(200, 2))
    made = split(rows, np.zeros(200, np.int64), kind=given)
    values = rows.astype(np.float64) @ WEIGHTS
    basis = Basis(made, made, made, values, output.reference(values, values[:, 0] + 0.5))
    reference = build(extraction, output, basis, NUMBERS)
    loss = {"signals": reference.signals, "loss": 0.5, "loss_deviation": 0.4, "loss_size": 200}
    (path / bundle.REFERENCE).write_text(Reference.model_validate(loss).model_dump_json())
    test = SelfTest.of(output, given.instance(rows[0]), rows[0] @ WEIGHTS, tolerance=1e-4)
    fields: dict[str, Any] = {
        "task": "toys",
        "version": "1.0.0",
        "created": bundles.CREATED.isoformat(),
        "commit": "0123abc",
        "data_version": "0" * 32,
        "framework": "none",
        "framework_version": "0",
        "input": given.model_dump(),
        "output": output.model_dump(),
        "metrics": {},
        "self_test": test.model_dump(),
    }
    return bundle.write(path, fields)


def main(folder: Path) -> None:
    """Hold the toys to every promise, then serve them."""
    for promise in INPUT_CHECKS:
        promise(INPUTS["bits"].example())
    for check in OUTPUT_CHECKS:
        check(OUTPUTS["amount"].example())
    made = make(folder / "bundles" / "one")
    assert Predictor(made).predict(np.ones((1, 8), np.float32)).tolist() == [[7.0]]
    bundles.production(folder / "bundles", made.path)
    with fakes.running(fakes.settings(folder)) as service:
        first, second = service.predict("11111111", "00000010")
        assert (first["amount"], second["amount"]) == (7.0, 1.5)
        assert set(first) == {"amount", "prediction_id", "model_version"}
        refused = service.client.post("/predict", json={"instances": ["0110"]})
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, "instances[0]")
        for signal in ("set", "distance", "first", "amount", "whole"):
            assert (
                service.metric("model_signal_bin_total", signal=signal, model="toys") == 2
            ), signal
        assert service.metric("model_signal_bin_total", signal="whole", bin="yes") == 1
        label = {"prediction_id": first["prediction_id"], "label": "seven"}
        answer = service.client.post("/feedback", json=label)
        assert answer.status_code == 422 and "an amount in EUR" in answer.text
        answer = service.client.post("/feedback", json=label | {"label": "7.5"})
        assert answer.status_code == 201, answer.text
        documented = json.dumps(service.client.get("/openapi.json").json()["components"])
        assert '"Bits"' in documented and '"Amount"' in documented
    with sqlite3.connect(folder / "service.db") as connection:
        stored = connection.execute("SELECT input, predicted FROM predictions ORDER BY predicted")
        assert stored.fetchall() == [('"00000010"', "1.5"), ('"11111111"', "7.0")]
    connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
