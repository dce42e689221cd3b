"""The report links the runs of both models at the experiment trackers."""

from pathlib import Path

import pytest

from tests.training.report.made import Artifacts
from training.report.sections.runs import section
from training.trackers.runs import Runs

PAGE = "https://mlflow.example/#/experiments/1/runs/ab12"


@pytest.fixture
def made(tmp_path: Path) -> Artifacts:
    """Return artifacts."""
    return Artifacts(tmp_path)


def text(artifacts: Artifacts, *, main: bool = True) -> str:
    """Return the section."""
    return "\n\n".join(section(artifacts.inputs(main=main), artifacts.out))


def test_the_runs_of_both_models_stand_side_by_side(made: Artifacts) -> None:
    """A page is a link, an offline run the command that uploads it."""
    Runs("new", {"mlflow": PAGE, "wandb": "wandb sync var/wandb"}).write(made.folder / "model")
    (made.champion / "model").mkdir(exist_ok=True)
    Runs("old", {"mlflow": f"{PAGE}0"}).write(made.champion / "model")
    found = text(made).splitlines()
    assert f"| mlflow | [run]({PAGE}0) | [run]({PAGE}) |" in found
    assert "| wandb | not tracked | `wandb sync var/wandb` |" in found


def test_the_first_model_has_a_column_of_its_own(made: Artifacts) -> None:
    """Without main's."""
    Runs("new", {"mlflow": PAGE}).write(made.folder / "model")
    assert f"| mlflow | [run]({PAGE}) |" in text(made, main=False)


@pytest.mark.parametrize("links", [None, {}, {"dvclive": ""}])
def test_nothing_is_said_where_no_tracker_has_a_page(
    links: dict[str, str] | None, made: Artifacts
) -> None:
    """Nor where the model is from before there were links."""
    if links is not None:
        Runs("new", links).write(made.folder / "model")
    assert text(made) == ""
