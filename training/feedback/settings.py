"""Where the service's database is: the same variables as the service's."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from perennial import settings
from perennial.database.settings import Address, DatabaseSettings
from training.errors import CollectRefused


class Settings(DatabaseSettings):
    """The settings of a collection."""

    model_config = SettingsConfigDict(env_prefix="PERENNIAL_")

    database_url: Address = Field(
        default="sqlite:///var/perennial.db",
        description="SQLAlchemy URL of the service's database, unless --database is given",
    )


def database_url() -> str:
    """Return the URL from the environment, with its password. Raises CollectRefused."""
    try:
        return settings.read(Settings).database_url
    except settings.InvalidSettings as error:
        raise CollectRefused(str(error)) from error
