"""The fast way of reading plain numbers gives what the careful way gives."""

import json
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perennial.errors import PerennialError
from perennial.kinds.columns import NumberColumn
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.table import TableInput
from service.http import instances


class CarefulImage(ImageInput):
    """Images that are read value by value."""

    plain: ClassVar[bool] = False


class CarefulTable(TableInput):
    """A table of numbers that is read value by value."""

    @property
    def plain(self) -> bool:
        """Say no."""
        return False


COLUMNS = (NumberColumn(name="a"), NumberColumn(name="b"))
PAIRS: list[tuple[InputKind, InputKind]] = [
    (ImageInput(shape=(4, 4)), CarefulImage(shape=(4, 4))),
    (TableInput(columns=COLUMNS), CarefulTable(columns=COLUMNS)),
]
# Written as they are, since no JSON writer of Python writes all of them.
ODD = ["1e38", "3.5e38", "-1e39", "1e999", "-0.0", "1e-46", "9" * 39, "9" * 40, "9" * 400, "NaN"]
ODD += ["-Infinity", "true", "null", '"1"', "[]", "{}", "1.0000000000000000000001", "0.1"]
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
    st.integers().map(str),
    st.integers(-9, 9).map(str),
)
LEAVES = st.one_of(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(ODD))


def _lists(parts: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=1, max_size=most).map(lambda items: f"[{', '.join(items)}]")


ROWS = st.lists(LEAVES, min_size=2, max_size=2).map(lambda items: f"[{','.join(items)}]")
FOURS = st.lists(LEAVES, min_size=4, max_size=4).map(lambda items: f"[{','.join(items)}]")
SQUARES = st.lists(FOURS, min_size=4, max_size=4).map(lambda items: f"[ {', '.join(items)} ]")
ANY = st.one_of(LEAVES, _lists(LEAVES), _lists(_lists(LEAVES)), ROWS, SQUARES)
BODIES = st.lists(st.one_of(ROWS, SQUARES, ANY), min_size=1, max_size=3).map(
    lambda rows: f'{{"instances": [{",".join(rows)}]}}'
)


def _outcome(body: bytes, schema: InputKind) -> Any:
    try:
        rows, texts, _ = instances.parse(body, schema=schema, limit=9)
    except PerennialError as error:
        return type(error), str(error)
    return rows.shape, rows.tobytes(), [json.loads(text) for text in texts]


@pytest.mark.parametrize(("fast", "careful"), PAIRS, ids=["image", "table"])
def test_both_ways_give_the_same_rows_or_the_same_error(
    fast: InputKind, careful: InputKind
) -> None:
    """Whatever the numbers, their form, their nesting, and what stands between them."""

    # On a busy machine drawing takes longer, which says nothing of the service.
    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(BODIES)
    def check(text: str) -> None:
        body = text.encode()
        with np.errstate(over="ignore"):
            assert _outcome(body, fast) == _outcome(body, careful)

    check()


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("fast", "careful"), PAIRS, ids=["image", "table"])
def test_one_odd_value_in_a_row_that_fits_makes_no_difference(
    fast: InputKind, careful: InputKind, odd: str
) -> None:
    """Each form of value that numpy would read as a number, or that no float32 holds."""
    row = json.dumps(np.full(fast.shape, 0.25).tolist())
    for rows in (row.replace("0.25", odd, 1), f"{row}, {row.replace('0.25', odd, 1)}"):
        body = f'{{"instances": [{rows}]}}'.encode()
        with np.errstate(over="ignore"):
            assert _outcome(body, fast) == _outcome(body, careful)
