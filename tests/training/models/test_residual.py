"""What the residual network does beyond every model's promises: mirrors, lower precision."""

from pathlib import Path

import numpy as np
import pytest

from perennial.kinds.inputs.image import ImageInput
from tests.models import ignore
from training.contracts.examples import EXAMPLES, example, images
from training.models._images import batches, whitening
from training.models.residual import Residual

pytestmark = pytest.mark.seconds(20)
COLOUR = EXAMPLES[1]


def test_an_image_and_its_mirror_have_the_same_answer() -> None:
    """The network answers with the mean of both."""
    parameters = Residual.trial.model_copy(update={"epochs": 1})
    fitted = Residual().fit(COLOUR.rows, COLOUR.schema, COLOUR.output, parameters, ignore)
    given = COLOUR.rows.validation.inputs
    assert fitted.values(given[:, :, ::-1]) == pytest.approx(fitted.values(given), abs=1e-5)


def test_lower_precision_learns_and_is_exported_as_float32(tmp_path: Path) -> None:
    """The network that answers computes in float32, so that the service does what it did."""
    import onnxruntime

    parameters = Residual.trial.model_copy(update={"precision": "mixed_bfloat16"})
    fitted = Residual().fit(COLOUR.rows, COLOUR.schema, COLOUR.output, parameters, ignore)
    assert fitted.precision == "mixed_bfloat16"
    rows, file = COLOUR.rows.validation, tmp_path / "model.onnx"
    assert (fitted.values(rows.inputs).argmax(axis=1) == rows.labels).mean() > 0.9
    fitted.write_onnx(file)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: rows.inputs})
    assert np.abs(found - fitted.values(rows.inputs)).max() < 1e-4


def test_early_epochs_of_small_images_teach_what_large_ones_are() -> None:
    """A network answers for images of full size, of which it saw smaller copies first."""
    shape = (16, 16, 3)
    schema = ImageInput(shape=shape, low=0, high=16)
    large = example("large", schema, images(shape), COLOUR.output)
    parameters = Residual.trial.model_copy(update={"small": 6})
    fitted = Residual().fit(large.rows, schema, large.output, parameters, ignore)
    rows = large.rows.validation
    assert (fitted.values(rows.inputs).argmax(axis=1) == rows.labels).mean() > 0.9


def test_whitened_patches_do_not_correlate() -> None:
    """Each filter's results vary by 1 where the patches vary by much more than nothing."""
    random = np.random.default_rng(0)
    images = random.normal(0, 3, (200, 6, 6, 1)).cumsum(axis=1).astype(np.float32)
    filters = whitening(images)[..., :4].reshape(4, 4)
    views = np.lib.stride_tricks.sliding_window_view(images, (2, 2), axis=(1, 2))
    found = np.cov(views.reshape(-1, 4) @ filters, rowvar=False)
    assert found == pytest.approx(np.eye(4), abs=0.05)


def test_every_image_comes_once_shifted_or_mirrored() -> None:
    """A batch has the pixels of its images, perhaps in another place."""
    images = np.arange(5 * 4 * 3, dtype=np.float32).reshape(5, 4, 3, 1)
    random = np.random.default_rng(1)
    seen = []
    for places, pixels in batches(images, 2, 0, random):
        seen += places.tolist()
        for place, given in zip(places, pixels, strict=True):
            same = np.array_equal(given, images[place])
            assert same or np.array_equal(given, images[place][:, ::-1])
    assert sorted(seen) == [0, 1, 2, 3, 4]
