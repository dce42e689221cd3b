"""The environment chooses the trackers and how long they are waited for."""

import pytest

from training.errors import BadParameter
from training.trackers.choose import chosen, wait_of


def test_without_the_variable_it_is_dvclive() -> None:
    """An empty one is like none."""
    assert chosen({}) == chosen({"TRACKERS": ""}) == ("dvclive",)


def test_several_are_chosen_once_each() -> None:
    """In their order; spaces do not matter."""
    assert chosen({"TRACKERS": "wandb, mlflow,wandb"}) == ("wandb", "mlflow")


@pytest.mark.parametrize("given", ["mlfow", "dvclive,mlfow"])
def test_a_name_that_is_not_known_is_refused(given: str) -> None:
    """With those that are."""
    known = "none, or one or more of dvclive, mlflow, wandb"
    with pytest.raises(BadParameter, match=f"TRACKERS: got 'mlfow', expected {known}"):
        chosen({"TRACKERS": given})


@pytest.mark.parametrize("given", ["soon", "-1", "inf", "nan"])
def test_a_wait_that_is_no_time_is_refused(given: str) -> None:
    """It is a number of seconds."""
    with pytest.raises(BadParameter, match="TRACKERS_WAIT: .* a number of seconds, 0 or more"):
        wait_of({"TRACKERS_WAIT": given})
