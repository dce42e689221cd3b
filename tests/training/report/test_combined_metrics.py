"""The figures of several tasks make one file that OpenMetrics' own parser reads."""

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.training.report.made import Artifacts
from training.report.combined_metrics import main
from training.report.openmetrics import write

TASKS = ("cats", "news")


def families(text: str) -> dict[str, list[str]]:
    """Return what a strict parser reads: metric to the tasks of its samples, in order."""
    read = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    return {one.name: [sample.labels["task"] for sample in one.samples] for one in read}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Return a folder of reports with the figures of two tasks."""
    inputs = Artifacts(tmp_path / "made").inputs()
    for task in TASKS:
        out = tmp_path / "report" / task
        out.mkdir(parents=True)
        write(replace(inputs, task=task), out)
    return tmp_path / "report"


def test_samples_of_two_tasks_stand_together(report: Path) -> None:
    """Each metric is described once, with every task's samples below."""
    alone = families((report / "cats" / "metrics.txt").read_text())
    main([str(report)])
    both = families((report / "metrics.txt").read_text())
    assert list(both) == list(alone)
    for name, tasks in both.items():
        assert tasks == sorted(tasks) and set(tasks) == set(TASKS), name
        assert len(tasks) == 2 * len(alone[name])


def test_two_kinds_may_word_one_metric_differently(report: Path) -> None:
    """OpenMetrics allows one description of a metric; it is the first task's."""
    file = report / "news" / "metrics.txt"
    text = file.read_text().replace("Share of test rows predicted", "Share of amounts answered")
    file.write_text(text)
    main([str(report)])
    both = (report / "metrics.txt").read_text()
    assert families(both)["model_accuracy"] and both.count("# HELP model_accuracy ") == 1
    assert "Share of test rows predicted" in both and "Share of amounts" not in both


def test_one_task_keeps_its_figures_as_they_are(report: Path) -> None:
    """Byte for byte."""
    one = (report / "cats" / "metrics.txt").read_bytes()
    (report / "news" / "metrics.txt").unlink()
    main([str(report)])
    assert (report / "metrics.txt").read_bytes() == one


def test_without_a_task_there_are_no_figures(tmp_path: Path) -> None:
    """The file is there, since the job names it, and is valid."""
    main([str(tmp_path)])
    assert not families((tmp_path / "metrics.txt").read_text())
