"""Settings of programs with a database: its URL, and a password that may be set separately."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from sqlalchemy.engine import make_url

from perennial.database.url import SQLITE, parse, refused
from perennial.settings import HIDDEN, Settings

Address = Annotated[str, HIDDEN, Field(validate_default=True)]


class DatabaseSettings(Settings):
    """A base class; subclasses give `database_url` its default."""

    # Declared before the URL, whose validator inserts it.
    database_password: SecretStr | None = Field(
        default=None, description="database password, if the URL has none"
    )
    database_url: Address

    @field_validator("database_url")
    @classmethod
    def _complete(cls, value: str, others: ValidationInfo) -> str:
        url = parse(value)
        password = others.data.get("database_password")
        if password is None:
            return value
        if url.get_backend_name() == SQLITE or url.password is not None:
            given = cls.variable("database_password")
            raise refused(f"a postgresql:// URL without a password, because {given} is set")
        # Keep the URL as given, without the driver that `parse` adds, for its other readers.
        whole = make_url(value).set(password=password.get_secret_value())
        return whole.render_as_string(hide_password=False)
