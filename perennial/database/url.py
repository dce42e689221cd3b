"""The URL of a database, an SQLite file or PostgreSQL, and how to show it without a password."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from perennial.errors import HIDDEN_VALUE, InvalidField

SQLITE = "sqlite"


def parse(address: str) -> URL:
    """Return a URL with the driver that we use.

    Raises InvalidField, without the address, if it is neither an SQLite file nor PostgreSQL.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise refused("an SQLAlchemy URL such as sqlite:///var/perennial.db") from error
    backend = url.get_backend_name()
    if backend not in (SQLITE, "postgresql", "postgres"):
        raise refused("a sqlite:/// or postgresql:// URL")
    if backend != SQLITE:
        return url.set(drivername="postgresql+psycopg")
    if url.database in (None, "", ":memory:"):
        raise refused(
            "a file after sqlite:///, because an in-memory database is lost when the program ends"
        )
    return url


def refused(expected: str) -> InvalidField:
    """Return the error of an address; the caller that read it from a setting adds the field.

    An address may hold a password, so it is not shown.
    """
    return InvalidField("", HIDDEN_VALUE, expected)


def shown(url: URL) -> str:
    """Return a URL for a message, with its password hidden."""
    return url.render_as_string(hide_password=True)
