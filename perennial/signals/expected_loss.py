"""The loss to expect of a row without its label, from one of the output's signals."""

from functools import cached_property

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeFloat, model_validator

from perennial.errors import Described, InvalidField
from perennial.statistics.loss_curve import LossCurve


class ExpectedLoss(BaseModel):
    """The curve of the expected loss, part of a reference.

    signal: of the output, such as the width of an interval.
    at, loss, power: as of `LossCurve`.
    deviation: how far the loss of one held-out row lies from the expected one (root mean square).
    The mean of `n` rows like those of the reference is off by about this over the root of `n`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    signal: str
    at: tuple[FiniteFloat, ...] = Field(min_length=1)
    loss: tuple[NonNegativeFloat, ...] = Field(min_length=1)
    power: float = Field(ge=0, le=4)
    deviation: float = Field(ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _check(self) -> "ExpectedLoss":
        if len(self.loss) != len(self.at):
            raise InvalidField(
                "loss", Described(f"{len(self.loss)} losses"), f"{len(self.at)}, one for each `at`"
            )
        if list(self.at) != sorted(set(self.at)):
            raise InvalidField("at", self.at, "increasing numbers")
        if list(self.loss) != sorted(self.loss) or not np.isfinite(self.loss[-1]):
            raise InvalidField("loss", self.loss, "finite numbers that never fall")
        return self

    @cached_property
    def curve(self) -> LossCurve:
        """The curve."""
        return LossCurve(np.array(self.at), np.array(self.loss), self.power)
