"""What the networks share: TensorFlow set up for a seed, the device, ONNX by Keras' own export."""

import os
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def start(seed: int, *, quick: bool = False) -> tuple[Any, Any, str]:
    """Return Keras, TensorFlow and the device, with everything random following from a seed.

    TensorFlow forces globals: its seed, determinism and log level are the process's.
    quick: whether large networks may use oneDNN, whose sums vary with the number of threads.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # else each import prints a page
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", str(int(quick)))
    with _silent():
        import keras
        import tensorflow

    keras.utils.set_random_seed(seed)
    tensorflow.config.experimental.enable_op_determinism()
    return keras, tensorflow, find_device(tensorflow)


def find_device(tensorflow: Any) -> str:
    """Return `gpu` if TensorFlow finds one, else `cpu`, and configure the GPU."""
    gpus = tensorflow.config.list_physical_devices("GPU")
    for gpu in gpus:  # else it reserves all memory at once, which hides what training needs
        tensorflow.config.experimental.set_memory_growth(gpu, True)
    # TF32 multiplies with 10 bits: its error would exceed the bundle's tolerance.
    tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    return "gpu" if gpus else "cpu"


def rising_rate(keras: Any, highest: float, steps: int, rising: float) -> Any:
    """Return a learning rate that rises along a line, then decays to 0 along a cosine.

    steps: of the whole training.  rising: share of them in which it rises.
    """
    warm = int(steps * rising)
    if not warm:
        return keras.optimizers.schedules.CosineDecay(highest, steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm, warmup_target=highest, warmup_steps=warm
    )


def fit_batches(network: Any, batches: Iterable[tuple[Any, Any]]) -> dict[str, float]:
    """Fit to batches of inputs and targets; return the mean of each figure over all their rows.

    Keras forgets, with each batch, the figures of those before.
    """
    sums, rows = dict[str, float](), 0
    for given, targets in batches:
        found = network.train_on_batch(given, targets, return_dict=True)
        rows += len(targets)
        for name, value in found.items():
            sums[name] = sums.get(name, 0.0) + float(value) * len(targets)
    return {name: value / rows for name, value in sums.items()}


def write_network(network: Any, path: Path, *, opset: int | None = None) -> None:
    """Write a network as ONNX; opset: the version of its operators, if not tf2onnx's own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        with warnings.catch_warnings():  # tf2onnx uses names that NumPy is dropping
            warnings.simplefilter("ignore", FutureWarning)
            network.export(str(file), format="onnx", verbose=False, opset_version=opset)
        path.write_bytes(file.read_bytes())


@contextmanager
def _silent() -> Iterator[None]:
    """Discard what TensorFlow's libraries print before they apply the log level set above."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
