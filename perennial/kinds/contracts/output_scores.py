"""What a kind of output promises training. A check raises AssertionError where it fails."""

import math
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from perennial.errors import InvalidInput
from perennial.kinds.adjustment import TAKEN
from perennial.kinds.contracts.outputs import NAME, ROWS, SEED
from perennial.kinds.output_kind import OutputKind
from perennial.signals.expected_loss import ExpectedLoss


def check_metrics_are_named(kind: OutputKind) -> None:
    """There is one at least, and each name suits a metric and no other figure in metrics.json."""
    assert kind.metrics and all(NAME.fullmatch(name) for name in kind.metrics)
    assert not _others(kind) & set(kind.metrics)


def check_a_truth_is_a_label(kind: OutputKind) -> None:
    """Labels become numbers of 64 bits and come back; what is no label does not."""
    labels = _labels(kind)
    truths = kind.truths(labels)
    assert truths.shape == (ROWS,) and truths.dtype in (np.int64, np.float64)
    assert kind.truths([]).dtype == truths.dtype
    assert [kind.label_of(truth) for truth in truths] == labels
    try:
        kind.truths(["\0"])
    except InvalidInput as error:
        assert error.field == "label"
    else:
        raise AssertionError("a label that is none has a truth")
    assert kind.label_rule and kind.constant_answer and kind.loss_unit


def check_a_loss_is_the_same_from_values_and_texts(kind: OutputKind) -> None:
    """One per row, finite, 0 or more; what training and the service lose on a row is the same."""
    values, labels = kind.examples(ROWS, SEED).astype(np.float64), _labels(kind)
    losses = kind.losses(values, kind.truths(labels))
    assert losses.shape == (ROWS,) and losses.dtype == np.float64
    assert (losses >= 0).all() and np.isfinite(losses).all()
    texts = [kind.stored(answer)[0] for answer in kind.answers(values)]
    pairs = zip(texts, labels, strict=True)
    assert np.allclose(losses, [kind.loss(text, label) for text, label in pairs])


def check_surprises_are_log_losses_or_none(kind: OutputKind) -> None:
    """One per row, finite, 0 or more, and none where the truth is certain."""
    values, truths = kind.examples(ROWS, SEED).astype(np.float64), kind.truths(_labels(kind))
    found = kind.surprises(values, truths)
    if found is None:
        return
    assert found.shape == (ROWS,) and np.isfinite(found).all() and (found >= 0).all()
    certain, shares = kind.constant(truths[:1]), kind.shares(truths)
    known = kind.surprises(certain[None], truths[:1])
    assert known is not None and known.tolist() == [0]
    assert shares is not None and shares.shape == (kind.width,)
    least = kind.surprises(np.tile(shares, (ROWS, 1)), truths)
    assert least is not None
    for row in values:
        other = kind.surprises(np.tile(row, (ROWS, 1)), truths)
        assert other is not None and least.mean() <= other.mean() + 1e-9


def check_the_headline_is_the_score_of_the_losses(kind: OutputKind) -> None:
    """It is one of the metrics, none of which has the name of a figure that models log.

    A summary, which has room for few, has room for it.
    """
    assert kind.metrics[kind.headline].brief
    values, truths = kind.examples(ROWS, SEED).astype(np.float64), kind.truths(_labels(kind))
    score = kind.loss_test.score(kind.losses(values, truths))
    assert math.isclose(kind.metrics[kind.headline].score(values, truths), score)
    assert not any(name == "loss" or name.startswith("val_") for name in kind.metrics)


def check_no_constant_loses_less(kind: OutputKind) -> None:
    """Given to every row, the values of `constant` lose no more than those of any other row."""
    values, truths = kind.examples(ROWS, SEED).astype(np.float64), kind.truths(_labels(kind))
    constant = kind.constant(truths)
    assert constant.shape == (kind.width,) and constant.dtype == np.float64

    def lost(row: NDArray[np.float64]) -> float:
        return float(kind.losses(np.tile(row, (ROWS, 1)), truths).mean())

    assert all(lost(constant) <= lost(row) + 1e-9 for row in values)


def check_its_own_values_need_no_translation(kind: OutputKind) -> None:
    """Values of a model with the same schema stay what they are."""
    values = kind.examples(ROWS, SEED).astype(np.float64)
    assert np.array_equal(kind.translated(values, kind), values)


def check_a_broken_model_is_not_right(kind: OutputKind) -> None:
    """Translated values that are no numbers stay so, or are wrong whatever the truth is."""
    truths = kind.truths(_labels(kind))
    found = kind.translated(np.full((ROWS, kind.width), np.nan), kind)
    if np.isfinite(found).all():
        assert (kind.losses(found, truths) > 0).all()
    else:
        assert not np.isfinite(found).all(axis=1).any()


