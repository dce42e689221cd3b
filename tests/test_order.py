"""Tests that share something run on one worker, others wherever there is room."""

from tests import order
from tests.ci.pipeline_files import tracked


def test_the_tests_of_a_file_are_a_group() -> None:
    """They share its fixtures; doctests are of the file that they stand in."""
    one, other = (order.group(f"tests/a/test_b.py::test_{name}[1]") for name in "cd")
    assert one == other == "tests/a/test_b.py"
    assert order.group("service/rows.py::service.rows.read") == "service/rows.py"


def test_files_may_share_a_group_or_have_none() -> None:
    """Two files that need one trained tree are together, each case of the rules is alone."""
    pair = ("ci/test_pipelines.py", "training/test_pipeline.py")
    assert len({order.group(f"tests/{name}::test_a") for name in pair}) == 1
    rules = "tests/monitoring/test_rules.py::test_promtool_agrees[drift.test.yml]"
    assert order.group(rules) == rules


def test_every_name_is_that_of_a_file() -> None:
    """A file that is renamed keeps its place in the order."""
    names = {name.rpartition("/")[2] for name in tracked()}
    assert {*order.SHARED, *order.SPREAD} <= names
