"""The base of every model's parameters."""

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """What a task sets under `train.parameters`: each field has limits, and a unit as description.

    They have no defaults, so that params.yaml has every number that changes a model.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
