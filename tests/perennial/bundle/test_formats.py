"""Bundles that earlier versions wrote still serve: `format_2/` is one, byte for byte; keep it."""

from pathlib import Path

from perennial import bundle
from perennial.bundle.predictor import Predictor

DIGEST = "1581331450c3fd2caf72ad127143f5d830bec1e77acc094b2d4429c091c419a9"


def test_a_bundle_of_format_2_still_serves() -> None:
    """Every checksum, its reference and its self-test hold, and its digest is what it was."""
    loaded = Predictor(bundle.load(Path(__file__).with_name("format_2"))).bundle
    manifest = loaded.manifest
    assert (manifest.format, loaded.digest) == (2, DIGEST)
    assert (manifest.task, manifest.version, manifest.labels) == ("digits", "1.0.0", ("no", "yes"))
    assert manifest.input.kind == "image" and manifest.input.shape == (4, 4)
    assert {signal.name for signal in loaded.reference.signals} >= {"brightness", "prediction"}
