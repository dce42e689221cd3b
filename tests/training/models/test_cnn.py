"""What the network does beyond every model's promises: precision, and the device it runs on."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from tests.models import ignore
from training.contracts.examples import EXAMPLES
from training.models._keras import find_device
from training.models.cnn import Cnn

pytestmark = pytest.mark.seconds(15)


@pytest.mark.nightly
def test_mixed_precision_is_exported_as_float32(tmp_path: Path) -> None:
    """Trained in float16, on the CPU too, it learns, and its ONNX agrees without float16."""
    one, file = EXAMPLES[0], tmp_path / "model.onnx"
    parameters = Cnn.trial.model_copy(update={"precision": "mixed_float16"})
    fitted = Cnn().fit(one.rows, one.schema, one.output, parameters, ignore)
    assert fitted.precision == "mixed_float16"
    rows = one.rows.validation
    expected = fitted.values(rows.inputs)
    assert (expected.argmax(axis=1) == rows.labels).mean() > 0.9
    fitted.write_onnx(file)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: rows.inputs})
    assert np.abs(found - expected).max() < 1e-4
    graph = onnx.shape_inference.infer_shapes(onnx.load(file)).graph
    tensors = [value.type.tensor_type.elem_type for value in graph.value_info]
    assert onnx.TensorProto.FLOAT in tensors and onnx.TensorProto.FLOAT16 not in tensors


class FakeTensorFlow:
    """Stands in for TensorFlow on a machine with so many GPUs."""

    def __init__(self, gpus: int) -> None:
        self.gpus = [f"GPU:{number}" for number in range(gpus)]
        self.growing: list[str] = []
        self.short_products = True
        self.config = self.experimental = self

    def list_physical_devices(self, kind: str) -> list[str]:
        """Return the devices of a kind."""
        return self.gpus if kind == "GPU" else ["CPU:0"]

    def set_memory_growth(self, gpu: str, grows: bool) -> None:
        """Remember which GPU takes only the memory that it needs."""
        self.growing += [gpu] if grows else []

    def enable_tensor_float_32_execution(self, enabled: bool) -> None:
        """Remember whether products may be of 10 bits."""
        self.short_products = enabled


@pytest.mark.parametrize(("gpus", "device"), [(0, "cpu"), (1, "gpu"), (2, "gpu")])
def test_a_gpu_is_found_and_set_up(gpus: int, device: str) -> None:
    """It takes the memory that it needs, so that the peak means something, and multiplies whole."""
    tensorflow = FakeTensorFlow(gpus)
    assert find_device(tensorflow) == device
    assert tensorflow.growing == tensorflow.gpus and not tensorflow.short_products
