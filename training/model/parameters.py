"""The base of every model's parameters."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """What a task sets under `train.parameters`: each field has limits, and a unit as description.

    They have no defaults, so that params.yaml has every number that changes a model.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


def flat(block: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Return nested values by their dotted names, without those that are not set.

    >>> flat({"train": {"model": "cnn", "parameters": {"epochs": 2}}})
    {'train.model': 'cnn', 'train.parameters.epochs': 2}
    """
    found: dict[str, object] = {}
    for name, value in block.items():
        if value is None:
            continue
        inside = isinstance(value, Mapping)
        found.update(flat(value, f"{prefix}{name}.") if inside else {f"{prefix}{name}": value})
    return found
