"""The reports kept in docs/examples: each is whole, and says what their page says of it."""

import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PAGE = (EXAMPLES / "README.md").read_text(encoding="utf-8")
VERDICTS = {"improves": "promote", "harms": "block", "nothing": "keep"}
NAMES = (*VERDICTS, "stale")
IMAGE = re.compile(r"!\[[^\]]+\]\(([\w-]+\.png)\)")
# A fork that has removed a task has none of its reports. Those of digits have no folder.
TASKS = [
    task
    for task in ("", "adult", "bikes")
    if any((EXAMPLES / task / name).is_dir() for name in NAMES)
]
by_report = pytest.mark.parametrize(
    ("task", "name"), [(task, name) for task in TASKS for name in NAMES]
)


def kept(task: str, name: str) -> str:
    """Return the text of a report."""
    return (EXAMPLES / task / name / "report.md").read_text(encoding="utf-8")


@by_report
def test_the_page_leads_to_each_report(task: str, name: str) -> None:
    """Each has the verdict of its line; training in the pipeline may lead to any."""
    assert f"({Path(task, name, 'report.md')})" in PAGE
    if name in VERDICTS:
        assert f"**Verdict: {VERDICTS[name]}**" in kept(task, name)
    else:
        assert "`dvc.lock` did not match its inputs" in kept(task, name)


@by_report
def test_a_report_has_its_pictures_and_no_others(task: str, name: str) -> None:
    """Each picture in the folder is shown, and each that is shown is there."""
    there = {file.name for file in (EXAMPLES / task / name).glob("*.png")}
    assert set(IMAGE.findall(kept(task, name))) == there and there


@by_report
def test_a_report_has_no_empty_section_and_no_figure_that_is_none(task: str, name: str) -> None:
    """A heading is followed by text, and what is not known is said in words."""
    text = kept(task, name)
    assert not re.search(r"^##+ [^\n]+\n+##? ", text, re.MULTILINE)
    assert not re.search(r"\b(nan|inf|None|undefined)\b", text)
