"""The base of every kind and of its parts: a frozen record without unknown fields."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A part of the manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)
