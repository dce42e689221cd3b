"""Each program's role in PostgreSQL can do what the program needs, and nothing else."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from monitoring.relay import tables as relay_tables
from service.store import tables, writes
from service.store.erasure import erase
from service.store.writes import Label
from tests.postgres import database
from tests.service.databases import NOW, observed, output
from training.errors import CollectRefused
from training.feedback.labelled import erased_subjects, read

ROLES = Path("deploy", "postgres-roles.sql").resolve()


PROGRAMS = ("service", "relay", "training")
PASSWORDS = {f"{name.upper()}_DATABASE_PASSWORD": "secret" for name in PROGRAMS}


def make_roles(url: str, passwords: dict[str, str] = PASSWORDS) -> None:
    """Run the script as the superuser."""
    psql = shutil.which("psql")
    assert psql, "psql comes with PostgreSQL"
    command = [psql, "--no-psqlrc", "--quiet", f"--file={ROLES}", url]
    environment = {**os.environ, **passwords}
    subprocess.run(command, check=True, env=environment, capture_output=True, text=True)


def of(role: str, url: str) -> str:
    """Return the URL with which a role connects."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:secret@{host}").geturl()


@pytest.fixture(scope="module")
def url(postgres_url: str) -> Iterator[str]:
    """A database with tables from before there were roles, a labelled prediction, and the roles."""
    with database(postgres_url) as url:
        engine = tables.connect(url)
        tables.create(engine)
        writes.insert_predictions(engine, [observed("a")])
        engine.dispose()
        relay_tables.engine(url).dispose()
        make_roles(url)
        make_roles(url)
        yield url


def test_every_program_does_its_work(url: str) -> None:
    """The service migrates and writes, the relay migrates, training reads what is collected."""
    engine = tables.connect(of("perennial_service", url))
    tables.create(engine)
    writes.insert_predictions(engine, [observed("b")])
    given = [Label("a", "dog"), Label("b", "dog")]
    writes.insert_feedback(engine, given, outputs=output, now=NOW)
    erase(engine, "a" * 64, now=writes.utc(NOW))
    engine.dispose()
    relay = relay_tables.engine(of("perennial_relay", url))
    with relay.begin() as connection:
        connection.execute(
            relay_tables.decisions.insert().values(
                decided_at=datetime.now(UTC),
                model="digits",
                decision="ignored",
                reason="a test",
            )
        )
    relay.dispose()
    training = of("perennial_training", url)
    assert [row.prediction_id for row in read(training, "pets", None)] == ["a", "b"]
    assert set(erased_subjects(training)) == {"a" * 64}


def test_a_new_database_needs_no_second_run(postgres_url: str) -> None:
    """Tables that service and relay make later are theirs; training may read what it collects."""
    with database(postgres_url) as url:
        make_roles(url)
        engine = tables.connect(of("perennial_service", url))
        tables.create(engine)
        engine.dispose()
        relay_tables.engine(of("perennial_relay", url)).dispose()
        training = of("perennial_training", url)
        assert list(read(training, "pets", None)) == [] and erased_subjects(training) == {}
        with psycopg.connect(training) as connection:
            with pytest.raises(InsufficientPrivilege):
                connection.execute("SELECT * FROM service.predictions")


def test_a_password_that_is_missing_is_asked_for(postgres_url: str) -> None:
    """Rather than a role without one."""
    with pytest.raises(subprocess.CalledProcessError) as caught:
        make_roles(postgres_url, PASSWORDS | {"RELAY_DATABASE_PASSWORD": ""})
    assert "RELAY_ and TRAINING_DATABASE_PASSWORD in the environment" in caught.value.stderr


def test_a_reader_without_the_right_to_see_who_was_erased_is_told(url: str) -> None:
    """A role of one's own needs what the script gives to training's."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE ROLE own_reader LOGIN PASSWORD 'secret'")
        connection.execute(f'GRANT CONNECT ON DATABASE "{connection.info.dbname}" TO own_reader')
        connection.execute("GRANT USAGE ON SCHEMA service TO own_reader")
        connection.execute("GRANT SELECT ON service.labelled_predictions TO own_reader")
        connection.execute("ALTER ROLE own_reader SET search_path = service")
    mine = of("own_reader", url)
    assert isinstance(list(read(mine, "pets", None)), list)
    expected = "its role may not read labelled_predictions and erased, expected SELECT on both"
    with pytest.raises(CollectRefused, match=expected):
        erased_subjects(mine)


ATTACKS = [
    ("perennial_service", "COPY service.erased FROM PROGRAM 'true'"),
    ("perennial_service", "SELECT * FROM relay.relay_incidents"),
    ("perennial_service", "DROP TABLE relay.relay_incidents"),
    ("perennial_service", "CREATE ROLE mine SUPERUSER"),
    ("perennial_relay", "COPY relay.relay_webhooks FROM PROGRAM 'true'"),
    ("perennial_relay", "SELECT * FROM service.feedback"),
    ("perennial_relay", "UPDATE service.feedback SET label = 'cat'"),
    ("perennial_training", "COPY service.erased FROM PROGRAM 'true'"),
    ("perennial_training", "SELECT input FROM service.predictions"),
    ("perennial_training", "SELECT * FROM service.feedback"),
    ("perennial_training", "UPDATE service.feedback SET label = 'cat'"),
    ("perennial_training", "DELETE FROM service.feedback"),
    ("perennial_training", "DROP VIEW service.labelled_predictions"),
    ("perennial_training", "CREATE TABLE service.mine (x int)"),
    ("perennial_training", "SELECT * FROM relay.relay_incidents"),
    ("perennial_training", "CREATE TEMPORARY TABLE mine (x int)"),
]


@pytest.mark.parametrize(("role", "attack"), ATTACKS)
def test_a_role_is_refused_what_its_program_does_not_need(url: str, role: str, attack: str) -> None:
    """Programs of the server, other programs' tables, and changes by whoever only reads."""
    with psycopg.connect(of(role, url)) as connection:
        with pytest.raises(InsufficientPrivilege):
            connection.execute(attack)


@pytest.mark.parametrize(
    "attack", sorted({attack for _, attack in ATTACKS if "CREATE ROLE" not in attack})
)
def test_one_superuser_for_all_may_do_any_of_it(url: str, attack: str) -> None:
    """As service, relay and pipeline could where they shared the account that owns the server."""
    with psycopg.connect(url) as connection:
        connection.execute(attack)
        connection.rollback()
