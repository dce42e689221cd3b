"""The history of the service's tables: what was made before still serves, and models agree."""

from pathlib import Path

import pytest
import sqlalchemy as sql
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from perennial.database.environment import options
from perennial.errors import SchemaRefused
from service import migrate
from service.store import tables
from tests.service import databases, fakes
from tests.service.fakes import IMAGE

# What a service made before its tables had versions; never change it.
BEFORE_VERSIONS = """
CREATE TABLE predictions (
    prediction_id TEXT NOT NULL,
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    observed_at TEXT NOT NULL,
    input TEXT NOT NULL,
    predicted TEXT NOT NULL,
    confidence FLOAT NOT NULL,
    PRIMARY KEY (prediction_id)
);
CREATE TABLE feedback (
    prediction_id TEXT NOT NULL,
    label TEXT NOT NULL,
    labelled_at TEXT NOT NULL,
    PRIMARY KEY (prediction_id),
    FOREIGN KEY(prediction_id) REFERENCES predictions (prediction_id)
);
CREATE VIEW labelled_predictions AS
SELECT p.prediction_id, p.model, p.version, p.observed_at, p.input, p.predicted, p.confidence,
       f.label, f.labelled_at
FROM predictions AS p JOIN feedback AS f ON f.prediction_id = p.prediction_id;
INSERT INTO predictions VALUES
    ('0123456789abcdef0123456789abcdef', 'digits', '1.0.0',
     '2026-01-01T00:00:00.250000+00:00', '[[1]]', '3', 0.75);
"""
# What services of before these columns wrote.
ROW = "predictions (prediction_id, model, version, observed_at, input, predicted, confidence)"
LABEL = "feedback (prediction_id, label, labelled_at)"
OLD = "0123456789abcdef" * 2


def version(engine: Engine) -> str:
    """Return the version that a database says it has."""
    with engine.connect() as connection:
        return str(connection.execute(sql.select(tables.SCHEMA.version.c.version_num)).scalar_one())


def test_a_database_from_before_versions_still_serves(
    engine: Engine, url: str, tmp_path: Path
) -> None:
    """Its rows stay, old predictions take labels, new ones are added, and it gets its version."""
    databases.folder(engine)
    databases.execute(engine, BEFORE_VERSIONS)
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, database_url=url)) as service:
        fresh = service.predict(IMAGE)[0]["prediction_id"]
        for name in (OLD, fresh):
            body = {"prediction_id": name, "label": "3"}
            assert service.client.post("/feedback", json=body).status_code == 201
    found = {row["prediction_id"] for row in databases.rows(engine, "labelled_predictions")}
    assert found == {OLD, fresh}
    assert version(engine) == tables.SCHEMA.versions[-1]


@pytest.mark.parametrize("statements", [1, 2, 3])
def test_a_database_that_was_made_in_part_is_completed(engine: Engine, statements: int) -> None:
    """Whatever of the tables and the view is missing is created, and the rows stay."""
    *made, rows = BEFORE_VERSIONS.split(";\n")[:4]
    databases.folder(engine)
    databases.execute(engine, ";".join([*made[:statements], rows]))
    tables.create(engine)
    assert version(engine) == tables.SCHEMA.versions[-1]
    assert [row["prediction_id"] for row in databases.rows(engine, "predictions")] == [OLD]
    databases.execute(engine, f"INSERT INTO {LABEL} VALUES ('{OLD}', '3', '2026-01-02')")
    assert len(databases.rows(engine, "labelled_predictions")) == 1


@pytest.mark.parametrize("name", ["predictions", "feedback"])
def test_another_programs_table_is_not_taken(engine: Engine, name: str) -> None:
    """Nothing is created beside it; SQLite finds no fault with the view, so we have to."""
    databases.folder(engine)
    databases.execute(engine, f"CREATE TABLE {name} (prediction_id TEXT PRIMARY KEY, stars INT)")
    with pytest.raises((SchemaRefused, sql.exc.ProgrammingError), match="lacks|not exist"):
        tables.create(engine)
    assert sql.inspect(engine).get_table_names() == [name]


def test_labelled_predictions_of_the_first_version_stay(engine: Engine) -> None:
    """Rows, references, keys and view are as before, and a new row needs no confidence."""
    databases.folder(engine)
    databases.execute(engine, BEFORE_VERSIONS)
    databases.execute(engine, f"INSERT INTO {LABEL} VALUES ('{OLD}', '3', '2026-01-02')")
    before = databases.rows(engine, "labelled_predictions")
    tables.create(engine)
    [after] = databases.rows(engine, "labelled_predictions")
    assert [{name: after[name] for name in before[0]}] == before
    assert (after["source"], bool(after["trusted"]), after["subject"]) == ("unknown", False, None)
    databases.execute(engine, f"INSERT INTO {ROW} VALUES ('b', 'm', '1', 't', '1', '2', NULL)")
    assert databases.rows(engine, "predictions")[1]["confidence"] is None
    for broken in (
        f"INSERT INTO {ROW} VALUES ('b', 'm', '1', 't', '1', '2', NULL)",
        f"INSERT INTO {ROW} VALUES ('c', 'm', '1', 't', '1', NULL, 1)",
        f"INSERT INTO {LABEL} VALUES ('nobody', '3', '2026-01-02')",
    ):
        with pytest.raises(sql.exc.IntegrityError):
            databases.execute(engine, broken)


def test_a_version_table_without_a_row_is_refused(engine: Engine) -> None:
    """The message names the table."""
    tables.create(engine)
    databases.execute(engine, "DELETE FROM service_alembic_version")
    with pytest.raises(SchemaRefused, match="service_alembic_version has 0 rows, expected one"):
        tables.create(engine)


def test_the_migrations_lead_to_the_models(engine: Engine) -> None:
    """Every version in turn, from an empty database, makes what the code declares."""
    databases.migrate_from_nothing(engine, tables.SCHEMA)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options(tables.SCHEMA))
        assert compare_metadata(context, tables.metadata) == []
        assert sql.inspect(connection).get_view_names() == ["labelled_predictions"]


def test_a_database_of_a_newer_service_is_refused(engine: Engine) -> None:
    """The version is named; nothing is written into tables that the code does not know."""
    tables.create(engine)
    databases.execute(engine, "UPDATE service_alembic_version SET version_num = '0999'")
    with pytest.raises(SchemaRefused, match="service's tables have version 0999, expected at"):
        tables.create(engine)


def test_the_command_makes_and_names_the_version(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person may run it at any time; it says what it found and what is there now."""
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", url)
    assert migrate.main([]) == 0
    newest = tables.SCHEMA.versions[-1]
    assert f"service: was empty, is version {newest}" in capsys.readouterr().out
    assert migrate.main([]) == 0
    assert f"service: was version {newest}, is version {newest}" in capsys.readouterr().out
