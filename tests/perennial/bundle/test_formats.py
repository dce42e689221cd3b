"""Bundles that earlier versions wrote still serve: `format_2/` is one, byte for byte; keep it."""

from pathlib import Path

from perennial import bundle
from perennial.bundle.manifest import FORMAT
from perennial.bundle.predictor import Predictor
from perennial.bundle.upgrade import upgrade
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.outputs.classes import ClassesOutput

DIGEST = "1581331450c3fd2caf72ad127143f5d830bec1e77acc094b2d4429c091c419a9"


def test_a_bundle_of_format_2_still_serves() -> None:
    """Every checksum, its reference and self-test hold, its digest is what it was."""
    loaded = Predictor(bundle.load(Path(__file__).with_name("format_2"))).bundle
    manifest = loaded.manifest
    assert (manifest.format, loaded.digest) == (FORMAT, DIGEST)
    assert (manifest.task, manifest.version) == ("digits", "1.0.0")
    assert manifest.input == ImageInput(shape=(4, 4))
    assert manifest.output == ClassesOutput(labels=("no", "yes"))
    assert {signal.name for signal in loaded.reference.signals} >= {"brightness", "prediction"}
    assert loaded.reference.design_effect is None


def test_a_table_of_format_2_has_columns() -> None:
    """Features are columns, numeric is a number, categorical is a category."""
    number = {"name": "age", "kind": "numeric"}
    category = {"name": "colour", "kind": "categorical", "categories": ["red"]}
    old = {"format": 2, "input": {"kind": "tabular", "features": [number, category]}}
    assert upgrade(old)["input"] == {
        "kind": "table",
        "columns": [number | {"kind": "number"}, category | {"kind": "category"}],
    }


def test_what_is_wrong_in_format_2_is_still_wrong() -> None:
    """Nothing is made up for what is missing; a manifest of another format is left alone."""
    assert upgrade({"format": 2, "input": {"kind": "tabular", "features": 1}}) == {
        "format": 3,
        "input": {"kind": "table", "columns": 1},
    }
    test = {"probabilities": [0.5, None]}
    assert "answer" not in upgrade({"format": 2, "labels": ["a", "b"], "self_test": test})
    assert upgrade({"format": 1, "labels": []}) == {"format": 1, "labels": []}
