"""Tables and texts, through a real server."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from perennial import signals
from perennial.signals import Rows
from tests import bundles, kinds
from tests.kinds import KINDS, Kind
from tests.service import fakes
from tests.service.fakes import Running


@pytest.fixture(params=["table", "text"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """A service with a bundle of the kind; its task has the kind's name."""
    folder = tmp_path / "bundles"
    bundles.production(folder, kinds.make_bundle(folder / "one", request.param).path)
    with fakes.running(fakes.settings(tmp_path)) as running:
        yield running


def name_of(service: Running) -> str:
    """Return the kind that is served."""
    name: str = service.client.get("/model").json()["manifest"]["task"]
    return name


def sent(name: str, rows: int) -> list[Any]:
    """Return instances of a kind."""
    kind = KINDS[name]
    return [kind.schema.instance(row) for row in kind.rows(rows, 8)]


def test_every_kind_is_predicted_counted_and_labelled(service: Running) -> None:
    """Together or alone the labels are the same; every signal counts every row; labels count."""
    name = name_of(service)
    instances = sent(name, 12)
    predictions = service.predict(*instances)
    alone = [service.predict(instance)[0]["label"] for instance in instances]
    assert [p["label"] for p in predictions] == alone
    for signal in (*kinds.fitted(KINDS[name]).names, *signals.OUTPUTS):
        assert service.metric("model_signal_bin_total", signal=signal, model=name) == 24
    given = {"prediction_id": predictions[0]["prediction_id"], "label": "yes"}
    assert service.client.post("/feedback", json=given).status_code == 201


def test_what_does_not_fit_is_named(service: Running) -> None:
    """An image is no table and no text."""
    answer = service.client.post("/predict", content=json.dumps({"instances": [[[1.0]]]}))
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "instances[0]"
    expected = {
        "table": "a list of 3 values or an object",
        "text": "a string of at most 10000 characters",
    }
    assert expected[name_of(service)] in answer.json()["error"]["expected"]


def test_a_row_that_the_model_cannot_answer_is_refused_alone(tmp_path: Path, url: str) -> None:
    """Requests in the same batch and the same write lose nothing."""
    folder = tmp_path / "bundles"
    no_imputer = make_pipeline(StandardScaler(), LogisticRegression())
    loaded = kinds.fit_bundle(folder / "one", "numbers", KINDS["numbers"], no_imputer)
    bundles.production(folder, loaded.path)
    good, bad = [[1.0, 2.0]], [[1.0, 2.0], [None, 2.0]]
    with fakes.running(fakes.settings(tmp_path, database_url=url)) as service:
        with ThreadPoolExecutor(8) as pool:
            sent = [{"instances": bad if number % 4 == 0 else good} for number in range(40)]
            answers = list(pool.map(lambda body: service.client.post("/predict", json=body), sent))
        assert [answer.status_code for answer in answers] == [422, 200, 200, 200] * 10
        assert answers[0].json()["error"]["field"] == "instances[1]"
        fakes.wait_until(lambda: service.metric("model_predictions_queue_length") == 0)
        assert service.metric("model_predictions_dropped_total") == 0
        for answer in answers:
            for prediction in answer.json().get("predictions", ()):
                given = {"prediction_id": prediction["prediction_id"], "label": "yes"}
                assert service.client.post("/feedback", json=given).status_code == 201


def test_a_category_that_the_model_raises_on_is_refused_and_counted(tmp_path: Path) -> None:
    """scikit-learn's encoder raises on it by default; others are served, and the drift shows."""
    columns = [("numbers", StandardScaler(), [0, 2]), ("words", OneHotEncoder(), [1])]
    model = make_pipeline(ColumnTransformer(columns), LogisticRegression())
    folder = tmp_path / "bundles"
    known = Kind(KINDS["table"].schema, complete_rows)
    loaded = kinds.fit_bundle(folder / "one", "table", known, model)
    bundles.production(folder, loaded.path)
    good, bad = [[40.0, "red", 9.0]], [[40.0, "violet", 9.0]]
    with fakes.running(fakes.settings(tmp_path)) as service:
        with ThreadPoolExecutor(8) as pool:
            sent = [{"instances": bad if number % 4 == 0 else good} for number in range(40)]
            answers = list(pool.map(lambda body: service.client.post("/predict", json=body), sent))
        assert [answer.status_code for answer in answers] == [422, 200, 200, 200] * 10
        assert answers[0].json()["error"]["field"] == "instances"
        counted = service.metric("model_signal_bin_total", signal="colour", bin="other")
        assert counted == 10
        assert service.metric("model_signal_bin_total", signal="colour") == 40


def complete_rows(rows: int, seed: int) -> Rows:
    """Return rows of a table without gaps and unknown words."""
    found = np.nan_to_num(kinds.table(rows, seed))
    found[:, 1] %= 3
    return found


def test_the_three_forms_are_documented(service: Running) -> None:
    """The documentation has a form of instances for each kind, and the answers."""
    document = service.client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]["PredictRequest"]["properties"]["instances"]
    assert [form["items"]["title"] for form in schemas["anyOf"]] == ["Image", "Row", "Text"]
    answer = document["components"]["schemas"]["ClassAnswer"]
    assert set(answer["required"]) == {"label", "confidence", "prediction_id", "model_version"}
