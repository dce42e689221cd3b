"""Tests that share something run on one worker, others wherever there is room."""

from tests import order
from tests.ci.pipeline_files import tracked


def test_the_tests_of_a_file_are_a_group() -> None:
    """They share its fixtures; doctests are of the file that they stand in."""
    one, other = (order.group(f"tests/test_order.py::test_{name}[1]") for name in "ab")
    assert one == other == "tests/test_order.py"
    assert order.group("service/rows.py::service.rows.read") == "service/rows.py"


def test_files_may_share_a_group_or_have_none() -> None:
    """Two files that need one trained tree are together, each case of the rules is alone."""
    pair = ("tests/ci/test_pipelines.py", "tests/training/stages/test_pipeline.py")
    assert {order.group(f"{file}::test_a") for file in pair} == {"trained tree"}
    rules = "tests/monitoring/recording/test_rules.py::test_promtool_agrees[drift.test.yml]"
    assert order.group(rules) == rules


def test_another_file_of_the_same_name_is_a_group_of_its_own() -> None:
    """The stand-in's test_pipelines.py needs no trained tree."""
    file = "tests/demo/forge/ci/test_pipelines.py"
    assert order.group(f"{file}::test_a") == file


def test_every_path_is_that_of_a_file() -> None:
    """A file that moves keeps its place in the order."""
    assert {*order.SHARED, *order.SPREAD} <= set(tracked())
