"""Merge requests through the real pipeline: what their reports say, kept in docs/examples.

At night, all that `make examples` plays.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from demo.examples import PlayedExample, run, shipped, verdict
from demo.task import TASK
from demo.workspace import PROJECT, ROOT
from tests.ci.pipeline_files import WARNING
from tests.digits import needs_digits
from training.task.files import digest_file, lock_file

pytestmark = [
    needs_digits,
    pytest.mark.nightly,
    pytest.mark.timeout(1800),
]

KEPT = ROOT / "docs" / "examples"
JOBS = ("links", "validate", "train", "report", "comment")
# Half of the filters that are shipped answer as well, in less time.
QUICK = {"filters": 16}
STALE = "stale"
VERDICTS = {"improves": "promote", "harms": "block", "nothing": "keep"}


class Played:
    """The outcomes by name, where their reports are, and what the forge kept of each pipeline."""

    def __init__(self, outcomes: list[PlayedExample], reports: Path, forge: Path) -> None:
        self.outcomes = {outcome.name: outcome for outcome in outcomes[:-1]}
        # Of each pipeline, the last one being that of the second run.
        self.plans = ["stale" if name == STALE else "current" for name in self.outcomes]
        self.plans.append("current")
        self.again = outcomes[-1]
        self.reports = reports
        self.repository = forge / "repositories" / f"{PROJECT}.git"
        self.pipelines = sorted((forge / "pipelines").iterdir(), key=lambda path: int(path.name))

    def kept(self, file: str) -> list[str]:
        """Return what each pipeline that has such a report's file keeps in it."""
        found = [path for one in self.pipelines for path in one.glob(f"artifacts/*/reports/{file}")]
        return [path.read_text() for path in found]

    def traces(self, pipeline: Path) -> list[str]:
        """Return the logs of a pipeline's jobs."""
        return [path.read_text() for path in (pipeline / "traces").iterdir()]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The examples, played once."""
    folder = tmp_path_factory.mktemp("examples")
    out, reports = folder / "out", folder / "reports"
    train = shipped()
    train["parameters"] |= QUICK
    outcomes = run(out, reports, Console(), train=train)
    yield Played(outcomes, reports, out / "state" / "forge")


def _headings(report: str) -> list[str]:
    return re.findall(r"^## .*$", report, re.MULTILINE)


def _images(report: str) -> set[str]:
    return set(re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", report))


def test_the_verdict_fits_what_the_change_does_to_the_model(played: Played) -> None:
    """Better is promoted, worse is blocked, and what changes nothing keeps main's model."""
    judged = {name: one for name, one in played.outcomes.items() if name in VERDICTS}
    assert {name: verdict(one.report) for name, one in judged.items()} == {
        name: VERDICTS[name] for name in judged
    }
    for one in judged.values():
        unchanged = "no significant difference" in one.report
        assert unchanged == (one.name == "nothing")


def test_a_lock_that_fits_trains_nothing_and_stays(played: Played) -> None:
    """Who trained before pushing waits for no training, and gets no commit."""
    assert [name for name, one in played.outcomes.items() if one.lock_pushed] == [STALE]
    assert not played.again.lock_pushed


def test_a_stale_lock_is_trained_and_pushed_and_the_report_says_so(played: Played) -> None:
    """The branch gets the lock, and the reviewer learns where the model came from."""
    assert played.outcomes[STALE].lock_pushed
    assert "dvc.lock" in played.outcomes[STALE].report.split("## ")[0]


def test_a_second_run_with_unchanged_inputs_trains_nothing_and_updates_the_report(
    played: Played,
) -> None:
    """One report remains, and the branch stays as it is."""
    assert not played.again.lock_pushed
    assert played.again.notes == 1


def test_the_plan_of_each_pipeline_says_whether_to_train(played: Played) -> None:
    """One pipeline per push, none for the lock that comes back; the remote has all outputs."""
    assert played.kept("dotenv/plan.env") == [
        f"TASKS={TASK}\nSTALE_TASKS={TASK if plan == 'stale' else ''}\n" for plan in played.plans
    ]


def test_the_commit_of_a_trained_lock_holds_nothing_else(played: Played) -> None:
    """The train job says which commit it pushed."""
    pushed = [text.strip().partition("=")[2] for text in played.kept("dotenv/train.env")]
    (sha,) = filter(None, pushed)
    command = ["git", "show", "--format=", "--name-only", sha]
    shown = subprocess.run(command, cwd=played.repository, check=True, capture_output=True)
    assert shown.stdout.decode().split() == [str(digest_file(TASK)), str(lock_file(TASK))]


def test_nothing_is_installed_where_nothing_is_to_be_trained(played: Played) -> None:
    """The train job ends before it looks for a lock to install."""
    for plan, pipeline in zip(played.plans, played.pipelines, strict=True):
        said = "\n".join(played.traces(pipeline))
        assert ("nothing to train" in said) == (plan == "current")
        assert ("trains with requirements" in said) == (plan == "stale")


def test_no_job_warns_of_what_it_lacks(played: Played) -> None:
    """No log has an error, or a file that an artifact names and that is not there."""
    for pipeline in played.pipelines:
        assert not any(map(WARNING.findall, played.traces(pipeline)))


def test_gitlab_can_show_the_metrics(played: Played) -> None:
    """Each pipeline leaves a metrics report."""
    metrics = played.kept("metrics/report/metrics.txt")
    assert len(metrics) == len(played.plans) and all("accuracy" in text for text in metrics)


def test_each_merge_request_has_exactly_one_report(played: Played) -> None:
    """And its pipeline succeeded."""
    for one in played.outcomes.values():
        assert (one.notes, one.pipeline) == (1, "success"), one.name
        assert one.jobs == dict.fromkeys(JOBS, "success"), one.name


def test_every_picture_of_a_report_was_uploaded(played: Played) -> None:
    """What the text shows is a PNG file beside it."""
    for name in played.outcomes:
        report = (played.reports / name / "report.md").read_text()
        assert _images(report), name
        for image in _images(report):
            assert (played.reports / name / image).read_bytes().startswith(b"\x89PNG")


def test_the_reports_in_the_documentation_are_what_the_pipeline_writes_today(
    played: Played,
) -> None:
    """Same sections, same pictures, same verdict; else run `make examples`."""
    for name in played.outcomes:
        today = (played.reports / name / "report.md").read_text()
        kept = (KEPT / name / "report.md").read_text()
        assert _headings(kept) == _headings(today), name
        assert _images(kept) == _images(today), name
        if name in VERDICTS:  # the training of a stale lock may go either way
            assert verdict(kept) == verdict(today), name
        for image in _images(kept):
            assert (KEPT / name / image).is_file()
