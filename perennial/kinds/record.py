"""The base of every kind and of its parts: a frozen record without unknown fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# Of a column.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Record(BaseModel):
    """A part of the manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)
