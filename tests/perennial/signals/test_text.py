"""What is seen of a text."""

from typing import Any

import numpy as np
import pytest

from perennial.kinds.inputs.text import TextInput
from perennial.signals import Extraction

SPORT = ["The team won the match", "The match was a win", "A goal for the team", "the team score"]
MONEY = ["The bank sold the stock", "The stock price fell", "A share of the bank", "bank share"]


def fitted(texts: list[str]) -> Extraction:
    """Return an extraction fitted to texts."""
    return Extraction.fit(TextInput(), np.array(texts, dtype=object))


def seen(texts: list[str], extraction: Extraction | None = None) -> dict[str, Any]:
    """Return the signals of texts."""
    columns = (extraction or fitted(SPORT + MONEY)).extract(np.array(texts, dtype=object))
    return {name: pytest.approx(column.tolist()) for name, column in columns.items()}


def test_lengths_and_characters_are_counted() -> None:
    """Characters by class as shares of all, words as runs of letters and digits."""
    found = seen(["", "Ab 1", "wé!?", "ＡB"])
    assert found["length"] == [0, 4, 4, 2]
    assert found["tokens"] == [0, 2, 1, 1]
    assert found["upper_share"] == [0, 0.25, 0, 0.5]
    assert found["digit_share"] == [0, 0.25, 0, 0]
    assert found["space_share"] == [0, 0.25, 0, 0]
    assert found["punctuation_share"] == [0, 0, 0.5, 0]
    assert found["foreign_share"] == [0, 0, 0.25, 0.5]


def test_words_seen_once_or_never_are_unknown() -> None:
    """The vocabulary holds the words of two texts or more, in any case of letters."""
    found = seen(["THE Team", "goal team", "xyzzy", "", "team team team xyzzy"])
    assert found["unknown_share"] == [0, 0.5, 1, 0, 0.25]


def test_without_a_vocabulary_every_word_is_unknown() -> None:
    """A single text has no word of two texts."""
    assert seen(["a b", ""], fitted(["a b"]))["unknown_share"] == [1, 0]


def test_topics_are_far_from_each_other() -> None:
    """Texts of one topic lie closer to each other than to those of another."""
    extraction = fitted(SPORT * 5 + MONEY * 5)
    columns = extraction.extract(np.array([*SPORT, *MONEY], dtype=object))
    places = np.stack([columns[f"component_{i}"] for i in range(1, 9)], axis=1)
    sport, money = places[:4], places[4:]
    between = np.linalg.norm(sport.mean(axis=0) - money.mean(axis=0))
    assert between > np.linalg.norm(sport.std(axis=0))


def test_strings_of_numpy_are_texts_too() -> None:
    """Training may hold texts in an array of fixed width."""
    extraction = fitted(SPORT)
    one, other = (extraction.extract(np.array(MONEY, dtype=kind)) for kind in ("O", "U"))
    assert all((one[name] == other[name]).all() for name in one)


def test_a_vocabulary_out_of_order_is_refused() -> None:
    """Words are looked up by halving, which wants an order."""
    arrays: dict[str, Any] = {
        "vocabulary": np.array([2, 1], np.uint32),
        "weights": np.ones(4096),
        "mean": np.zeros(4096),
        "axes": np.zeros((4096, 8)),
    }
    with pytest.raises(ValueError, match="array 'vocabulary' is not sorted"):
        Extraction(TextInput(), arrays)
