"""The version of a program's tables: create them, migrate them if safe, or refuse them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine

from perennial.database.engine import limit_lock_wait, lock
from perennial.database.url import SQLITE, shown
from perennial.errors import SchemaRefused
from perennial.plural import plural

if TYPE_CHECKING:
    from alembic.config import Config

# In the `info` of a column or table: the version that added it, if that was not the first.
SINCE = "since"


@dataclass(frozen=True)
class Schema:
    """One program's tables, in a database that it may share, and their migrations.

    name: of the program.  folder: Alembic's, with a file NNNN_NAME.py in `versions/` for each
    version; the first skips what exists.  lock: see `engine.lock`.  command: runs migrations that
    must be run by hand.
    Importing Alembic takes a quarter of the service's start time, so it is imported only if there
    is something to migrate.
    """

    name: str
    metadata: sql.MetaData
    folder: Path
    lock: int
    command: str
    version: sql.Table = field(init=False)

    def __post_init__(self) -> None:
        column = sql.Column("version_num", sql.String(32), primary_key=True)
        object.__setattr__(self, "version", sql.Table(self._version_name, self.metadata, column))

    @property
    def _version_name(self) -> str:
        return f"{self.name}_alembic_version"

    @property
    def versions(self) -> list[str]:
        """Every version, oldest first."""
        return sorted(path.name[:4] for path in (self.folder / "versions").glob("[0-9]*_*.py"))

    @property
    def tables(self) -> list[str]:
        """The names of the tables, except the one that holds the version."""
        return [name for name in self.metadata.tables if name != self._version_name]

    def prepare(self, engine: Engine, *, by_hand: bool = False) -> str | None:
        """Migrate a database to the newest version; return its old version, None if it was empty.

        Any number of processes may do so at once.
        by_hand: also run migrations that do not run automatically.
        Raises SchemaRefused if the version is newer, if such a migration is needed, or if tables
        without a version are another program's.
        """
        if engine.dialect.name == SQLITE and engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        with _changing_tables(engine) as connection:
            lock(connection, self.lock)
            limit_lock_wait(connection)
            found = self._found(connection)
            if found is None and any(map(sql.inspect(connection).has_table, self.tables)):
                return self._adopt(connection, by_hand=by_hand)
            if found is None:
                self.metadata.create_all(connection)
                stamp = self.version.insert().values(version_num=self.versions[-1])
                connection.execute(stamp)
            elif found != self.versions[-1]:
                self._migrate(connection, found, by_hand=by_hand)
        return found

    def config(self, connection: Connection) -> "Config":
        """Return Alembic's configuration; the folder's `env.py` passes it to `environment.run`."""
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        config.attributes.update(connection=connection, schema=self)
        return config

    def _found(self, connection: Connection) -> str | None:
        if not sql.inspect(connection).has_table(self._version_name):
            return None
        found = connection.execute(sql.select(self.version.c.version_num)).scalars().all()
        if len(found) != 1:
            place = f"{shown(connection.engine.url)}: {self._version_name}"
            raise SchemaRefused(f"{place} has {len(found)} rows, expected one; restore a backup")
        return str(found[0])

    def _adopt(self, connection: Connection, *, by_hand: bool) -> str:
        """Complete tables from before there were versions, which have the first one."""
        from alembic import command

        first = self.versions[0]
        command.upgrade(self.config(connection), first)
        # Before other versions, which could fail on another program's table.
        inspector = sql.inspect(connection)
        for name in self.tables:
            if SINCE in self.metadata.tables[name].info:
                continue
            found = {column["name"] for column in inspector.get_columns(name)}
            columns = [c for c in self.metadata.tables[name].columns if SINCE not in c.info]
            if lacking := [c.name for c in columns if c.name not in found]:
                raise SchemaRefused(
                    f"{shown(connection.engine.url)}: the table {name} lacks "
                    f"{', '.join(lacking)}, expected the {self.name}'s table; use another database"
                )
        if first != self.versions[-1]:
            self._migrate(connection, first, by_hand=by_hand)
        return first

    def _migrate(self, connection: Connection, found: str, *, by_hand: bool) -> None:
        newest, where = self.versions[-1], shown(connection.engine.url)
        tables = f"{where}: the {self.name}'s tables have version {found}"
        if found not in self.versions:
            raise SchemaRefused(f"{tables}, expected at most {newest}; run a newer {self.name}")
        from alembic import command

        config = self.config(connection)
        manual = [version for version in self._waiting(config, found) if not by_hand]
        if manual:
            advice = f"stop every {self.name}, then run '{self.command}'"
            raise SchemaRefused(f"{tables}, expected {newest}; {advice}")
        command.upgrade(config, "head")
        if connection.dialect.name == SQLITE:
            self._check_references(connection, tables)

    def _check_references(self, connection: Connection, tables: str) -> None:
        """Check the foreign keys, which SQLite does not while tables are changed."""
        quote = connection.dialect.identifier_preparer.quote
        for name in self.tables:
            check = f"PRAGMA foreign_key_check({quote(name)})"
            if broken := connection.exec_driver_sql(check).all():
                rows = plural(len(broken), "row")
                raise SchemaRefused(
                    f"{tables}; migrated, {rows} of {name} would refer to missing rows of "
                    f"{broken[0][2]}, expected none; nothing was changed"
                )

    def _waiting(self, config: "Config", found: str) -> Iterable[str]:
        """Yield the migrations after a version that do not run automatically."""
        from alembic.script import ScriptDirectory

        scripts = ScriptDirectory.from_config(config)
        for version in self.versions[self.versions.index(found) + 1 :]:
            if not scripts.get_revision(version).module.automatic:
                yield version


@contextmanager
def _changing_tables(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction in which a migration may recreate a table that others refer to.

    SQLite then must not enforce foreign keys, which cannot be changed within a transaction.
    """
    with engine.connect() as connection:
        _enforce_references(connection, False)
        try:
            with connection.begin():
                yield connection
        finally:
            _enforce_references(connection, True)


def _enforce_references(connection: Connection, enforced: bool) -> None:
    if connection.dialect.name == SQLITE:
        # On the driver's connection, because ours would begin a transaction.
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if enforced else 'OFF'}")
        cursor.close()
