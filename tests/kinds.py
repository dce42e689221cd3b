"""Bundles for every kind of input, with small models, and rows for them made by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
from numpy.typing import NDArray

from perennial import bundle
from perennial.bundle import Bundle, SelfTest
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.signals import Extraction, Reference, Rows
from tests.splits import split
from tests.toy.numbers import NUMBERS as PARAMETERS
from training.stages.basis import Basis
from training.stages.reference import build

NUMBERS = PARAMETERS.export
OUTPUT = ClassesOutput(labels=("no", "yes"))
TABLE = TableInput(
    columns=(
        NumberColumn(name="age"),
        CategoryColumn(name="colour", categories=("red", "green", "blue")),
        NumberColumn(name="income"),
    )
)
NUMERIC = TableInput(columns=(NumberColumn(name="width"), NumberColumn(name="height")))
WORDS = "a bank bird market goal team river price match sun score share stock win".split()


@dataclass(frozen=True)
class Kind:
    """A kind of input: its schema, and rows of it by number and seed."""

    schema: InputKind
    rows: Callable[[int, int], Rows]


def images(shape: tuple[int, ...]) -> Callable[[int, int], Rows]:
    """Return a maker of images of a shape."""

    def make(rows: int, seed: int) -> Rows:
        values = np.random.default_rng(seed).integers(0, 17, size=(rows, *shape))
        return values.astype(np.float32)

    return make


def table(rows: int, seed: int) -> Rows:
    """Return rows of TABLE, some values of which are missing or of an unknown category."""
    random = np.random.default_rng(seed)
    ages, incomes = random.normal(40, 10, rows), random.lognormal(10, 1, rows)
    values = np.stack([ages, random.integers(0, 4, rows), incomes], axis=1)
    values[random.random(values.shape) < 0.05] = np.nan
    return values.astype(np.float32)


def numbers(rows: int, seed: int) -> Rows:
    """Return rows of NUMERIC."""
    return np.random.default_rng(seed).normal(size=(rows, 2)).astype(np.float32)


def texts(rows: int, seed: int) -> Rows:
    """Return sentences of a few words, some of them with a word that occurs once."""
    random = np.random.default_rng(seed)
    found = np.empty(rows, dtype=object)
    for row in range(rows):
        words = random.choice(WORDS, random.integers(3, 12)).tolist()
        found[row] = " ".join(words).capitalize() + random.choice([".", "!", f" {row}x{seed}"])
    return found


KINDS = {
    "grey": Kind(ImageInput(shape=(8, 8)), images((8, 8))),
    "colour": Kind(ImageInput(shape=(9, 8, 3)), images((9, 8, 3))),
    "alpha": Kind(ImageInput(shape=(4, 4, 2)), images((4, 4, 2))),
    "table": Kind(TABLE, table),
    "numbers": Kind(NUMERIC, numbers),
    "text": Kind(TextInput(), texts),
}


def fitted(kind: Kind) -> Extraction:
    """Return an extraction fitted to rows of its own."""
    return Extraction.fit(kind.schema, kind.rows(300, 1))


def reference(extraction: Extraction, rows: Rows, probabilities: NDArray[np.float64]) -> Reference:
    """Return the reference of rows and of what a model says of them."""
    made = split(rows, np.zeros(len(rows), np.int64), kind=cast(InputKind, extraction.schema))
    quality = {"accuracy": 0.9, "accuracy_size": 100, "confidence": 0.9}
    basis = Basis(made, made, made, probabilities, quality)
    return build(extraction, OUTPUT, basis, NUMBERS)


def make_bundle(path: Path, name: str) -> Bundle:
    """Write a bundle with a scikit-learn model over tables or texts, and load it."""
    pipeline = _text_model() if name == "text" else _table_model()
    return fit_bundle(path, name, KINDS[name], pipeline)


def fit_bundle(path: Path, name: str, kind: Kind, pipeline: Any) -> Bundle:
    """Fit a scikit-learn pipeline to 300 rows with random labels, write its bundle and load it."""
    train = kind.rows(300, 1)
    truth = np.random.default_rng(0).integers(0, 2, 300)
    pipeline.fit(train, truth)

    def write_onnx(file: Path) -> None:
        file.write_bytes(_to_onnx(pipeline, kind.schema, train))

    return write_bundle(path, name, kind, pipeline.predict_proba, write_onnx)


def write_bundle(
    path: Path,
    name: str,
    kind: Kind,
    values: Callable[[Rows], NDArray[np.float64]],
    write_onnx: Callable[[Path], None],
) -> Bundle:
    """Write the bundle of a fitted model of two labels, and load it."""
    path.mkdir(parents=True)
    rows = kind.rows(300, 2)
    probabilities = values(rows)
    write_onnx(path / bundle.MODEL)
    extraction = fitted(kind)
    extraction.save(path / bundle.SIGNALS)
    counted = reference(extraction, rows, probabilities)
    (path / bundle.REFERENCE).write_text(counted.model_dump_json(), "utf-8")
    (path / bundle.CARD).write_text(f"# {name}\n", "utf-8")
    return bundle.write(path, _manifest(kind.schema, name, rows[0], probabilities[0]))


def _manifest(
    schema: InputKind, name: str, row: Any, probabilities: NDArray[np.float64]
) -> dict[str, Any]:
    return {
        "task": name,
        "version": "1.0.0",
        "created": datetime(2026, 1, 1, tzinfo=timezone.utc).isoformat(),
        "commit": "0123abc",
        "data_version": "0" * 32,
        "framework": "scikit-learn",
        "framework_version": "1",
        "input": schema.model_dump(mode="json"),
        "output": OUTPUT.model_dump(mode="json"),
        "metrics": {},
        "self_test": SelfTest.of(
            OUTPUT, schema.instance(row), probabilities, tolerance=1e-4
        ).model_dump(),
    }


def _table_model() -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression())


def _text_model() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(lowercase=False, token_pattern="[a-zA-Z0-9]+", max_features=50)
    return make_pipeline(words, LogisticRegression())


def _to_onnx(pipeline: Any, schema: InputKind, rows: Rows) -> bytes:
    """Return the model with its probabilities as its only output."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    text = isinstance(schema, TextInput)
    given = StringTensorType([None, 1]) if text else FloatTensorType([None, rows.shape[1]])
    model = to_onnx(pipeline, initial_types=[("rows", given)], options={"zipmap": False})
    graph = model.graph
    kept = [output for output in graph.output if output.name == "probabilities"]
    del graph.output[:]
    graph.output.extend(kept)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
