"""What a kind says of wrong input stays short, however many labels or columns a model has."""

import orjson
import pytest

from perennial.errors import InvalidInput
from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.output_kind import LONGEST_LABEL
from perennial.kinds.outputs.classes import ClassesOutput

MANY = 1000
LABELS = ClassesOutput(
    labels=tuple(f"{number:04d}".ljust(LONGEST_LABEL, "x") for number in range(MANY))
)
COLUMNS = TableInput(columns=tuple(NumberColumn(name=f"column_{number}") for number in range(MANY)))


def test_a_wrong_label_is_answered_with_the_labels() -> None:
    """Of a few labels, all are named."""
    with pytest.raises(InvalidInput, match=r"got 'bird', expected one of \['cat', 'dog'\]$"):
        ClassesOutput(labels=("cat", "dog")).read_label("bird")


def test_of_many_labels_twenty_are_named() -> None:
    """With how many others there are, to clients and in training alike."""
    for ask in (LABELS.read_label, LABELS.truths):
        with pytest.raises(InvalidInput) as refused:
            ask("?")
        assert refused.value.expected.startswith(f"one of ['{LABELS.labels[0]}', ")
        assert refused.value.expected.endswith(f"'{LABELS.labels[19]}'] or of 980 others")
        assert len(orjson.dumps(refused.value.body())) < 10_000


def test_of_many_columns_a_few_are_named() -> None:
    """Also where a row has another number of values, or a name that is unknown."""
    rows: list[object] = [[1.0], {"unknown": 1}]
    for row in rows:
        with pytest.raises(InvalidInput) as refused:
            COLUMNS.read([row])
        assert "(1000 in all)" in refused.value.expected
        assert len(orjson.dumps(refused.value.body())) < 10_000
