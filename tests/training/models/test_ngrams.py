"""What the n-grams do beyond every model's promises: other scripts, unknown words, long texts."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from perennial.kinds.inputs.text import TextInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.models import ignore
from training.contracts.examples import Part
from training.model.model import Rows
from training.models.ngrams import FittedNgrams, Ngrams

SCHEMA = TextInput(cleaning=("nfkc", "lower", "words"))
OUTPUT = ClassesOutput(labels=("river", "sport", "nobody"))
RIVERS = ["Der Fluß führt Wasser", "река и вода", "川 の 水", "not dry"]
SPORTS = ["Das Tor zählt", "гол и матч", "試合 と 点", "dry, not wet"]
STRANGE = [*RIVERS, *SPORTS, "", "🙂", "\x1f", "none of these", "Wasser " * 1400, "x" * 9999, "\n"]


def texts(given: list[str]) -> NDArray[np.object_]:
    """Return texts as rows."""
    return SCHEMA.read(given)


@pytest.fixture(scope="module")
def fitted() -> FittedNgrams:
    """A model of two labels; no row has the third."""
    labels = np.array([0] * len(RIVERS) + [1] * len(SPORTS))
    part = Part(texts([*RIVERS, *SPORTS]), labels)
    return Ngrams().fit(Rows(part, part), SCHEMA, OUTPUT, Ngrams.trial, ignore)


def test_letters_of_any_script_tell_labels_apart(fitted: FittedNgrams) -> None:
    """Small and capital ones alike."""
    asked = ["FLUSS und WASSER", "ГОЛ", "試合"]
    assert fitted.values(texts(asked)).argmax(axis=1).tolist() == [0, 1, 1]


def test_the_order_of_words_counts(fitted: FittedNgrams) -> None:
    """Both words are of both labels, and each order is of one."""
    river, sport = fitted.values(texts(["not dry", "dry not"]))
    assert river[0] > sport[0] and sport[1] > river[1]


def test_a_word_that_no_text_has_is_known_by_its_letters(fitted: FittedNgrams) -> None:
    """Unless characters are not counted."""
    part = Part(texts([*RIVERS, *SPORTS]), np.array([0] * len(RIVERS) + [1] * len(SPORTS)))
    words = Ngrams.trial.model_copy(update={"characters": 0})
    alone = Ngrams().fit(Rows(part, part), SCHEMA, OUTPUT, words, ignore)
    asked = texts(["wasserweg", ""])
    known, bias = fitted.values(asked)
    assert known[0] > bias[0]
    assert (alone.values(asked)[0] == alone.values(asked)[1]).all()


def test_a_text_without_known_letters_is_answered_by_the_bias(fitted: FittedNgrams) -> None:
    """Empty, of signs, or of words and letters that no training row has: all alike."""
    found = fitted.values(texts(["", "🙂", "qqq jjj"]))
    assert (found == found[0]).all() and found[0].argmax() < 2


def test_onnx_answers_strange_texts_as_training_does(fitted: FittedNgrams, tmp_path: Path) -> None:
    """Together or alone, however long the longest of a batch is."""
    file, rows = tmp_path / "model.onnx", texts(STRANGE)
    fitted.write_onnx(file)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    fed, expected = SCHEMA.feed(rows, 1), fitted.values(rows)
    (together,) = session.run(None, {"rows": fed})
    alone = np.concatenate([session.run(None, {"rows": fed[at : at + 1]})[0] for at in range(8)])
    assert np.abs(together - expected).max() < 1e-5
    assert np.abs(alone - expected[:8]).max() < 1e-5
