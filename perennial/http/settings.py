"""Settings that every server has."""

from typing import Annotated

from pydantic import Field

from perennial.settings import Settings

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
# A path with a slash before it and none after it.
RootPath = Annotated[str, Field(pattern=r"^(/[^/?#]+)*$")]


class ServerSettings(Settings):
    """How patient the server is, and where its routes begin."""

    root_path: RootPath = Field(
        default="", description="prefix of every path behind a proxy, such as /perennial/digits"
    )
    request_seconds: Seconds = Field(
        default=30.0, description="seconds in which a client must have sent its request"
    )
    grace_seconds: Seconds = Field(
        default=5.0, description="seconds in which requests may end after SIGTERM"
    )
