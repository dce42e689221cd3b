"""What a job reads from its environment; for Python 3.8 too, which CML's image has."""

from __future__ import annotations

from typing import Mapping

from training.errors import MissingVariable


def variable(environment: Mapping[str, str], name: str, expected: str) -> str:
    """Return a variable of the job.

    Raises MissingVariable.
    """
    value = environment.get(name, "")
    if not value:
        raise MissingVariable(name, expected)
    return value
