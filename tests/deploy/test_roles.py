"""Each program's role in PostgreSQL can do what the program needs, and nothing else."""

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
from training.feedback.labelled import erased_subjects, read

ROLES = Path("deploy", "postgres-roles.sql").resolve()


def make_roles(url: str) -> None:
    """Run the script as the superuser."""
    psql = shutil.which("psql")
    assert psql, "psql comes with PostgreSQL"
    passwords = [f"--set={name}='secret'" for name in ("service", "relay", "training")]
    command = [psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", *passwords]
    subprocess.run([*command, f"--file={ROLES}", url], check=True, capture_output=True, text=True)


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
    """Tables that service and relay make later are theirs, and training may read the service's."""
    with database(postgres_url) as url:
        make_roles(url)
        engine = tables.connect(of("perennial_service", url))
        tables.create(engine)
        engine.dispose()
        relay_tables.engine(of("perennial_relay", url)).dispose()
        assert list(read(of("perennial_training", url), "pets", None)) == []


ATTACKS = [
    ("perennial_service", "COPY service.erased FROM PROGRAM 'true'"),
    ("perennial_service", "SELECT * FROM relay.relay_incidents"),
    ("perennial_service", "DROP TABLE relay.relay_incidents"),
    ("perennial_service", "CREATE ROLE mine SUPERUSER"),
    ("perennial_relay", "COPY relay.relay_webhooks FROM PROGRAM 'true'"),
    ("perennial_relay", "SELECT * FROM service.feedback"),
    ("perennial_relay", "UPDATE service.feedback SET label = 'cat'"),
    ("perennial_training", "COPY service.erased FROM PROGRAM 'true'"),
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
