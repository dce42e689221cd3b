"""Published texts and pictures get the words and the pixels in the service that training has."""

import base64
import io
from typing import Any

import numpy as np
import orjson
import pytest
from PIL import Image
from pyarrow import parquet

from perennial.kinds.input_kind import InputKind
from perennial.signals import Rows
from service.http.instances import parse
from tests.published_rows import published_files
from training.models._ngrams import WORD
from training.tasks.cifar10.published import PUBLISHED as PICTURES
from training.tasks.cifar10.task import TASK as CIFAR10
from training.tasks.news.published import PUBLISHED as TEXTS
from training.tasks.news.published import convert
from training.tasks.news.task import HELD_OUT
from training.tasks.news.task import TASK as NEWS

# Every so many rows of the test sets; all of them at night.
EVERY = [pytest.param(40), pytest.param(1, marks=pytest.mark.nightly)]


def served(kind: InputKind, instances: list[Any]) -> tuple[Rows, list[Any]]:
    """Return the rows of instances that are each sent alone, and what is stored of them."""
    read = [
        parse(orjson.dumps({"instances": [instance]}), schema=kind, limit=1)
        for instance in instances
    ]
    return np.concatenate([rows for rows, _, _ in read]), [
        orjson.loads(each[1][0]) for each in read
    ]


@pytest.mark.parametrize("every", EVERY)
def test_a_text_has_the_words_that_training_counts(every: int) -> None:
    """As sent and as stored; what the model splits are the words of scikit-learn's vectorizer."""
    from sklearn.feature_extraction.text import CountVectorizer

    table = convert(*published_files(TEXTS))
    table = table.filter(table[HELD_OUT]).select(["input"])
    rows = NEWS.input.from_arrow(table)[::every]
    sent, stored = served(NEWS.input, rows.tolist())
    assert np.array_equal(sent, rows)
    assert np.array_equal(NEWS.input.from_arrow(NEWS.input.to_arrow(stored)), rows)
    words = NEWS.input.feed(rows, 1)
    assert np.array_equal(NEWS.input.feed(sent, 1), words)
    split = CountVectorizer(lowercase=False, token_pattern=WORD).build_analyzer()
    assert all(split(text) == text.split() and text.split() for text in words)


@pytest.mark.parametrize("every", EVERY)
def test_a_picture_has_the_pixels_that_training_decodes(every: int) -> None:
    """As JPEG, as PNG and as nested lists; Pillow's own reader gives the same."""
    stored = parquet.ParquetFile(io.BytesIO(published_files(PICTURES)[1])).read()
    files = stored["image"].to_pylist()[::every]
    expected = np.stack([np.asarray(Image.open(io.BytesIO(file)).convert("RGB")) for file in files])
    jpegs = [{"jpeg": base64.b64encode(file).decode()} for file in files]
    sent, kept = served(CIFAR10.input, jpegs)
    assert np.array_equal(sent, expected) and kept == jpegs
    assert np.array_equal(served(CIFAR10.input, [_png(each) for each in expected])[0], expected)
    few = expected[:20].astype(np.float32)
    assert np.array_equal(served(CIFAR10.input, few.tolist())[0], few)
    assert CIFAR10.input.to_arrow(kept).equals(CIFAR10.input.arrow_of(expected))


def _png(pixels: Any) -> dict[str, str]:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return {"png": base64.b64encode(file.getvalue()).decode()}
