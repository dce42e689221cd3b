"""The history of the relay's tables: what was made before still works, and models agree."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sql
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from monitoring.relay import migrate, tables
from monitoring.relay.gitlab import Pipeline
from perennial.database.environment import options
from perennial.errors import SchemaRefused
from tests.monitoring.relay.fakes import START, Clock, FakeArrivals, FakePipelines, alert, webhook
from tests.monitoring.relay.parts import Bench
from tests.service.databases import execute, folder, migrate_from_nothing

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


def _before_versions(engine: Engine) -> None:
    """Make the tables that a relay had before they had versions, and migrate them by hand."""
    execute(engine, BEFORE_VERSIONS.format(**OWN[engine.dialect.name]))
    assert tables.SCHEMA.prepare(engine, by_hand=True) == "0001"


def test_a_database_from_before_versions_takes_the_ids_of_gitlab_com(
    engine: Engine, url: str
) -> None:
    """Its rows stay, and an id over 2**31 is stored and read back, on either engine."""
    _before_versions(engine)
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
    _before_versions(engine)
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
    assert "relay: was version 0001, is version 0006" in capsys.readouterr().out


# Incidents of version 0003: one with a verdict, one that waits for its pipeline, one without any.
AT_3 = """
INSERT INTO relay_incidents (id, model, group_key, started_at, accepted_at, state, attempts,
    next_attempt_at, triggered_at, pipeline_id, pipeline_status, next_poll_at, last_fired_at,
    versions)
VALUES ('aaaaaaaaaaaa', 'digits', 'g', '2026-11-21 07:00:00', '2026-11-21 07:00:00', 'triggered', 1,
    '2026-11-21 07:00:00', '2026-11-21 07:00:05', 7, 'success', '2026-11-21 07:10:00',
    '2026-11-21 07:50:00', '["1.0.0"]'),
    ('bbbbbbbbbbbb', 'news', 'g', '2026-11-21 07:55:00', '2026-11-21 07:55:00', 'waiting', 0,
    '2026-11-21 07:55:00', NULL, NULL, NULL, NULL, NULL, NULL),
    ('cccccccccccc', 'news', 'g', '2026-11-20 07:00:00', '2026-11-20 07:00:00', 'failed', 20,
    '2026-11-20 09:00:00', NULL, NULL, NULL, NULL, '2026-11-20 07:00:00', '["1.0.0"]');
INSERT INTO relay_decisions (decided_at, model, incident, alerts, decision, reason)
VALUES ('2026-11-21 07:10:00', 'digits', 'aaaaaaaaaaaa', '', 'keep', 'no difference');
"""


def test_incidents_of_one_pipeline_become_incidents_that_live(engine: Engine, url: str) -> None:
    """By hand, since older relays know no attempts; what waited gets its pipeline, once."""
    folder(engine)
    with engine.begin() as connection:
        command.upgrade(tables.SCHEMA.config(connection), "0003")
    execute(engine, AT_3)
    with pytest.raises(SchemaRefused, match="run 'python -m monitoring.relay.migrate'"):
        tables.engine(url)
    tables.SCHEMA.prepare(engine, by_hand=True)
    gitlab = FakePipelines()
    relay = Bench(url, gitlab)
    relay.run(60)
    assert [*gitlab.made] == ["retrain news bbbbbbbbbbbb"]
    assert relay.incident("digits")["attempts"][0]["result"] == "keep"
    relay.intake.receive(webhook(alert(started=START - timedelta(minutes=20))))
    relay.run(60)
    incident = relay.incident("digits")
    assert (incident["id"], incident["action"], incident["ended_at"]) == (
        *("aaaaaaaaaaaa", "rest"),
        None,
    )
    assert len(gitlab.made) == 1
    relay.store.close()


# Incidents of version 0005 that live: one of drift in which labels show a fall, one of drift.
AT_5 = """
INSERT INTO relay_incidents (id, model, group_key, versions, started_at, accepted_at, last_fired_at,
    firing, action, reason, action_since, missing_labels, next_look_at, rows)
VALUES ('aaaaaaaaaaaa', 'digits', 'g', '["1.0.0"]', '2026-11-20 08:00:00', '2026-11-20 08:00:00',
    '2026-11-21 07:59:00', '{"AccuracyDrop 1.0.0": "labels", "DataDrift 1.0.0": "inputs"}',
    'labels', 'waits', '2026-11-20 08:00:00', 50, '2026-11-21 08:00:00.000000', 250),
    ('bbbbbbbbbbbb', 'news', 'g', '["1.0.0"]', '2026-11-20 08:00:00', '2026-11-20 08:00:00',
    '2026-11-21 07:59:00', '{"DataDrift 1.0.0": "inputs"}', 'labels', 'waits',
    '2026-11-20 08:00:00', 50, '2026-11-21 08:00:00.000000', 250);
"""


def test_a_fall_that_stands_while_the_relay_is_upgraded_keeps_its_rows(
    engine: Engine, url: str
) -> None:
    """It is no new one, and acts on all that have come since its incident began."""
    folder(engine)
    with engine.begin() as connection:
        command.upgrade(tables.SCHEMA.config(connection), "0005")
    execute(engine, AT_5)
    clock = Clock()
    relay = Bench(url, FakePipelines(), clock=clock, arrivals=FakeArrivals(clock, rate=1.0))
    relay.policy = replace(relay.policy, fall_rows=300)
    relay.store.close()
    relay.restart()
    relay.run(120)
    began = START - timedelta(days=1)
    assert relay.incident()["fall_since"] == relay.latest().started_at == began
    assert relay.latest().rows == pytest.approx(310, abs=60)
    assert relay.incident("news")["fall_since"] is None
    relay.store.close()
