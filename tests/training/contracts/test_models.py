"""Every model that is found keeps every promise; a new file in training/models is held to it."""

import pytest

from training.contracts.models import Check, checks

pytestmark = pytest.mark.seconds(40)
# The slowest to fit; on other rows each shows by day all that it does.
NIGHTLY = ("network on numbers", "network on categories, classes", "cnn on colour images")


def marks(name: str) -> list[pytest.MarkDecorator]:
    """Return the marks of a check."""
    return [pytest.mark.nightly] if name.startswith(NIGHTLY) else []


@pytest.mark.parametrize(
    "check", [pytest.param(check, id=name, marks=marks(name)) for name, check in checks()]
)
def test_a_model_keeps_its_promises(check: Check) -> None:
    """Each check's docstring says which."""
    check()