def check_flaws_are_seen(kind: OutputKind) -> None:
    """Its examples have none, what is no number has one."""
    assert kind.flaw(kind.examples(ROWS, SEED).astype(np.float64)) == ""
    assert kind.flaw(np.full((2, kind.width), np.nan))


def check_the_model_is_adjusted_as_values_are(kind: OutputKind) -> None:
    """What is appended to an ONNX model calculates what is applied to values."""
    values = kind.examples(ROWS, SEED)
    adjustment = kind.adjustment(values.astype(np.float64), kind.truths(_labels(kind)))
    adjusted = adjustment.apply(values.astype(np.float64))
    assert adjusted.shape == values.shape and kind.flaw(adjusted) == ""
    facts = {name: float(value) for name, value in adjustment.facts.items()}
    assert not set(facts) & TAKEN
    assert orjson.dumps(facts) and "\n" not in kind.adjusted(facts)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        _write_identity(file, kind.width)
        adjustment.append(file)
        assert np.allclose(_run(file, values), adjusted, rtol=1e-4, atol=1e-4)


def check_the_reference_is_what_live_labels_give(kind: OutputKind) -> None:
    """Its fields are those of its sort of labels, and say what the service would count of them."""
    values, labels = kind.examples(ROWS, SEED), _labels(kind)
    found = kind.reference(values, kind.truths(labels))
    texts = [kind.stored(answer)[0] for answer in kind.answers(values)]
    pairs = list(zip(texts, labels, strict=True))
    if kind.labels:
        expected = {
            "accuracy": float(np.mean([text == label for text, label in pairs])),
            "accuracy_size": ROWS,
            "confidence": kind.confidence(kind.extract(values)) / ROWS,
        }
    else:
        losses = np.array([kind.loss(text, label) for text, label in pairs])
        expected = {
            "loss": float(losses.mean()),
            "loss_deviation": float(losses.std()),
            "loss_size": ROWS,
        }
        if kind.coverage is not None:
            expected["coverage"] = _covered(kind, values, labels)
    curve = found.pop("expected_loss", None)
    if curve is not None:
        ExpectedLoss.model_validate(curve)
        assert curve["signal"] in set(kind.signals) - set(kind.categories)
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert math.isclose(found[name], value, rel_tol=1e-4, abs_tol=1e-9), name


def check_details_are_json(kind: OutputKind) -> None:
    """What metrics.json has beside the metrics, and two texts per row for a plot."""
    values, truths = kind.examples(ROWS, SEED).astype(np.float64), kind.truths(_labels(kind))
    found = kind.details(values, truths)
    assert orjson.loads(orjson.dumps(found)) == found
    assert not set(found) & (_others(kind) | set(kind.metrics))
    pairs = kind.pairs(values, truths)
    assert len(pairs) == ROWS and all(one and other for one, other in pairs)


def _covered(kind: OutputKind, values: NDArray[Any], labels: list[str]) -> float:
    """Return the share of labels that lie in the interval that the database keeps."""
    intervals = [kind.stored(answer).interval for answer in kind.answers(values)]
    pairs = zip(intervals, kind.truths(labels).tolist(), strict=True)
    return float(
        np.mean([ends is not None and ends[0] <= truth <= ends[1] for ends, truth in pairs])
    )


def _others(kind: OutputKind) -> set[str]:
    """Return what metrics.json has beside metrics and details."""
    ends = ("low", "high", "next_low", "next_high")
    return {"rows", *(f"{kind.headline}_{end}" for end in ends)}


def _labels(kind: OutputKind) -> list[str]:
    """Return a label for each row of the examples, most of them not the answer to it."""
    answers = kind.answers(kind.examples(ROWS, SEED + 1))
    return [kind.stored(answer)[0] for answer in answers]


def _write_identity(file: Path, width: int) -> None:
    """Write a model that returns what it gets."""
    import onnx
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [helper.make_node("Identity", ["rows"], ["values"])],
        "identity",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("values", TensorProto.FLOAT, [None, width])],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(file))


def _run(file: Path, values: NDArray[Any]) -> NDArray[Any]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"rows": values.astype(np.float32)})[0])


SCORE_CHECKS: tuple[Callable[[OutputKind], None], ...] = (
    check_metrics_are_named,
    check_a_truth_is_a_label,
    check_a_loss_is_the_same_from_values_and_texts,
    check_the_headline_is_the_score_of_the_losses,
    check_no_constant_loses_less,
    check_its_own_values_need_no_translation,
    check_a_broken_model_is_not_right,
    check_flaws_are_seen,
    check_the_model_is_adjusted_as_values_are,
    check_the_reference_is_what_live_labels_give,
    check_details_are_json,
)
