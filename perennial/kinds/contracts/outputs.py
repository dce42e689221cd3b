"""What every kind of output promises. Each check raises AssertionError where one does not hold."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import TypeAdapter

from perennial.errors import InvalidInput
from perennial.kinds.output_kind import LONGEST_LABEL, OutputKind, SentLabel

ROWS, SEED = 40, 7
NAME = re.compile("[a-z][a-z0-9_]*")


def check_the_manifest_keeps_it(kind: OutputKind) -> None:
    """A schema is the same after it was written as JSON and read again."""
    text = orjson.dumps(kind.model_dump(mode="json"))
    assert TypeAdapter(type(kind)).validate_json(text) == kind


def check_every_row_has_an_answer(kind: OutputKind) -> None:
    """An answer is JSON as documented, and does not depend on the rows beside."""
    for count in (0, 1, ROWS):
        values = kind.examples(count, SEED)
        assert values.shape == (count, kind.width)
        answers = kind.answers(values)
        assert answers == [kind.answers(row[np.newaxis])[0] for row in values]
        for answer in answers:
            kind.answer_type.model_validate_json(orjson.dumps(answer), strict=True)
            assert not {"prediction_id", "model_version"} & set(answer)


def check_an_answer_is_a_label(kind: OutputKind) -> None:
    """What is stored of an answer is a label that a client may send back, and its confidence."""
    for answer in kind.answers(kind.examples(ROWS, SEED)):
        label, confidence = kind.stored(answer)
        assert kind.read_label(label) == label and label.encode()
        assert len(label) <= LONGEST_LABEL and "\0" not in label
        assert confidence is None or math.isfinite(confidence)
    for label in kind.labels:
        assert kind.read_label(label) == label


def check_what_is_no_label_is_refused(kind: OutputKind) -> None:
    """The error names the label."""
    for bad in ("", "\ud83d", "\0", math.nan, math.inf, 10**400):
        refused = _refused(kind, bad)
        assert refused is not None, f"{bad!r} is a label"
        assert refused.field == "label" and orjson.dumps(refused.body())


def check_a_label_has_one_text(kind: OutputKind) -> None:
    """However a number is written, it is one label, whose text is read again unchanged."""
    for number in (0, 7, 0.1, -2.5, 10**30, 5e-324):
        if _refused(kind, number) is None:
            text = kind.read_label(number)
            assert kind.read_label(text) == kind.read_label(float(number)) == text
            assert kind.read_label(-0.0) == kind.read_label(0)


def check_a_right_answer_has_the_least_loss(kind: OutputKind) -> None:
    """A loss is finite, 0 or more, and no other label has less than the answer itself."""
    values = kind.examples(ROWS, SEED)
    texts = sorted({kind.stored(answer)[0] for answer in kind.answers(values)} | {*kind.labels})
    for predicted in texts:
        losses = {label: kind.loss(predicted, label) for label in texts}
        assert all(math.isfinite(loss) and loss >= 0 for loss in losses.values())
        assert losses[predicted] == min(losses.values())


def check_signals_have_a_value_for_every_row(kind: OutputKind) -> None:
    """Their names suit a metric; a category is the index of one of its bins."""
    assert all(NAME.fullmatch(name) for name in kind.signals)
    assert set(kind.categories) | set(kind.edges) <= set(kind.signals)
    assert not set(kind.categories) & set(kind.edges)
    for count in (0, 1, ROWS):
        columns = kind.extract(kind.examples(count, SEED))
        assert tuple(columns) == kind.signals
        assert all(column.shape == (count,) for column in columns.values())
        for name, bins in kind.categories.items():
            assert ((columns[name] >= 0) & (columns[name] < len(bins))).all()


def check_every_row_is_counted(kind: OutputKind) -> None:
    """Where there are labels, each row has one; confidences add up to a number."""
    columns = kind.extract(kind.examples(ROWS, SEED))
    counts = kind.counts(columns)
    assert counts.shape == (len(kind.labels),) and counts.dtype == np.int64
    assert not kind.labels or counts.sum() == ROWS
    assert math.isfinite(kind.confidence(columns))


def check_a_broken_model_is_counted_as_missing(kind: OutputKind) -> None:
    """Values that are no numbers are missing in every signal and count for no label."""
    columns = kind.extract(np.full((3, kind.width), np.nan, np.float32))
    for name, column in columns.items():
        bins = kind.categories.get(name)
        assert np.isnan(column).all() if bins is None else (column == len(bins) - 1).all()
    assert kind.counts(columns).sum() == 0 and kind.confidence(columns) == 0


def check_a_broken_model_spoils_no_write(kind: OutputKind) -> None:
    """Its answers can be stored and labelled; none has a confidence or a loss that is no number."""
    label = kind.stored(kind.answers(kind.examples(1, SEED))[0])[0]
    for answer in kind.answers(np.full((2, kind.width), np.nan, np.float32)):
        text, confidence = kind.stored(answer)
        assert text.encode() and "\0" not in text and confidence is None
        loss = kind.loss(text, label)
        assert math.isnan(loss) or loss >= 0


def check_metrics_are_named(kind: OutputKind) -> None:
    """There is one at least, and each name suits a metric."""
    assert kind.metrics and all(NAME.fullmatch(name) for name in kind.metrics)


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


def check_the_headline_is_the_score_of_the_losses(kind: OutputKind) -> None:
    """It is one of the metrics, none of which has the name of a figure that models log."""
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
    assert orjson.dumps(facts) and "\n" not in kind.adjusted(facts)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        _write_identity(file, kind.width)
        adjustment.append(file)
        assert np.allclose(_run(file, values), adjusted, rtol=1e-4, atol=1e-4)


def check_details_are_json(kind: OutputKind) -> None:
    """What metrics.json has beside the metrics, and two texts per row for a plot."""
    values, truths = kind.examples(ROWS, SEED).astype(np.float64), kind.truths(_labels(kind))
    found = kind.details(values, truths)
    assert orjson.loads(orjson.dumps(found)) == found and not set(found) & set(kind.metrics)
    pairs = kind.pairs(values, truths)
    assert len(pairs) == ROWS and all(one and other for one, other in pairs)


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


def _refused(kind: OutputKind, label: SentLabel) -> InvalidInput | None:
    try:
        kind.read_label(label)
    except InvalidInput as error:
        return error
    return None


OUTPUT_CHECKS: tuple[Callable[[OutputKind], None], ...] = (
    check_the_manifest_keeps_it,
    check_every_row_has_an_answer,
    check_an_answer_is_a_label,
    check_what_is_no_label_is_refused,
    check_a_label_has_one_text,
    check_a_right_answer_has_the_least_loss,
    check_signals_have_a_value_for_every_row,
    check_every_row_is_counted,
    check_a_broken_model_is_counted_as_missing,
    check_a_broken_model_spoils_no_write,
    check_metrics_are_named,
    check_a_truth_is_a_label,
    check_a_loss_is_the_same_from_values_and_texts,
    check_the_headline_is_the_score_of_the_losses,
    check_no_constant_loses_less,
    check_its_own_values_need_no_translation,
    check_a_broken_model_is_not_right,
    check_flaws_are_seen,
    check_the_model_is_adjusted_as_values_are,
    check_details_are_json,
)
