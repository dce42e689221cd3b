"""The settings of whoever has a database: its URL, and the password that may stand apart."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from sqlalchemy.engine import make_url

from perennial.database.url import SQLITE, parse, refused
from perennial.settings import HIDDEN, Settings

Address = Annotated[str, HIDDEN, Field(validate_default=True)]


class DatabaseSettings(Settings):
    """A base; it gives `database_url` its default."""

    # Before the URL, whose check puts it in.
    database_password: SecretStr | None = Field(
        default=None, description="password that the database's URL leaves out"
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
            raise refused(f"a postgresql:// URL without a password, since {given} is set")
        # As it was given, for whoever else reads it: without the driver that `parse` adds.
        whole = make_url(value).set(password=password.get_secret_value())
        return whole.render_as_string(hide_password=False)
