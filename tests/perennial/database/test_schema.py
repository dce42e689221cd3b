"""Which migrations run by themselves, and what is refused by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from sqlalchemy.engine import Engine

from perennial import database
from perennial.database import Schema
from perennial.errors import SchemaRefused

ENV = "from perennial.database.environment import run\n\nrun()\n"
VERSION = """
import sqlalchemy as sql
from alembic import op

revision, down_revision, automatic = {revision!r}, {before!r}, {automatic}


def upgrade():
    {statement}
"""
FIRST = 'op.create_table("things", sql.Column("id", sql.Integer, primary_key=True))'
ADD = 'op.add_column("things", sql.Column("colour", sql.Text))'


def history(folder: Path, *migrations: tuple[str, bool]) -> Schema:
    """Return a program's tables with one version for each statement, automatic or not."""
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    (folder / "env.py").write_text(ENV)
    before = None
    for number, (statement, automatic) in enumerate(migrations, 1):
        revision = f"{number:04d}"
        text = VERSION.format(
            revision=revision, before=before, automatic=automatic, statement=statement
        )
        (folder / "versions" / f"{revision}_change.py").write_text(text)
        before = revision
    metadata = sql.MetaData()
    columns: list[sql.Column[Any]] = [sql.Column("id", sql.Integer, primary_key=True)]
    if len(migrations) > 1:
        columns.append(sql.Column("colour", sql.Text))
    sql.Table("things", metadata, *columns)
    return Schema("shop", metadata, folder, lock=1, command="python -m shop.migrate")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with the tables of the first version."""
    made = database.connect(f"sqlite:///{tmp_path / '100% new' / 'shop.db'}")
    history(tmp_path / "100% first", (FIRST, True)).prepare(made)
    yield made
    made.dispose()


def columns(engine: Engine) -> list[str]:
    """Return the columns of the one table."""
    return [column["name"] for column in sql.inspect(engine).get_columns("things")]


def test_a_safe_migration_runs_by_itself(engine: Engine, tmp_path: Path) -> None:
    """The version before is returned, and the next start finds nothing to do."""
    schema = history(tmp_path / "100% second", (FIRST, True), (ADD, True))
    assert schema.prepare(engine) == "0001"
    assert schema.prepare(engine) == "0002"
    assert columns(engine) == ["id", "colour"]


def test_an_unsafe_migration_waits_for_a_person(engine: Engine, tmp_path: Path) -> None:
    """The refusal is one sentence with the command; that command then migrates."""
    schema = history(tmp_path / "second", (FIRST, True), (ADD, False))
    with pytest.raises(SchemaRefused) as caught:
        schema.prepare(engine)
    assert str(caught.value).endswith(
        "the shop's tables have version 0001, expected 0002; "
        "stop every shop, then run 'python -m shop.migrate'"
    )
    assert columns(engine) == ["id"]
    assert schema.prepare(engine, by_hand=True) == "0001"
    assert columns(engine) == ["id", "colour"]


def test_a_newer_version_is_refused(engine: Engine, tmp_path: Path) -> None:
    """A program never writes into tables that it does not know."""
    history(tmp_path / "second", (FIRST, True), (ADD, True)).prepare(engine)
    older = history(tmp_path / "first", (FIRST, True))
    for by_hand in (False, True):
        with pytest.raises(SchemaRefused, match="version 0002, expected at most 0001; run a n"):
            older.prepare(engine, by_hand=by_hand)


def test_a_migration_that_fails_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    """Neither half of its changes nor its version stay."""
    broken = f"{ADD}; op.execute('no SQL')"
    schema = history(tmp_path / "second", (FIRST, True), (broken, True))
    with pytest.raises(sql.exc.OperationalError):
        schema.prepare(engine)
    assert columns(engine) == ["id"]
    assert history(tmp_path / "first", (FIRST, True)).prepare(engine) == "0001"


def test_a_migration_does_not_wait_for_a_long_report(
    postgres_database: str, tmp_path: Path
) -> None:
    """It gives up soon, as where the database is away, or everybody would wait behind it."""
    engine = database.connect(postgres_database)
    history(tmp_path / "first", (FIRST, True)).prepare(engine)
    schema = history(tmp_path / "second", (FIRST, True), (ADD, True))
    with engine.connect() as report:
        report.execute(sql.text("SELECT * FROM things"))
        with pytest.raises(sql.exc.OperationalError) as caught:
            schema.prepare(engine)
        assert database.unreachable(caught.value)
    assert schema.prepare(engine) == "0001"
    engine.dispose()


@pytest.mark.parametrize("address", ["mysql://root:secret@h/d", "nonsense", "sqlite://"])
def test_another_database_is_refused_without_its_address(address: str) -> None:
    """An address may hold a password."""
    with pytest.raises(ValueError, match="got a hidden value, expected a") as caught:
        database.connect(address)
    assert "secret" not in str(caught.value)


RECREATE = """with op.batch_alter_table("things", recreate="always") as batch:
        batch.add_column(sql.Column("colour", sql.Text))"""
REFERRING = """
CREATE TABLE parts (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL REFERENCES things (id))
"""


def _referred_to(engine: Engine, folder: Path, statement: str) -> Schema:
    """Return a second version, of a table with a row that another table refers to."""
    with engine.begin() as connection:
        for line in (REFERRING, "INSERT INTO things VALUES (1)", "INSERT INTO parts VALUES (1, 1)"):
            connection.exec_driver_sql(line)
    schema = history(folder, (FIRST, True), (statement, True))
    thing: sql.Column[int] = sql.Column("thing", sql.ForeignKey("things.id"))
    sql.Table("parts", schema.metadata, sql.Column("id", sql.Integer, primary_key=True), thing)
    return schema


def test_a_table_that_others_refer_to_may_be_recreated(engine: Engine, tmp_path: Path) -> None:
    """SQLite cannot change most columns otherwise; afterwards, references are enforced again."""
    schema = _referred_to(engine, tmp_path / "second", RECREATE)
    assert schema.prepare(engine) == "0001"
    assert columns(engine) == ["id", "colour"]
    with pytest.raises(sql.exc.IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO parts VALUES (2, 7)")


def test_a_migration_that_breaks_a_reference_is_undone(engine: Engine, tmp_path: Path) -> None:
    """The message names both tables."""
    schema = _referred_to(engine, tmp_path / "second", "op.execute('DELETE FROM things')")
    with pytest.raises(SchemaRefused, match="1 row of parts would refer to missing rows of things"):
        schema.prepare(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM things").scalar_one() == 1
    assert history(tmp_path / "first", (FIRST, True)).prepare(engine) == "0001"
