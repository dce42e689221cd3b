"""Settings that every server has."""

from ipaddress import IPv6Address
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from perennial.errors import InvalidField
from perennial.settings import Settings

Whole = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _check(prefix: str) -> str:
    if prefix == "/v1":
        # Behind a proxy that drops it, nothing would tell it from the first part of a route.
        raise InvalidField("", prefix, "another prefix: paths of KServe's begin with /v1")
    return prefix


# A path with a slash before it and none after it.
RootPath = Annotated[str, Field(pattern=r"^(/[^/?#]+)*$"), AfterValidator(_check)]


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
    """How patient the server is, where its routes begin, and what clients may call it."""

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
    keep_alive_seconds: Whole = Field(
        default=75, description="seconds to keep an idle connection; more than a proxy's idle time"
    )
    grace_seconds: Seconds = Field(
        default=5.0, description="seconds in which requests may end after SIGTERM"
    )
