"""Erasing somebody removes what the database holds of them, and nothing else."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sql
from sqlalchemy.engine import Engine

from service import erase
from service.pseudonyms import Pseudonyms
from service.store import erasure, tables, writes
from service.store.erasure import BATCH
from service.store.writes import Label
from tests.service import databases, fakes
from tests.service.databases import NOW, observed, output
from tests.service.fakes import IMAGE, Running

SECRET = "a secret for tests of more than 32 characters"


def named(count: int, subject: str | None) -> list[writes.Observed]:
    """Return so many predictions about a subject."""
    pseudonym = None if subject is None else Pseudonyms(SECRET).of(subject)
    return [observed(count=count)._replace(subject=pseudonym)]


def test_one_subject_of_ten_thousand_is_erased(
    engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All their rows go, in more than one batch, labelled or not; everybody else's stay."""
    tables.create(engine)
    for number in range(10):
        pseudonyms = [Pseudonyms(SECRET).of(f"customer {number * 1000 + i}") for i in range(1000)]
        rows = [observed()._replace(subject=pseudonym) for pseudonym in pseudonyms]
        writes.insert_predictions(engine, rows)
    mine = named(BATCH + 5, "customer 77")
    writes.insert_predictions(engine, [*mine, *named(3, None)])
    ids = [row["prediction_id"] for row in mine[0].predictions[:20]]
    writes.insert_feedback(engine, [Label(name, "dog") for name in ids], outputs=output, now=NOW)
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", url)
    monkeypatch.setenv("PERENNIAL_HASH_SECRET", SECRET)
    assert erase.main(["--subject", "customer 77"], clock=lambda: NOW) == 0
    out = capsys.readouterr().out
    assert f"erased {BATCH + 6:,} predictions and 20 labels" in out
    pseudonym = Pseudonyms(SECRET).of("customer 77")
    assert f"--subject {pseudonym}" in out and "customer 77" not in out
    with engine.connect() as connection:
        left = connection.execute(sql.select(tables.predictions.c.subject)).scalars().all()
        remembered = connection.execute(sql.select(tables.erased)).all()
    assert len(left) == 10_000 - 1 + 3 and pseudonym not in left
    assert [tuple(row) for row in remembered] == [(pseudonym, writes.utc(NOW))]
    assert erase.main(["--subject", "customer 77"]) == 1
    again = capsys.readouterr()
    assert "erased 0 predictions and 0 labels" in again.out and "nobody was found" in again.err


def test_a_label_that_comes_meanwhile_goes_too(postgres_database: str) -> None:
    """Erasing waits for who is storing it, and neither of the two fails."""
    engine = tables.connect(postgres_database)
    tables.create(engine)
    (mine,) = named(1, "customer 77")
    writes.insert_predictions(engine, [mine])
    label = {"prediction_id": mine.predictions[0]["prediction_id"], "label": "dog"}
    with engine.connect() as storing, ThreadPoolExecutor(1) as pool:
        stored = {**label, "labelled_at": writes.utc(NOW), "source": "shop", "trusted": False}
        storing.execute(sql.insert(tables.feedback).values(stored))
        pseudonym = Pseudonyms(SECRET).of("customer 77")
        erasing = pool.submit(erasure.erase, engine, pseudonym, now=writes.utc(NOW))
        with pytest.raises(TimeoutError):
            erasing.result(timeout=0.3)
        storing.commit()
        assert erasing.result(timeout=10) == erasure.Erased(predictions=1, labels=1)
    engine.dispose()


def test_a_database_that_is_not_the_services_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped address is no empty database, and none is made."""
    monkeypatch.setenv("PERENNIAL_HASH_SECRET", SECRET)
    for place in (tmp_path / "other.db", tmp_path / "no folder" / "other.db"):
        monkeypatch.setenv("PERENNIAL_DATABASE_URL", f"sqlite:///{place}")
        assert erase.main(["--subject", "customer 77"]) == 2
        assert "has no table of the service" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_sqlite_hold_nothing_of_who_was_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the database nor its write-ahead log, while the service has them open."""
    url = f"sqlite:///{tmp_path / 'service.db'}"
    engine = tables.connect(url)
    tables.create(engine)
    writes.insert_predictions(engine, named(50, "customer 77"))
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", url)
    monkeypatch.setenv("PERENNIAL_HASH_SECRET", SECRET)
    with engine.connect() as open_all_the_while:
        open_all_the_while.execute(sql.select(sql.func.count(tables.predictions.c.model))).all()
        open_all_the_while.rollback()
        assert erase.main(["--subject", "customer 77"], clock=lambda: NOW) == 0
        row = named(1, "customer 77")[0].texts[0]
        assert row not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    engine.dispose()


