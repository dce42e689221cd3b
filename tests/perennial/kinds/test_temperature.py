"""One temperature: found where it is known, and the same in numpy and in the model."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from perennial.statistics.metrics import METRICS
from tests.bundles import softmax_model
from perennial.kinds.temperature import append_temperature, fit_temperature, soften


def drawn(rows: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities, and labels drawn by them: perfectly calibrated."""
    generator = np.random.default_rng(4)
    scores = np.exp(generator.normal(0, 2, size=(rows, 5)))
    shares = scores / scores.sum(axis=1, keepdims=True)
    labels = (shares.cumsum(axis=1) < generator.random((rows, 1))).sum(axis=1)
    return shares, labels.clip(0, 4)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_a_known_temperature_is_found(temperature: float) -> None:
    """Probabilities made too sure, or not sure enough, by a factor are brought back by it."""
    shares, labels = drawn()
    distorted = soften(shares, 1 / temperature)
    found = fit_temperature(distorted, labels)
    assert found == pytest.approx(temperature, rel=0.03)
    assert METRICS["calibration_error"].score(soften(distorted, found), labels) < 0.01


def test_softening_keeps_the_answer() -> None:
    """The most probable label stays; each row still sums to 1, zeros included."""
    shares = np.array([[1.0, 0.0, 0.0], [0.5, 0.3, 0.2]])
    for temperature in (0.3, 1.0, 8.0):
        found = soften(shares, temperature)
        assert found.argmax(axis=1).tolist() == [0, 0]
        assert found.sum(axis=1) == pytest.approx([1, 1])


def test_the_model_softens_as_numpy_does(tmp_path: Path) -> None:
    """The nodes appended to an ONNX model calculate what `soften` does, at any confidence."""
    weights = np.random.default_rng(5).normal(0, 0.5, size=(64, 10)).astype(np.float32)
    rows = np.random.default_rng(6).uniform(0, 16, size=(200, 8, 8)).astype(np.float32)
    file = tmp_path / "model.onnx"
    file.write_bytes(softmax_model(weights))
    plain = answers(file, rows)
    append_temperature(file, 1.7)
    assert plain.max() > 0.999999 and plain.min() < 1e-9
    assert np.abs(answers(file, rows) - soften(plain.astype(np.float64), 1.7)).max() < 1e-5


def answers(file: Path, rows: np.ndarray) -> np.ndarray:
    """Return the only output of a model."""
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (output,) = session.get_outputs()
    return np.asarray(session.run([output.name], {session.get_inputs()[0].name: rows})[0])
