"""Run a bundle's model: it turns rows into calibrated probabilities."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from perennial.bundle import MANIFEST, MODEL, Bundle
from perennial.errors import BundleRejected, InvalidInput
from perennial.rows import read
from perennial.signals import Rows

Floats32 = NDArray[np.float32]
# ONNX Runtime's name for the tensor type of each kind of input.
TENSORS = {"image": "tensor(float)", "tabular": "tensor(float)", "text": "tensor(string)"}


class Predictor:
    """An ONNX Runtime session over one bundle; safe to call from several threads.

    test_row: the manifest's self-test row, shape (1, *input shape).
    Raises BundleRejected where the model cannot be loaded, does not have exactly one output and one
    input of the manifest's kind, or fails the self-test.
    """

    def __init__(self, bundle: Bundle, *, threads: int = 1) -> None:
        self.bundle = bundle
        onnxruntime.disable_telemetry_events()  # from 1.31 on it sends telemetry unless disabled
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(bundle.model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises a dozen unrelated classes here
            raise BundleRejected(
                MODEL, f"ONNX Runtime cannot load it: {error}", reason="model"
            ) from error
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            problem = f"{len(inputs)} inputs and {len(outputs)} outputs, expected one of each"
            raise BundleRejected(MODEL, problem, reason="model")
        self._input, self._output = inputs[0].name, outputs[0].name
        kind = bundle.manifest.input.kind
        if inputs[0].type != TENSORS[kind]:
            problem = f"input is a {inputs[0].type}, expected {TENSORS[kind]} for the kind {kind!r}"
            raise BundleRejected(MODEL, problem, reason="model")
        # Converted text models expect a column of strings.
        self._column = kind == "text" and len(inputs[0].shape) == 2
        self.test_row = self._read()
        self._self_test()

    def predict(self, rows: Rows) -> Floats32:
        """Return probabilities of shape (rows, labels) for rows of shape (rows, *input shape)."""
        given = rows[:, None] if self._column else rows
        result: Floats32 = self._session.run([self._output], {self._input: given})[0]
        return result

    def _read(self) -> Rows:
        manifest = self.bundle.manifest
        try:
            return read(manifest.input, [manifest.self_test.instance])
        except InvalidInput as error:
            problem = f"self_test.instance does not fit the input: {error}"
            raise BundleRejected(MANIFEST, problem, reason="self_test") from error

    def _self_test(self) -> None:
        test = self.bundle.manifest.self_test
        try:
            found = self.predict(self.test_row)[0]
        except Exception as error:  # ONNX Runtime raises unrelated classes here too
            raise BundleRejected(
                MODEL, f"the self-test failed: {error}", reason="self_test"
            ) from error
        if found.shape != (len(self.bundle.manifest.labels),):
            labels = len(self.bundle.manifest.labels)
            problem = f"returns {found.shape} values per row, expected {labels}, one per label"
            raise BundleRejected(MODEL, problem, reason="self_test")
        gap = float(np.abs(found - np.asarray(test.probabilities)).max())
        if not gap <= test.tolerance:
            problem = f"self-test: off by {gap:.2g}, expected at most {test.tolerance:.2g}"
            raise BundleRejected(MODEL, problem, reason="self_test")
