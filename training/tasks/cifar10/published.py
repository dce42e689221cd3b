"""The published files of the task cifar10, and how its rows are made from them."""

import io

import pyarrow
from pyarrow import parquet

from training.task.published import Published
from training.tasks.cifar10.task import HELD_OUT, LABEL, PICTURE, THINGS

# The first ones of each file, which are in random order: as many as train in a minute.
TRAIN, TEST = 5_000, 2_000


def convert(train: bytes, test: bytes) -> pyarrow.Table:
    """Return the rows of both files. Raises ValueError, LookupError."""
    parts = [_rows(train, TRAIN, held_out=False), _rows(test, TEST, held_out=True)]
    return pyarrow.concat_tables(parts).combine_chunks()


def _rows(content: bytes, most: int, *, held_out: bool) -> pyarrow.Table:
    with parquet.ParquetFile(io.BytesIO(content)) as stored:
        table = stored.read().slice(0, most)
    pictures = table["image"].to_pylist()
    labels = [THINGS[code] for code in table["label"].to_pylist()]
    columns = {
        PICTURE: pyarrow.array(pictures, pyarrow.binary()),
        LABEL: pyarrow.array(labels, pyarrow.string()),
        HELD_OUT: pyarrow.array([held_out] * len(labels), pyarrow.bool_()),
    }
    return pyarrow.table(columns)


PUBLISHED = Published(
    local=("cifar10/train.parquet", "cifar10/test.parquet"),
    convert=convert,
    content="fc7f27ab141b6c1247a21f826d7d6898d9272568eb1ccab54a59b7d3ab0b43c1",
)
