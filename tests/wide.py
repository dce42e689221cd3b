"""A bundle with as many signals and classes as one can expect, with a model made by hand."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from perennial import bundle
from perennial.bundle import Bundle, SelfTest
from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.signals import OUTPUTS, Extraction
from tests import bundles
from tests.kinds import NUMBERS
from tests.splits import split
from training.stages.basis import Basis
from training.stages.reference import build

SIGNALS, LABELS, ROWS = 1000, 1000, 600


def make_wide(path: Path) -> Bundle:
    """Write and load a bundle with 1,000 signals and 1,000 labels."""
    path.mkdir(parents=True)
    names = [f"column_{number}" for number in range(SIGNALS - len(OUTPUTS))]
    schema = TableInput(columns=tuple(NumberColumn(name=name) for name in names))
    output = ClassesOutput(labels=tuple(f"label {number}" for number in range(LABELS)))
    random = np.random.default_rng(0)
    rows = random.normal(size=(ROWS, len(names))).astype(np.float32)
    weights = random.normal(0, 0.1, size=(len(names), LABELS)).astype(np.float32)
    (path / bundle.MODEL).write_bytes(_model(weights))
    values = bundles.softmax(rows.astype(np.float64), weights.astype(np.float64))
    extraction = Extraction.fit(schema, rows)
    extraction.save(path / bundle.SIGNALS)
    made = split(rows, np.zeros(ROWS, np.int64), kind=schema)
    quality = {"accuracy": 0.9, "accuracy_size": ROWS, "confidence": 0.9}
    reference = build(extraction, output, Basis(made, made, made, values, quality), NUMBERS)
    (path / bundle.REFERENCE).write_text(reference.model_dump_json(), "utf-8")
    (path / bundle.CARD).write_text("# wide\n", "utf-8")
    test = SelfTest.of(output, schema.instance(rows[0]), values[0], tolerance=1e-3)
    manifest = {
        "task": "wide",
        "version": "1.0.0",
        "created": bundles.CREATED.isoformat(),
        "commit": "0123abc",
        "data_version": "0" * 32,
        "framework": "numpy",
        "framework_version": np.__version__,
        "input": schema.model_dump(mode="json"),
        "output": output.model_dump(mode="json"),
        "metrics": {},
        "self_test": test.model_dump(),
    }
    return bundle.write(path, manifest)


def _model(weights: "np.ndarray[tuple[int, int], np.dtype[np.float32]]") -> bytes:
    nodes = [
        helper.make_node("MatMul", ["rows", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["rows", len(weights)])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", None])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())
