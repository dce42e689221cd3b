"""How the pipeline of an attempt ended."""

from enum import StrEnum


class AttemptResult(StrEnum):
    """Its verdict, or why there is none."""

    PROMOTE = "promote"
    KEEP = "keep"
    BLOCK = "block"
    TOO_FEW = "too few"  # `collect` accepted too few labelled rows
    FAILED = "failed"  # it ended without a verdict: that says nothing about its rows
    CANCELED = "canceled"  # by a person, before there was a verdict


UNJUDGED = (AttemptResult.TOO_FEW, AttemptResult.CANCELED)
