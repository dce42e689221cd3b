"""Numbers with intervals, through a real server, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from perennial.metric_names import service as metrics
from perennial.signals.signal import INTERVAL_WIDTH, PREDICTION
from tests import bundles
from tests.service import fakes
from tests.service.fakes import Running


@pytest.fixture
def service(tmp_path: Path, url: str) -> Iterator[Running]:
    """A service whose answers are numbers."""
    folder = tmp_path / "bundles"
    bundles.production(folder, bundles.make_numbers(folder / "one").path)
    with fakes.running(fakes.settings(tmp_path, database_url=url)) as running:
        yield running


def sides(service: Running) -> list[float]:
    """Return how many labels were below, inside and above their interval."""
    name = metrics.FEEDBACK_INTERVAL.name
    return [service.metric(name, side=side) for side in ("below", "inside", "above")]


def test_labels_are_counted_in_and_out_of_their_interval(service: Running) -> None:
    """A label is compared with the interval that its own prediction had."""
    assert sides(service) == [0, 0, 0]
    images = bundles.images(6, seed=4)
    predictions = service.predict(*images.tolist())
    labels = [one["value"] for one in predictions[:3]]
    labels += [predictions[3]["low"], predictions[4]["low"] - 0.1, predictions[5]["high"] + 0.1]
    for prediction, label in zip(predictions, labels, strict=True):
        given = {"prediction_id": prediction["prediction_id"], "label": label}
        assert service.client.post("/feedback", json=given).status_code == 201
    assert sides(service) == [1, 4, 1]
    assert service.metric("model_feedback_loss_count") == 6


def test_an_answer_is_the_number_and_its_interval(service: Running) -> None:
    """As the model returns them, and every signal counts it."""
    images = bundles.images(8, seed=5)
    for image, found in zip(images, service.predict(*images.tolist()), strict=True):
        reach = 0.2 + 0.1 * image[0, 0]
        expected = [image.mean() + move for move in (0, -reach, reach)]
        assert [found[name] for name in ("value", "low", "high")] == pytest.approx(expected)
    for signal in (PREDICTION, INTERVAL_WIDTH):
        assert service.metric("model_signal_bin_total", signal=signal) == 8


def test_the_loss_to_expect_follows_the_width(service: Running) -> None:
    """Rows with wide intervals let expect more than rows with narrow ones."""
    images, means = bundles.images(40, seed=6), []
    for pixel in (0, 16):
        before = [service.metric(f"model_expected_loss_{part}") for part in ("sum", "count")]
        images[:, 0, 0] = pixel
        service.predict(*images.tolist())
        after = [service.metric(f"model_expected_loss_{part}") for part in ("sum", "count")]
        total, rows = np.subtract(after, before)
        assert rows == 40
        means.append(total / rows)
    assert means[1] > 3 * means[0]
    accepted = service.metric(metrics.REFERENCE_LOSS.name)
    assert means[0] < accepted < means[1]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("NaN", "nan"),
        ("-Infinity", "-inf"),
        ("1e400", "inf"),
        ("9" * 400, "inf"),
        ('"1e400"', "'1e400'"),
        ("true", "True"),
        ('"3 "', "'3 '"),
        ('"\\ud800"', r"'\ud800'"),
    ],
)
def test_what_is_no_finite_number_is_refused_by_name(
    service: Running, sent: str, shown: str
) -> None:
    """Python's JSON writes NaN and Infinity; the message has the label as it came."""
    (prediction,) = service.predict()
    content = f'{{"prediction_id": "{prediction["prediction_id"]}", "label": {sent}}}'
    answer = service.client.post("/feedback", content=content)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith(f"label: got {shown}, expected ")


def test_a_label_is_one_however_it_is_written(service: Running) -> None:
    """Again it is known, and another one is a conflict; -0.0 is 0."""
    for first, same, other in (("3", ('"3.00"', "3.0"), "4"), ("-0.0", ("0", '"-0"'), "0.1")):
        (prediction,) = service.predict()
        start = f'{{"prediction_id": "{prediction["prediction_id"]}", "label": '
        codes = [
            service.client.post("/feedback", content=f"{start}{label}}}").status_code
            for label in (first, *same, other)
        ]
        assert codes == [201, 200, 200, 409]
    assert service.metric("model_feedback_loss_count") == 2


def test_no_client_adds_a_series(service: Running) -> None:
    """Whatever labels come, sides stay three; what is no number is refused."""
    (prediction,) = service.predict()
    given = {"prediction_id": prediction["prediction_id"], "label": "inside"}
    answer = service.client.post("/feedback", json=given)
    assert answer.status_code == 422
    assert answer.json()["error"]["expected"] == "a number from 0 to 16 (grey)"
    text = service.client.get("/metrics").text
    assert text.count(f"\n{metrics.FEEDBACK_INTERVAL.name}{{") == 3
