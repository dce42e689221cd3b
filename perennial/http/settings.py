"""Settings that every server has."""

from ipaddress import IPv6Address
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode

from perennial.errors import InvalidField
from perennial.http.hosts import is_loopback
from perennial.settings import Settings

# No setting of these programs means longer ones, and no clock fails at them.
YEAR_SECONDS, CENTURY_DAYS = 366 * 86_400, 36_525
WholeSeconds = Annotated[int, Field(gt=0, le=YEAR_SECONDS)]
Seconds = Annotated[float, Field(gt=0, le=YEAR_SECONDS, allow_inf_nan=False)]
# Of a wait that may be none.
Pause = Annotated[float, Field(ge=0, le=YEAR_SECONDS, allow_inf_nan=False)]
Days = Annotated[float, Field(gt=0, le=CENTURY_DAYS, allow_inf_nan=False)]


def _prefix(prefix: str) -> str:
    if prefix == "/v1":
        # Behind a proxy that drops it, nothing would tell it from the first part of a route.
        raise InvalidField("", prefix, "another prefix: paths of KServe's begin with /v1")
    return prefix


# A path with a slash before it and none after it.
RootPath = Annotated[str, Field(pattern=r"^(/[^/?#]+)*$"), AfterValidator(_prefix)]


def _split(value: object) -> object:
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


def _without_port(name: str) -> str:
    """Return a name. Raises InvalidField where a colon is none of an IPv6 address."""
    if ":" in name:
        try:
            IPv6Address(name)
        except ValueError as error:
            raise InvalidField("", name, "a name or an address without a port") from error
    return name


# `example.com`, `*.example.com`, an address, or `*`.
Name = Annotated[
    str,
    Field(pattern=r"^(\*|(\*\.)?[A-Za-z0-9:_-]+(\.[A-Za-z0-9:_-]+)*)$"),
    AfterValidator(_without_port),
]
Names = Annotated[tuple[Name, ...], NoDecode, BeforeValidator(_split)]


class ServerSettings(Settings):
    """How patient the server is, where its routes begin, and who may call it, by which names."""

    host: str = Field(default="127.0.0.1", description="address to listen on")
    keys_file: Path | None = Field(
        default=None,
        description="file of API keys, which `python -m service.keys` writes; without it no keys "
        "are needed, and only this machine is listened to",
    )
    allowed_hosts: Names = Field(
        default=(),
        description="names by which clients may call it besides localhost and the address it "
        "listens on, separated by commas, without ports; *.example.com for all below, * for any",
    )

    root_path: RootPath = Field(
        default="", description="prefix of every path behind a proxy, such as /perennial/digits"
    )
    request_seconds: Seconds = Field(
        default=30.0, description="seconds in which a client must have sent its request"
    )
    keep_alive_seconds: WholeSeconds = Field(
        default=75, description="seconds to keep an idle connection; more than a proxy's idle time"
    )
    grace_seconds: Seconds = Field(
        default=5.0, description="seconds in which requests may end after SIGTERM"
    )

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        if self.keys_file is not None:
            return self
        until = (
            "while there are no API keys: make some with `python -m service.keys add` and set "
            + self.variable("keys_file")
        )
        if not is_loopback(self.host):
            raise InvalidField("host", self.host, f"127.0.0.1 {until}")
        # Both are for clients elsewhere, whom a proxy lets in.
        for name in self.allowed_hosts:
            if not is_loopback(name):
                raise InvalidField("allowed_hosts", name, f"none but localhost {until}")
        if self.root_path:
            raise InvalidField("root_path", self.root_path, f"none {until}")
        return self
