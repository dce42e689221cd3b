"""The gate's verdicts: what it says of a new model, and what every reader of that looks for."""

from enum import StrEnum


class Verdict(StrEnum):
    """The gate's verdict on a new model."""

    PROMOTE = "promote"  # it is better
    KEEP = "keep"  # it is no better
    BLOCK = "block"  # it is worse, or must not be deployed
