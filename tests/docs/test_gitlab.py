"""docs/gitlab.md says what the pipeline reads and what the check of a project finds."""

import re

import pytest
from ruamel.yaml import YAML

from tests.ci import pipeline_files
from tests.docs import environment
from training.gitlab.project_check import environments, runners, secrets, variables
from training.gitlab.project_check.checks import CHECKS
from training.gitlab.project_check.deployment import SET_BY_PIPELINES
from training.gitlab.project_check.facts import matches

GUIDE = (environment.ROOT / "docs" / "gitlab.md").read_text(encoding="utf-8")
NAME = re.compile(r"`([A-Z][A-Z0-9_]+)`")


def section(heading: str) -> str:
    """Return the text under a heading of the second level, up to a further heading."""
    return re.split(r"(?m)^##+ ", GUIDE.split(f"\n## {heading}\n")[1])[0]


def rows() -> dict[str, list[str]]:
    """Return the cells after the first, by the variables that the first one names."""
    lines = [line for line in section("Variables").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {name: rest for first, *rest in cells for name in NAME.findall(first)}


def yours() -> dict[str, list[str]]:
    """Return the rows on what a person sets: environment, masked, protected, type, meaning."""
    return {name: rest for name, rest in rows().items() if len(rest) == 5}


def headings() -> set[str]:
    """Return the anchors of the guide's headings."""
    found = re.findall(r"(?m)^##+ (.+)$", GUIDE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in found}


def test_every_variable_that_something_reads_is_in_the_table() -> None:
    """A new variable comes with a line that says what it is and how to keep it."""
    assert environment.read() - rows().keys() == set()


def test_nothing_is_in_the_table_that_nothing_reads() -> None:
    """A line goes with the last program that read its variable."""
    assert rows().keys() - environment.read() == set()


def test_no_variable_is_listed_twice() -> None:
    """One line each."""
    first = [line.split(" | ")[0] for line in section("Variables").splitlines()]
    names = NAME.findall(" ".join(cell for cell in first if cell.startswith("| ")))
    assert len(names) == len(set(names))


def test_what_a_pipeline_sets_is_refused_as_a_projects_variable() -> None:
    """What the root file sets is checked; everything that is checked stands in the second table."""
    root = pipeline_files.read(pipeline_files.files()[0])[-1]
    named = [rule.get("variables", {}) for rule in root["workflow"]["rules"]]
    given = set(root["variables"]).union(*named)
    assert given <= set(SET_BY_PIPELINES)
    assert set(SET_BY_PIPELINES) <= rows().keys() - yours().keys()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_what_a_check_finds_is_explained(check: object) -> None:
    """Every check links to a heading that is there."""
    assert getattr(check, "heading") in headings()


def test_every_check_has_its_own_name() -> None:
    """Every check has a name of its own."""
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_the_table_and_the_check_agree_on_files() -> None:
    """What the guide calls a File the check wants as one."""
    assert {name for name, row in yours().items() if row[3] == "File"} == set(variables.FILES)


def test_the_table_and_the_check_agree_on_secrets() -> None:
    """What the check holds for a secret by its name, the guide says to mask, or cannot."""
    for name, (_, masked, *_rest) in yours().items():
        secret = secrets.holds_secret({"key": name, "value": ""})
        assert masked in ("yes", "cannot") or not secret, name


def test_the_table_and_the_check_agree_on_environments() -> None:
    """A variable that the check wants in one environment has it in the table, and is protected."""
    for name, place in environments.PLACES.items():
        assert yours()[name][0] == f"`{place}`" and yours()[name][2] == "yes", name
    for name in environments.MAINS:
        assert yours()[name][2] == "yes", name


def test_the_pipelines_files_name_the_environments_of_the_check() -> None:
    """A job has the environment that gives it its variables, and no other."""
    named = {
        name
        for file in pipeline_files.files()
        for document in pipeline_files.read(file)
        for job in document.values()
        if isinstance(job, dict) and (name := _environment(job))
    }
    known = {environments.DEPLOY, environments.PROPOSE, environments.REGISTER}
    known |= {environments.COLLECT, environments.REVIEW_MODEL}
    assert {name for name in named if not matches(environments.REVIEW, name)} <= known


def _environment(job: dict[str, object]) -> str | None:
    found = job.get("environment")
    return str(found["name"]) if isinstance(found, dict) else None


def test_the_words_of_a_switch_are_in_its_line() -> None:
    """The guide names at least the word that switches it on."""
    for name, words in variables.WORDS.items():
        assert f"`{words[0]}`" in yours()[name][-1]


def test_the_defaults_are_those_of_the_pipeline() -> None:
    """The guide, the check and ci/common.yml name the same tag, image and target."""
    common = YAML(typ="rt").load(environment.ROOT / "ci" / "common.yml")["variables"]
    assert common["TRAIN_RUNNER"] == runners.TAG
    for name in ("TRAIN_RUNNER", "PYTHON_IMAGE", "CML_IMAGE", "DEPLOY_TARGET"):
        assert f"default `{common[name]}`" in yours()[name][-1]
    assert common["TRAIN_IMAGE"] == "$PYTHON_IMAGE"
    assert "default: that of `PYTHON_IMAGE`" in yours()["TRAIN_IMAGE"][-1]


def test_the_guide_names_the_image_of_cml() -> None:
    """Who mirrors images must know which."""
    text = (environment.ROOT / "ci" / "common.yml").read_text(encoding="utf-8")
    image = re.search(r"CML_IMAGE: (\S+)", text)
    assert image is not None and f"`{image[1]}`" in section("Runners")
