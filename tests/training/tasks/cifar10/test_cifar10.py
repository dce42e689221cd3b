"""The task cifar10: its published files become its rows, decoded as the service decodes them."""

import io

import numpy as np
import pyarrow
import pytest
from PIL import Image
from pyarrow import parquet

from perennial.kinds.pictures import pixels
from tests.published_rows import published_files
from training.task.content import content_digest
from training.tasks.cifar10.published import PUBLISHED, TEST, TRAIN, convert
from training.tasks.cifar10.task import HELD_OUT, LABEL, PICTURE, TASK


def file_of(codes: list[int]) -> bytes:
    """Return a file with a picture for each code."""
    made = io.BytesIO()
    parquet.write_table(pyarrow.table({"image": [b"x"] * len(codes), "label": codes}), made)
    return made.getvalue()


def test_codes_become_words_and_test_rows_come_last() -> None:
    """The pictures stay files."""
    table = convert(file_of([6, 9]), file_of([0]))
    assert table[LABEL].to_pylist() == ["frog", "truck", "airplane"]
    assert table[HELD_OUT].to_pylist() == [False, False, True]
    assert table[PICTURE].to_pylist() == [b"x"] * 3


def test_other_files_are_refused() -> None:
    """No Parquet, no such column, no such label."""
    for content in (b"PAR1", file_of([10])):
        with pytest.raises((ValueError, LookupError)):
            convert(content, content)


def test_the_published_files_have_valid_rows() -> None:
    """The content that is known, as many as are said, each a picture that can be read."""
    table = convert(*published_files(PUBLISHED))
    assert content_digest(table) == PUBLISHED.content and len(table) == TRAIN + TEST
    assert set(table[LABEL].to_pylist()) == set(TASK.output.labels)
    for row, content in enumerate(table[PICTURE].to_pylist()[::100]):
        found = pixels(f"row {row}", content, "jpeg", TASK.input.shape)
        assert np.array_equal(found, np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))
