"""The history of the relay's tables: what was made before still works, and models agree."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sql
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from monitoring.relay import migrate, tables
from monitoring.relay.gitlab import Pipeline
from perennial.database.environment import options
from tests.monitoring.relay.fakes import FakePipelines, webhook
from tests.monitoring.relay.parts import Bench
from tests.service.databases import execute, migrate_from_nothing

# As GitLab.com's, which do not fit in 32 bits.
LARGE = 2**31 + 5
# What a relay made before its tables had versions; never change it. {key} is each engine's own.
BEFORE_VERSIONS = """
CREATE TABLE relay_webhooks (
    id {key} NOT NULL,
    received_at {time} NOT NULL,
    group_key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE relay_incidents (
    id VARCHAR(12) NOT NULL,
    model TEXT NOT NULL,
    group_key TEXT NOT NULL,
    started_at {time} NOT NULL,
    accepted_at {time} NOT NULL,
    state VARCHAR(10) NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at {time} NOT NULL,
    triggered_at {time},
    pipeline_id INTEGER,
    pipeline_url TEXT,
    pipeline_status VARCHAR(40),
    next_poll_at {time},
    PRIMARY KEY (id)
);
CREATE INDEX relay_incidents_by_model ON relay_incidents (model, accepted_at);
CREATE TABLE relay_decisions (
    id {key} NOT NULL,
    decided_at {time} NOT NULL,
    webhook_id INTEGER,
    model TEXT NOT NULL,
    incident VARCHAR(12),
    alerts TEXT NOT NULL,
    decision VARCHAR(10) NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(webhook_id) REFERENCES relay_webhooks (id)
);
INSERT INTO relay_decisions (decided_at, model, alerts, decision, reason)
VALUES ('2026-01-01 00:00:00', 'digits', '', 'ignored', 'from before');
"""
OWN = {
    "sqlite": {"key": "INTEGER", "time": "DATETIME"},
    "postgresql": {"key": "SERIAL", "time": "TIMESTAMP WITHOUT TIME ZONE"},
}


class LargePipelines(FakePipelines):
    """Pipelines with ids of GitLab.com's size."""

    def find(self, name: str) -> Pipeline | None:
        """Return the pipeline of a name, with a large id."""
        found = super().find(name)
        return None if found is None else Pipeline(LARGE, found.url, found.status)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'relay.db'}"
    address: str = request.getfixturevalue("postgres_url")
    made = tables.connect(address)
    tables.metadata.drop_all(made)
    made.dispose()
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The engine of the database, without tables."""
    made = tables.connect(url)
    yield made
    made.dispose()


def test_a_database_from_before_versions_takes_the_ids_of_gitlab_com(
    engine: Engine, url: str
) -> None:
    """Its rows stay, and an id over 2**31 is stored and read back, on either engine."""
    execute(engine, BEFORE_VERSIONS.format(**OWN[engine.dialect.name]))
    relay = Bench(url, LargePipelines("made"))
    relay.intake.receive(webhook())
    relay.run(120)
    assert relay.latest().pipeline_id == LARGE
    assert relay.reasons()[0] == "from before"
    relay.store.close()


def test_the_migrations_lead_to_the_models(engine: Engine) -> None:
    """Every version in turn, from an empty database, makes what the code declares."""
    migrate_from_nothing(engine, tables.SCHEMA)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options(tables.SCHEMA))
        assert compare_metadata(context, tables.metadata) == []


def test_many_relays_may_migrate_at_once(engine: Engine, url: str) -> None:
    """Relays that start together over old tables do not fail on each other."""
    execute(engine, BEFORE_VERSIONS.format(**OWN[engine.dialect.name]))
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(tables.engine, [url] * 4))
    with made[0].connect() as connection:
        found = connection.execute(sql.select(tables.SCHEMA.version.c.version_num)).scalars().all()
    for each in made:
        each.dispose()
    assert found == [tables.SCHEMA.versions[-1]]


def test_the_command_migrates_and_says_so(
    engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It needs the database's settings only: no token of GitLab's."""
    execute(engine, BEFORE_VERSIONS.format(**OWN[engine.dialect.name]))
    monkeypatch.setenv("RELAY_DATABASE_URL", url)
    assert migrate.main([]) == 0
    assert "relay: was version 0001, is version 0003" in capsys.readouterr().out
