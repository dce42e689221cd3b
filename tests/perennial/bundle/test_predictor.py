"""A bundle's model, run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perennial import bundle
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected
from tests import bundles

ROW = bundles.images(1, seed=1)[0]
GOOD = bundles.self_test(ROW, [0.1] * 10)


def test_probabilities_are_those_of_the_model(tmp_path: Path) -> None:
    """Each row's probabilities sum to 1 and do not depend on the rows beside it."""
    predictor = Predictor(bundles.make_bundle(tmp_path / "b"))
    rows = bundles.images(7).astype(np.float32)
    together = predictor.predict(rows)
    assert together.shape == (7, 10)
    assert together.sum(axis=1) == pytest.approx(np.ones(7), abs=1e-6)
    assert predictor.predict(rows[3:4])[0] == pytest.approx(together[3], abs=1e-6)


@pytest.mark.parametrize(
    ("self_test", "problem"),
    [
        (GOOD, "off by"),
        ({**GOOD, "values": [float("nan")] * 10}, "off by nan"),
        ({**GOOD, "values": [0.5, 0.5]}, "self_test.values has 2 values, expected 10"),
        ({**GOOD, "instance": [[1.0] * 8] * 7}, "expected a list of 8"),
    ],
)
def test_a_bad_self_test_is_refused(
    tmp_path: Path, self_test: dict[str, Any], problem: str
) -> None:
    """A model that does not answer the manifest's row as promised must not serve."""
    with pytest.raises(BundleRejected) as caught:
        Predictor(bundles.make_bundle(tmp_path / "b", self_test=self_test))
    assert caught.value.reason == "self_test"
    assert problem in str(caught.value)


def test_a_model_that_is_no_onnx_is_refused(tmp_path: Path) -> None:
    """A file with the right checksum and the wrong contents is refused as a model."""
    good = bundles.make_bundle(tmp_path / "b")
    good.model.write_bytes(b"not a model")
    fields = good.manifest.model_dump(mode="json", exclude={"format", "files"})
    with pytest.raises(BundleRejected) as caught:
        Predictor(bundle.write(good.path, fields))
    assert (caught.value.file, caught.value.reason) == (bundle.MODEL, "model")


def test_a_model_with_other_labels_is_refused(tmp_path: Path) -> None:
    """Ten probabilities cannot be named by three labels."""
    good = bundles.make_bundle(tmp_path / "b", labels=("a", "b", "c"))
    weights = np.zeros((64, 10), dtype=np.float32)
    good.model.write_bytes(bundles.softmax_model(weights))
    fields = good.manifest.model_dump(mode="json", exclude={"format", "files"})
    with pytest.raises(BundleRejected, match="10,. values per row, expected 3"):
        Predictor(bundle.write(good.path, fields))


def test_an_answer_that_contradicts_the_values_is_refused(tmp_path: Path) -> None:
    """What a deployment is verified by follows from what the model was tested with."""
    good = bundles.make_bundle(tmp_path / "b")
    fields = good.manifest.model_dump(mode="json", exclude={"format", "files"})
    fields["self_test"]["answer"]["confidence"] = 0.999
    with pytest.raises(BundleRejected, match="self_test.answer is .*0.999.*, expected"):
        Predictor(bundle.write(good.path, fields))
