"""metrics.txt: what OpenMetrics' own parser reads, and what GitLab splits at spaces."""

import re
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.training.report.made import Artifacts
from training.report.openmetrics import write


@pytest.fixture
def made(tmp_path: Path) -> Artifacts:
    """Return artifacts with base and fresh rows."""
    return Artifacts(tmp_path)


def samples(artifacts: Artifacts, *, main: bool = True) -> dict[str, dict[str, float]]:
    """Return what a strict parser reads: metric to its labels, without the task, to the value."""
    text = write(artifacts.inputs(main=main), artifacts.out).read_text()
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
        assert family.type == "gauge" and family.documentation.endswith(".")
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("task") == "digits"
            found.setdefault(sample.name, {})[",".join(labels.values())] = sample.value
    return found


def test_scores_are_labelled_by_rows(made: Artifacts) -> None:
    """Base and fresh rows apart, as in the report."""
    found = samples(made)
    assert found["model_accuracy"]["fresh"] == 1.0 > found["model_accuracy"]["base"]
    for name in ("macro_f1", "log_loss", "calibration_error"):
        assert set(found[f"model_{name}"]) == {"base", "fresh"}


def test_costs_have_their_units(made: Artifacts) -> None:
    """Bytes and seconds stand in the names; what was not recorded is left out."""
    found = samples(made)
    assert found["model_training_seconds"] == {"": 12.34}
    files = (made.folder / "bundle").iterdir()
    assert found["model_bundle_bytes"] == {"": sum(file.stat().st_size for file in files)}
    assert set(found["model_latency_seconds"]) == {"1,50", "1,99", "64,50", "64,99"}
    assert "model_training_energy_joules" not in found


def test_mains_figures_are_not_in_it(made: Artifacts) -> None:
    """GitLab has those of main's own pipeline to compare with; the first model looks alike."""
    first = samples(made, main=False)
    assert {name: set(values) for name, values in samples(made).items()} == {
        name: set(values) for name, values in first.items()
    }


def test_a_line_has_one_space(made: Artifacts) -> None:
    """GitLab takes what follows the first space outside braces for the value."""
    lines = write(made.inputs(), made.out).read_text().splitlines()
    given = [line for line in lines if not line.startswith("#")]
    assert given and all(re.fullmatch(r"[a-z0-9_]+\{\S+\} \S+", line) for line in given)
    assert lines[-1] == "# EOF"
