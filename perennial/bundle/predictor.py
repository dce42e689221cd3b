"""Run a bundle's model: it turns rows into the values that answers are made of."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from perennial.bundle import MANIFEST, MODEL, Bundle
from perennial.errors import BundleRejected, InvalidInput
from perennial.kinds.feeding import Feeding
from perennial.plural import plural
from perennial.signals import Rows

Floats32 = NDArray[np.float32]


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
        kind = bundle.manifest.input
        feeding = Feeding.of(kind, bundle.tokenizer)
        if inputs[0].type != feeding.tensor:
            expected = f"{feeding.tensor} for the kind {kind.kind!r}"
            problem = f"input is a {inputs[0].type}, expected {expected}"
            raise BundleRejected(MODEL, problem, reason="model")
        self._feed, self._rank = feeding.feed, len(inputs[0].shape)
        self.test_row = self._read()
        self._self_test()

    def predict(self, rows: Rows) -> Floats32:
        """Return values of shape (rows, width) for rows of shape (rows, *input shape)."""
        given = {self._input: self._feed(rows, self._rank)}
        result: Floats32 = self._session.run([self._output], given)[0]
        return result

    def _read(self) -> Rows:
        manifest = self.bundle.manifest
        try:
            return manifest.input.read([manifest.self_test.instance])
        except InvalidInput as error:
            problem = f"self_test.instance does not fit the input: {error}"
            raise BundleRejected(MANIFEST, problem, reason="self_test") from error

    def _self_test(self) -> None:
        test, output = self.bundle.manifest.self_test, self.bundle.manifest.output
        try:
            found = self.predict(self.test_row)[0]
        except Exception as error:  # ONNX Runtime raises unrelated classes here too
            raise BundleRejected(
                MODEL, f"the self-test failed: {error}", reason="self_test"
            ) from error
        if found.shape != (output.width,):
            problem = f"returns {found.shape} values per row, expected {output.width}"
            raise BundleRejected(MODEL, problem, reason="self_test")
        values = np.asarray(test.values)
        if values.shape != found.shape:
            problem = (
                f"self_test.values has {plural(len(values), 'value')}, expected {output.width}"
            )
            raise BundleRejected(MANIFEST, problem, reason="self_test")
        gap = float(np.abs(found - values).max())
        if not gap <= test.tolerance:
            problem = f"self-test: off by {gap:.2g}, expected at most {test.tolerance:.2g}"
            raise BundleRejected(MODEL, problem, reason="self_test")
        answer = output.answers(values[np.newaxis])[0]
        if answer != test.answer:
            problem = f"self_test.answer is {test.answer}, expected {answer}, as the values say"
            raise BundleRejected(MANIFEST, problem, reason="self_test")
