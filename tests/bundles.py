"""Tiny bundles made by hand, so that a test of the service needs no training and a moment only."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from perennial import bundle, signals
from perennial.bundle import Bundle, SelfTest
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.design_effects import design_effects
from perennial.kinds.outputs.number import NumberOutput
from perennial.signals import PREDICTION, Extraction

LABELS = tuple("0123456789")
SHAPE = (8, 8)
INPUT = ImageInput(shape=SHAPE)
ROWS = 400
CREATED = datetime(2026, 1, 1, tzinfo=timezone.utc)

Floats = NDArray[np.float64]


def images(rows: int, *, seed: int = 0) -> Floats:
    """Return random images of shape (rows, 8, 8) with whole values from 0 to 16."""
    return np.random.default_rng(seed).integers(0, 17, size=(rows, *SHAPE)).astype(np.float64)


def make_bundle(
    path: Path,
    version: str = "1.0.0",
    *,
    task: str = "digits",
    labels: Sequence[str] = LABELS,
    seed: int = 0,
    commit: str = "0123abc",
    fails_over: float | None = None,
    **manifest: Any,
) -> Bundle:
    """Write a bundle with a linear softmax model over 8x8 images into `path` and load it.

    seed: the model's weights; two bundles of one seed and version have the same digest.
    fails_over: the model returns NaN for an image whose first pixel is higher.
    manifest: fields that replace those of a good manifest.
    """
    path.mkdir(parents=True, exist_ok=True)
    weights = np.random.default_rng(seed).normal(0, 0.02, size=(64, len(labels)))
    weights -= weights.mean(axis=0)  # else bright images all go to one label
    rows = images(ROWS, seed=seed + 1)
    (path / bundle.MODEL).write_bytes(softmax_model(weights.astype(np.float32), fails_over))
    probabilities = softmax(rows.reshape(len(rows), -1), weights)
    tested = 0 if fails_over is None else int((rows[:, 0, 0] <= fails_over).argmax())
    extraction = Extraction.fit(INPUT, images(ROWS, seed=seed + 2))
    extraction.save(path / bundle.SIGNALS)
    columns = {**extraction.extract(rows), **signals.outputs(probabilities)}
    reference = make_reference(columns, labels=labels)
    (path / bundle.REFERENCE).write_text(reference.model_dump_json(indent=2), encoding="utf-8")
    (path / bundle.CARD).write_text(f"# {task} {version}\n\nA bundle for tests.\n", "utf-8")
    fields: dict[str, Any] = {
        "task": task,
        "version": version,
        "created": CREATED.isoformat(),
        "commit": commit,
        "data_version": "0" * 32,
        "framework": "numpy",
        "framework_version": np.__version__,
        "input": INPUT.model_dump(mode="json"),
        "output": {"kind": "classes", "labels": list(labels)},
        "metrics": {
            "accuracy": {"value": 0.9, "size": ROWS},
            "promised_low": {"value": 0.87, "size": ROWS},
            "promised_high": {"value": 0.93, "size": ROWS},
        },
        "self_test": self_test(rows[tested], probabilities[tested], labels),
    }
    return bundle.write(path, {**fields, **manifest})


def make_amounts(path: Path, **accepted: float) -> Bundle:
    """Return a bundle of images whose answers are amounts, a kind that is not in this tree.

    Only a process that has the kind can load such a bundle, so this one is put together by hand.
    accepted: the reference's mean loss, its deviation and its size.
    """
    from tests.perennial.kinds.toys.amount import AmountOutput

    made, output = make_bundle(path, task="amounts"), AmountOutput.example()
    values = output.examples(ROWS, 3)
    columns = output.extract(values)
    whole = np.bincount(columns["whole"], minlength=4)
    found = [signal for signal in made.reference.signals if signal.name not in signals.OUTPUTS]
    found += [
        numeric("amount", columns["amount"]),
        _signal("whole", "categorical", output.categories["whole"], whole, {}),
    ]
    loss = {"loss": 0.5, "loss_deviation": 0.4, "loss_size": ROWS} | accepted
    reference = signals.Reference.model_validate({"signals": tuple(found)} | loss)
    manifest = made.manifest.model_copy(update={"output": output})
    return replace(made, manifest=manifest, reference=reference)


def make_numbers(
    path: Path, version: str = "1.0.0", *, task: str = "numbers", off: float = 0, seed: int = 0
) -> Bundle:
    """Write a bundle whose answer to an image is its mean, with an interval, and load it.

    The interval is the wider, the brighter the first pixel is.
    off: what the answers are too high by.
    """
    output = NumberOutput(unit="grey", low=0, high=16)
    made, rows = make_bundle(path, version, task=task), images(ROWS, seed=seed + 1)
    truths = rows.mean(axis=(1, 2)).clip(0, 16)
    reach = 0.2 + 0.1 * rows[:, 0, 0]
    values = np.stack([truths, truths - reach, truths + reach], axis=1) + off
    labels = (truths + np.random.default_rng(seed).normal(0, reach / 1.645)).clip(0, 16)
    (path / bundle.MODEL).write_bytes(number_model(off))
    found = [signal for signal in made.reference.signals if signal.name not in signals.OUTPUTS]
    found += [numeric(name, column) for name, column in output.extract(values).items()]
    quality = output.reference(values, labels) | design_effects(output, values, labels)
    reference = signals.Reference.model_validate({"signals": tuple(found)} | quality)
    (path / bundle.REFERENCE).write_text(reference.model_dump_json(indent=2), encoding="utf-8")
    test = SelfTest.of(output, rows[0].tolist(), values[0], tolerance=1e-3)
    fields = made.manifest.model_dump(mode="json", exclude={"files", "format"})
    fields |= {"output": output.model_dump(mode="json"), "self_test": test.model_dump()}
    return bundle.write(path, fields)


def number_model(off: float) -> bytes:
    """Return an ONNX model with the values of `make_numbers`."""
    weights = np.full((64, 3), 1 / 64, np.float32)
    weights[0] += np.array([0, -0.1, 0.1], np.float32)
    bias = np.array([0, -0.2, 0.2], np.float32) + np.float32(off)
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["images"], ["flat"], axis=1),
            helper.make_node("Gemm", ["flat", "weights", "bias"], ["values"]),
        ],
        "mean",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["rows", *SHAPE])],
        [helper.make_tensor_value_info("values", TensorProto.FLOAT, ["rows", 3])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def self_test(row: Floats, probabilities: Any, labels: Sequence[str] = LABELS) -> dict[str, Any]:
    """Return a self-test of an image."""
    output = ClassesOutput(labels=tuple(labels))
    return SelfTest.of(output, row.tolist(), probabilities, tolerance=1e-4).model_dump()


def softmax(rows: Floats, weights: Floats) -> Floats:
    """Return what the model gives for flat rows, shape (rows, labels)."""
    scores = rows @ weights
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def softmax_model(weights: NDArray[np.float32], fails_over: float | None = None) -> bytes:
    """Return an ONNX model: softmax(flatten(image) @ weights).

    fails_over: it returns NaN for an image whose first pixel is higher.
    """
    nodes = [
        helper.make_node("Flatten", ["images"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    constants = [numpy_helper.from_array(weights, "weights")]
    if fails_over is not None:
        nodes[-1].output[0] = "usual"
        nodes += [
            helper.make_node("Gather", ["flat", "first"], ["pixel"], axis=1),
            helper.make_node("Greater", ["pixel", "limit"], ["fails"]),
            helper.make_node("Where", ["fails", "none", "usual"], ["probabilities"]),
        ]
        constants += [
            numpy_helper.from_array(np.array([0]), "first"),
            numpy_helper.from_array(np.array(fails_over, np.float32), "limit"),
            numpy_helper.from_array(np.array(np.nan, np.float32), "none"),
        ]
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["rows", *SHAPE])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", None])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def make_reference(
    columns: Mapping[str, NDArray[Any]], *, labels: Sequence[str] = LABELS
) -> signals.Reference:
    """Return a reference counted on columns of image signals and outputs."""
    found = [numeric(name, column) for name, column in columns.items() if name != PREDICTION]
    found.append(categorical(columns[PREDICTION], labels))
    size = len(columns[PREDICTION])
    return signals.Reference(signals=tuple(found), accuracy=0.9, accuracy_size=size, confidence=0.8)


def numeric(name: str, values: NDArray[np.floating], *, bins: int = 10) -> signals.Signal:
    """Return a numeric signal with its bins cut at the quantiles of `values`."""
    edges = signals.numeric_edges(values, bins=bins)
    names = signals.numeric_bins(edges)
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(names))
    bounds = {"low": float(values.min()), "high": float(values.max())}
    rank = {"rank_critical_value": critical_value(1)}
    return _signal(name, "numeric", names, counts, {"edges": edges, **bounds, **rank})


def categorical(predicted: NDArray[np.int64], labels: Sequence[str]) -> signals.Signal:
    """Return the `prediction` signal."""
    names = (*labels, signals.OTHER, signals.MISSING)
    counts = np.bincount(predicted, minlength=len(names))
    return _signal(PREDICTION, "categorical", names, counts, {})


def _signal(
    name: str,
    kind: Literal["numeric", "categorical"],
    names: tuple[str, ...],
    counts: NDArray[np.int64],
    bounds: Mapping[str, Any],
) -> signals.Signal:
    return signals.Signal(
        name=name,
        kind=kind,
        bins=names,
        shares=signals.reference_shares(counts, kind),
        size=int(counts.sum()),
        critical_value=critical_value(len(names) - 1),
        **bounds,
    )


def critical_value(freedom: int, *, level: float = 0.01 / 27) -> float:
    """Return the chi-squared quantile by Wilson and Hilferty's cube, close enough for a test."""
    part = 2 / (9 * freedom)
    cube = 1 - part + NormalDist().inv_cdf(1 - level) * float(np.sqrt(part))
    return float(freedom * cube**3)


def production(folder: Path, target: Path) -> Path:
    """Point `folder/production` at a bundle beside it, atomically, as a deployment does."""
    link, fresh = folder / "production", folder / "production.new"
    fresh.symlink_to(target.name)
    fresh.replace(link)
    return link
