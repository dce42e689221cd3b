"""What a kind of output promises the service. A check raises AssertionError where it fails."""

import math
import re
from collections.abc import Callable

import numpy as np
import orjson
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
        label, confidence, interval = kind.stored(answer)
        assert kind.read_label(label) == label and label.encode()
        assert (interval is None) == (kind.coverage is None)
        if interval is not None:
            assert interval[0] <= kind.truths([label])[0] <= interval[1]
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
        text, confidence, interval = kind.stored(answer)
        assert text.encode() and "\0" not in text and (confidence, interval) == (None, None)
        loss = kind.loss(text, label)
        assert math.isnan(loss) or loss >= 0


def _refused(kind: OutputKind, label: SentLabel) -> InvalidInput | None:
    try:
        kind.read_label(label)
    except InvalidInput as error:
        return error
    return None


ANSWER_CHECKS: tuple[Callable[[OutputKind], None], ...] = (
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
)
