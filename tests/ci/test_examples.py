"""Four merge requests through the real pipeline: what their reports say, kept in docs/examples."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from demo.examples import EXAMPLES, Outcome, run, verdict
from demo.workspace import ROOT

pytestmark = [pytest.mark.loop, pytest.mark.timeout(900)]

NAMES = [example.name for example in EXAMPLES]
KEPT = ROOT / "docs" / "examples"


class Played:
    """The outcomes by name, and where their reports are."""

    def __init__(self, outcomes: list[Outcome], reports: Path) -> None:
        self.outcomes = {outcome.name: outcome for outcome in outcomes[:-1]}
        self.again = outcomes[-1]
        self.reports = reports


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """All examples, played once."""
    folder = tmp_path_factory.mktemp("examples")
    yield Played(run(folder / "out", folder / "reports", Console()), folder / "reports")


def _headings(report: str) -> list[str]:
    return re.findall(r"^## .*$", report, re.MULTILINE)


def _images(report: str) -> set[str]:
    return set(re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", report))


@pytest.mark.parametrize(
    ("name", "expected"), [("improves", "promote"), ("harms", "block"), ("nothing", "keep")]
)
def test_the_verdict_fits_what_the_change_does_to_the_model(
    played: Played, name: str, expected: str
) -> None:
    """Better is promoted, worse is blocked, and what changes nothing keeps main's model."""
    assert verdict(played.outcomes[name].report) == expected


def test_a_change_without_effect_is_called_no_significant_difference(played: Played) -> None:
    """In these words."""
    assert "no significant difference" in played.outcomes["nothing"].report


def test_a_lock_that_fits_trains_nothing_and_stays(played: Played) -> None:
    """Who trained before pushing waits for no training, and gets no commit."""
    for name in ("improves", "harms", "nothing"):
        assert not played.outcomes[name].lock_pushed


def test_a_stale_lock_is_trained_and_pushed_and_the_report_says_so(played: Played) -> None:
    """The branch gets the lock, and the reviewer learns where the model came from."""
    stale = played.outcomes["stale"]
    assert stale.lock_pushed
    assert "dvc.lock" in stale.report.split("## ")[0]


def test_a_second_run_with_unchanged_inputs_trains_nothing_and_updates_the_report(
    played: Played,
) -> None:
    """One report remains, and the branch stays as it is."""
    assert not played.again.lock_pushed
    assert played.again.notes == 1


@pytest.mark.parametrize("name", NAMES)
def test_each_merge_request_has_exactly_one_report(played: Played, name: str) -> None:
    """And its pipeline succeeded."""
    assert played.outcomes[name].notes == 1
    assert played.outcomes[name].pipeline == "success"


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_of_a_report_was_uploaded(played: Played, name: str) -> None:
    """What the text shows is a PNG file beside it."""
    report = (played.reports / name / "report.md").read_text()
    assert _images(report)
    for image in _images(report):
        assert (played.reports / name / image).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", NAMES)
def test_the_reports_in_the_documentation_are_what_the_pipeline_writes_today(
    played: Played, name: str
) -> None:
    """Same sections, same pictures, same verdict; else run `make examples`."""
    today = (played.reports / name / "report.md").read_text()
    kept = (KEPT / name / "report.md").read_text()
    assert _headings(kept) == _headings(today)
    assert _images(kept) == _images(today)
    if name != "stale":  # whose training may go either way
        assert verdict(kept) == verdict(today)
    for image in _images(kept):
        assert (KEPT / name / image).is_file()
