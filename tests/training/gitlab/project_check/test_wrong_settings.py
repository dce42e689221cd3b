"""Every setting that is wrong is found, alone, and leads to the guide."""

import json

import pytest

from tests.training.gitlab.project_check.given import Administrator, Change, findings
from tests.training.gitlab.project_check.wrong import WRONG
from tests.training.gitlab.project_check.wrong_variables import MISSING


@pytest.mark.parametrize(
    ("name", "status", "change", "problem"), WRONG, ids=[f"{one[0]}: {one[3]}" for one in WRONG]
)
def test_a_wrong_setting_is_found(
    administrator: Administrator, name: str, status: str, change: Change, problem: str
) -> None:
    """It alone; with what to do, and never a variable's value."""
    administrator.sets(change)
    code, found = findings(administrator.url)
    rest = {row["check"]: row["found"] for row in found.values() if row["status"] != "ok"}
    assert rest.keys() == {name}, rest
    assert problem in found[name]["found"], found[name]
    assert found[name]["status"] == status and found[name]["todo"]
    assert code == (1 if status == MISSING else 0)
    assert not any(value in json.dumps(found) for value in administrator.known.values())
