"""Each task that deploy/local deploys has a folder and an address of its own."""

from dataclasses import replace

import pytest

from tests.training.gitlab.project_check.given import Administrator, facts
from training.gitlab.project_check.deployment import deployment

TASKS = ("cats", "news")
COMMON = {"PERENNIAL_BUNDLES": "/srv/bundles", "PERENNIAL_URL": "https://a"}
OWN = {"PERENNIAL_BUNDLES_news": "/srv/news", "PERENNIAL_URL_news": "https://news"}


@pytest.mark.parametrize(
    ("variables", "status", "problem"),
    [
        (COMMON | OWN, "ok", "are set for cats, news"),
        (OWN, "missing", "deploy/local does not know where cats is served"),
        (COMMON, "missing", "cats and news have the same PERENNIAL_BUNDLES"),
        (
            COMMON | {"PERENNIAL_BUNDLES_news": "/srv/news"},
            "missing",
            "cats and news have the same PERENNIAL_URL, but a service runs one model",
        ),
        (
            COMMON | OWN | {"PERENNIAL_URL_news": "https://a/"},
            "missing",
            "cats and news have the same PERENNIAL_URL",
        ),
        (COMMON | OWN | {"PERENNIAL_URL": None, "PERENNIAL_URL_news": None}, "ok", "are set"),
        (COMMON | {"DEPLOY_TARGET_news": "ours"}, "ok", "for cats; deploy/ours names"),
        ({"DEPLOY_TARGET": "ours"}, "ok", "deploy/ours names the variables that it needs"),
    ],
)
def test_two_tasks_need_two_places(
    administrator: Administrator, variables: dict[str, str | None], status: str, problem: str
) -> None:
    """A task without a variable of its own has the common one; a hidden value equals none."""
    listed = [
        {"key": name, "value": value, "environment_scope": "*"} for name, value in variables.items()
    ]
    answer = deployment(replace(facts(administrator), variables=listed, inherited=[]), TASKS)
    assert (answer.status, problem in answer.found) == (status, True), answer


def test_the_variable_to_add_has_the_tasks_name(administrator: Administrator) -> None:
    """Where there are several tasks; where there is one, it needs none of its own."""
    known = replace(facts(administrator), variables=[], inherited=[])
    assert deployment(known, TASKS).todo.startswith("add PERENNIAL_BUNDLES_cats under")
    assert deployment(known, ["cats"]).todo.startswith("add PERENNIAL_BUNDLES under")
