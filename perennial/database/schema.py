"""The version of a program's tables: create them, migrate them if safe, or refuse them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine

from perennial.database.engine import lock
from perennial.database.url import SQLITE, shown
from perennial.errors import SchemaRefused

if TYPE_CHECKING:
    from alembic.config import Config


@dataclass(frozen=True)
class Schema:
    """One program's tables, in a database that it may share, and their migrations.

    name: of the program.  folder: Alembic's, with a file NNNN_NAME.py in `versions/` for each
    version.  lock: see `engine.lock`.  command: runs migrations that must be run by hand.
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
        Raises SchemaRefused if the version is newer, or if such a migration is needed.
        """
        if engine.dialect.name == SQLITE and engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        with engine.begin() as connection:
            lock(connection, self.lock)
            found = self._found(connection)
            if found is None:
                self.metadata.create_all(connection)
                self._stamp(connection, self.versions[-1])
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
        """Return a database's version; tables without a recorded version have the first one."""
        inspector = sql.inspect(connection)
        if inspector.has_table(self._version_name):
            return str(connection.execute(sql.select(self.version.c.version_num)).scalar_one())
        if not any(map(inspector.has_table, self.tables)):
            return None
        self.version.create(connection)
        self._stamp(connection, self.versions[0])
        return self.versions[0]

    def _stamp(self, connection: Connection, version: str) -> None:
        connection.execute(self.version.insert().values(version_num=version))

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

    def _waiting(self, config: "Config", found: str) -> Iterable[str]:
        """Yield the migrations after a version that do not run automatically."""
        from alembic.script import ScriptDirectory

        scripts = ScriptDirectory.from_config(config)
        for version in self.versions[self.versions.index(found) + 1 :]:
            if not scripts.get_revision(version).module.automatic:
                yield version
