"""Every model that is found keeps every promise; a new file in training/models is held to it."""

import pytest

from training.contracts.models import Check, checks

pytestmark = pytest.mark.seconds(40)


@pytest.mark.parametrize("check", [pytest.param(check, id=name) for name, check in checks()])
def test_a_model_keeps_its_promises(check: Check) -> None:
    """Each check's docstring says which."""
    check()