@pytest.mark.parametrize("subject", ["", "x" * 257])
def test_a_name_that_no_request_can_have_is_refused(
    subject: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be remembered as erased, and find nobody."""
    with pytest.raises(SystemExit):
        erase.main(["--subject", subject])
    assert f"got {len(subject)} characters, expected text of 1 to 256" in capsys.readouterr().err


def test_without_the_secret_nobody_is_found(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says which variable it needs, and touches nothing."""
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", url)
    assert erase.main(["--subject", "customer 77"]) == 2
    assert "PERENNIAL_HASH_SECRET" in capsys.readouterr().err


@pytest.fixture
def naming(tmp_path: Path) -> Any:
    """A service that may store whom requests are about."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, hash_secret=SECRET)) as service:
        yield service


def ask(service: Running, subject: Any) -> httpx.Response:
    """Predict a row about a subject."""
    body = json.dumps({"subject": subject, "instances": [IMAGE]})
    headers = {"content-type": "application/json"}
    return service.client.post("/predict", content=body, headers=headers)


def test_a_subject_is_stored_as_its_pseudonym(naming: Running) -> None:
    """Neither database nor log holds the name itself; without one the column is empty."""
    assert ask(naming, "Zoë: [4711]").status_code == 200
    naming.predict()
    engine = tables.connect(naming.settings.database_url)
    tables.create(engine)
    fakes.wait_until(lambda: len(databases.rows(engine, "predictions")) == 2)
    rows = databases.rows(engine, "predictions")
    engine.dispose()
    assert [row["subject"] for row in rows] == [Pseudonyms(SECRET).of("Zoë: [4711]"), None]
    assert rows[0]["input"] == rows[1]["input"]
    assert "4711" not in str(naming.capture.entries)


@pytest.mark.parametrize(
    "subject", ["", "x" * 257, "a\0b", "\ud800", 4711, None, ["x"], {"name": "x"}]
)
def test_a_wrong_subject_is_named_and_not_repeated(naming: Running, subject: Any) -> None:
    """The answer says what is expected, and neither it nor the log repeats the value."""
    answer = ask(naming, subject)
    assert answer.status_code == 422 and answer.json()["error"]["field"] == "subject"
    assert "text of 1 to 256 characters" in answer.json()["error"]["expected"]
    assert "4711" not in answer.text and "4711" not in str(naming.capture.entries)


@pytest.mark.parametrize(
    "body",
    [
        '{"subject": "4711", "instances": [[1,]]}',
        '{"subjekt": "4711", "instances": [[1]]}',
        '["4711"]',
        '{"instances": {"subject": "4711"}}',
    ],
)
def test_a_subject_in_a_request_that_cannot_be_read_is_not_repeated(
    naming: Running, body: str
) -> None:
    """JSON with a mistake, a misspelt field, or a name in a wrong place."""
    headers = {"content-type": "application/json"}
    answer = naming.client.post("/predict", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert "4711" not in answer.text and "4711" not in str(naming.capture.entries)


def test_a_subject_given_twice_is_refused(naming: Running) -> None:
    """Parsers would keep the last one only."""
    body = f'{{"subject": "a", "subject": "b", "instances": [{IMAGE}]}}'
    answer = naming.client.post(
        "/predict", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422 and answer.json()["error"]["field"] == "subject"


def test_a_service_without_a_secret_stores_no_subject(service: Running) -> None:
    """It refuses the field, since a name without a secret could be guessed from its hash."""
    answer = ask(service, "customer 77")
    assert answer.status_code == 422 and answer.json()["error"]["field"] == "subject"
    assert "does not store whom" in answer.json()["error"]["expected"]
