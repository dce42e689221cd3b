"""A bundle whose model takes the pieces of texts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perennial import bundle
from perennial.bundle import TOKENIZER, Bundle
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected
from tests.kinds import KINDS, OUTPUT, write_bundle
from tests.models import ignore
from training.contracts.examples import Part
from training.model.model import Rows
from training.models.transformer import Transformer

pytestmark = pytest.mark.seconds(15)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The bundle of a small encoder."""
    kind = KINDS["text"]
    part = Part(kind.rows(40, 1), np.arange(40) % 2)
    parameters = Transformer.trial.model_copy(update={"epochs": 1})
    fitted = Transformer().fit(Rows(part, part), kind.schema, OUTPUT, parameters, ignore)
    folder = tmp_path_factory.mktemp("tokenizer") / "b"
    return write_bundle(folder, "text", kind, fitted.values, fitted.write_onnx)


def rewritten(made: Bundle, folder: Path, change: Any) -> None:
    """Load a copy of the bundle with its tokenizer changed, or without it."""
    folder.mkdir()
    for file in made.path.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    change(folder / TOKENIZER)
    Predictor(bundle.write(folder, made.manifest.model_dump(mode="json", exclude=UNCHANGED)))


UNCHANGED = {"format", "files"}


def test_texts_are_answered(made: Bundle) -> None:
    """Together and alone alike; the self-test, which is a text, passes."""
    rows, predictor = KINDS["text"].rows(9, 5), Predictor(made)
    together = predictor.predict(rows)
    alone = np.concatenate([predictor.predict(rows[at : at + 1]) for at in range(9)])
    assert together == pytest.approx(alone, abs=1e-5)


def test_a_bundle_without_its_tokenizer_is_refused(made: Bundle, tmp_path: Path) -> None:
    """The model takes no strings."""
    with pytest.raises(BundleRejected, match="input is a tensor.int64., expected tensor.string."):
        rewritten(made, tmp_path / "b", Path.unlink)


def test_a_tokenizer_of_another_kind_is_refused_by_name(made: Bundle, tmp_path: Path) -> None:
    """It would be read otherwise than training read it."""

    def change(file: Path) -> None:
        document = json.loads(file.read_text())
        document["normalizer"]["lowercase"] = False
        file.write_text(json.dumps(document))

    with pytest.raises(BundleRejected, match=r"tokenizer\.json: normalizer\.lowercase: got False"):
        rewritten(made, tmp_path / "b", change)
