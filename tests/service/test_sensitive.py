"""Sensitive columns through a running service: nothing that it keeps or says has their values."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sqlalchemy.engine import Engine

from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.sensitive import SensitiveColumn
from service import check
from service.pseudonyms import Pseudonyms
from service.store import tables
from tests import bundles, kinds
from tests.kinds import TABLE, Kind
from tests.service import databases, fakes
from tests.service.fakes import Running
from training.feedback.labelled import read
from training.feedback.rows import read_rows

SECRET = "a secret for tests of more than 32 characters"
SCHEMA = TableInput(
    columns=(
        SensitiveColumn(name="customer", sensitive="hash"),
        *TABLE.columns,
        SensitiveColumn(name="email", sensitive="drop"),
    )
)
ROW = {
    "customer": "Mueller 4711",
    "age": 39,
    "colour": "red",
    "income": 9.5,
    "email": "zoe@post.org",
}
LEFT = {"age": 39, "colour": "red", "income": 9.5}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a column that is hashed and one that is dropped."""
    path = tmp_path_factory.mktemp("bundles") / "one"
    model = make_pipeline(SimpleImputer(), LogisticRegression())
    return kinds.fit_bundle(path, "people", Kind(SCHEMA, kinds.table), model).path


@pytest.fixture
def service(made: Path, tmp_path: Path, url: str) -> Iterator[Running]:
    """A service with this bundle and a secret, on each database."""
    bundles.production(made.parent, made)
    settings = fakes.settings(
        tmp_path, bundles=str(made.parent), database_url=url, hash_secret=SECRET, log_level="debug"
    )
    with fakes.running(settings) as running:
        yield running


def said(text: str) -> list[str]:
    """Return which parts of sensitive values a text has; none is a part of a hexadecimal number."""
    return [part for part in ("Mueller", "Ann", "post.org") if part in text]


def ask(service: Running, *instances: Any) -> Any:
    """Predict instances, and return the response."""
    return service.client.post("/predict", content=json.dumps({"instances": instances}))


def stored(engine: Engine, predictions: list[Any]) -> list[Any]:
    """Return what is stored of the instances of predictions, once all are."""
    tables.create(engine)
    fakes.wait_until(lambda: len(databases.rows(engine, "predictions")) == len(predictions))
    found = {row["prediction_id"]: row["input"] for row in databases.rows(engine, "predictions")}
    return [json.loads(found[each["prediction_id"]]) for each in predictions]


def test_a_sensitive_value_is_kept_nowhere(service: Running, engine: Engine, url: str) -> None:
    """Not in the database, the log, the metrics, nor what training collects; its hash is."""
    answers = ask(service, ROW, list(ROW.values()), ROW | {"customer": "Ann"}, LEFT)
    assert answers.status_code == 200
    predictions = answers.json()["predictions"]
    first, second, other, without = stored(engine, predictions)
    pseudonym = Pseudonyms(SECRET).in_column("customer", "Mueller 4711")
    assert first == second == {"customer": pseudonym, **LEFT}
    assert other["customer"] not in (pseudonym, None) and without == {"customer": None, **LEFT}
    for prediction in predictions:
        label = {"prediction_id": prediction["prediction_id"], "label": "yes"}
        assert service.client.post("/feedback", json=label).status_code == 201
    collected = read_rows(read(url, "people", None), SCHEMA, ClassesOutput(labels=("no", "yes")))
    assert collected.unreadable == [] and collected.inputs.to_pylist() == [LEFT] * 4
    seen = [service.client.get(path).text for path in ("/metrics", "/model")]
    for kept in (*seen, str(service.capture.entries), str(databases.rows(engine, "predictions"))):
        assert not said(kept)


@pytest.mark.parametrize(
    "wrong",
    [
        ROW | {"customer": ["Mueller"]},
        ROW | {"age": "zoe@post.org"},
        {**LEFT, "mail": "zoe@post.org"},
        [39, "zoe@post.org", "red", 9.5, None],
        ["zoe@post.org"],
    ],
)
def test_neither_answer_nor_log_repeats_one(service: Running, wrong: Any) -> None:
    """Of a request that is refused, wherever it stands in it."""
    answer = ask(service, LEFT, wrong)
    assert answer.status_code == 422
    assert not said(answer.text) and not said(str(service.capture.entries))


def test_a_service_without_a_secret_refuses_the_bundle(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which variable is missing, and so does the check that a pipeline runs."""
    bundles.production(made.parent, made)
    with fakes.running(fakes.settings(tmp_path, bundles=str(made.parent))) as service:
        assert ask(service, ROW).status_code == 503
        (entry,) = [e for e in service.capture.entries if e["event"] == "bundle_rejected"]
        assert service.metric("model_bundle_rejected_total", reason="secret") == 1
    assert entry["error"] == (
        "manifest.json: hashes customer, expected a service with PERENNIAL_HASH_SECRET"
    )
    assert check.main([str(made)]) == 0
    assert "accept it if it has PERENNIAL_HASH_SECRET, to hash customer" in capsys.readouterr().out
