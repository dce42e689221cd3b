"""Section 9: origin, pipeline and parameters, beside main's."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.toy.numbers import FILE
from tests.training.contests import INCIDENT
from tests.training.report.made import Artifacts
from training.report.sections.lineage import section


@pytest.fixture
def made(tmp_path: Path) -> Artifacts:
    """Return artifacts whose main was trained with the same parameters."""
    artifacts = Artifacts(tmp_path)
    (artifacts.champion / "params.yaml").write_text(FILE.read_text())
    return artifacts


def text(artifacts: Artifacts, *, main: bool = True, **environment: str) -> str:
    """Return the section."""
    return "\n\n".join(section(artifacts.inputs(main=main, environment=environment), artifacts.out))


def test_both_models_origins_stand_side_by_side(made: Artifacts) -> None:
    """Version, digest, commit, data, framework and date; hashes are short."""
    found, new = text(made), made.new.bundle
    old = made.inputs().champion
    assert old is not None and "| version | 1.0.0 | 1.1.0 |" in found
    assert f"| bundle | `{old.bundle.digest[:12]}` | `{new.digest[:12]}` |" in found
    assert "| trained at commit | 0123abc | 0123abc |" in found
    assert "| data version | `000000000000` | `000000000000` |" in found
    assert "| framework | numpy 2" in found
    assert "| created | 2026-01-01 00:00 UTC | 2026-01-01 00:00 UTC |" in found


def test_the_pipeline_is_linked(made: Artifacts) -> None:
    """Its number, its commit, the incident that it answers, and what became of dvc.lock."""
    found = text(
        made,
        CI_PIPELINE_URL="https://git.example.org/a/b/-/pipelines/17",
        CI_COMMIT_SHA="0123456789abcdef",
        STALE_TASKS="digits",
        DVC_LOCK_COMMIT="fedcba9876543210",
    )
    assert "| pipeline | [17](https://git.example.org/a/b/-/pipelines/17) |" in found
    assert "| commit | 0123456789ab |" in found and f"| incident | `{INCIDENT}` |" in found
    assert "did not match its inputs: the model was trained in this pipeline" in found
    assert "and the new lock was pushed as fedcba987654" in found


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"STALE_TASKS": "news"}, "matched its inputs"),
        ({"STALE_TASKS": "news digits"}, "did not match its inputs"),
        ({}, "not reported by this pipeline"),
    ],
)
def test_the_state_of_the_lock_is_told(
    made: Artifacts, environment: dict[str, str], words: str
) -> None:
    """A plan names the tasks to train; also where no job said it."""
    assert words in "\n".join(section(made.inputs(environment=environment), made.out))


def test_the_same_parameters_are_said_to_be_the_same(made: Artifacts) -> None:
    """10 and 10.0 are one number."""
    assert "All parameters are the same as main's." in text(made)


def test_changed_new_and_dropped_parameters_are_listed(made: Artifacts) -> None:
    """With main's value and this one; what one side does not know is not set there."""
    yaml, file = YAML(), made.champion / "params.yaml"
    document = yaml.load(file.read_text())
    document["collect"]["least_rows"] = 7
    del document["train"]["watts_per_core"]
    document["train"]["parameters"]["momentum"] = 0.9
    yaml.dump(document, file)
    found = text(made)
    assert "Parameters that differ from main's (3 of " in found
    assert "| `collect.least_rows` | `7` | `100` |" in found
    assert "| `train.watts_per_core` | not set | `10.0` |" in found
    assert "| `train.parameters.momentum` | `0.9` | not set |" in found


def test_parameters_that_main_did_not_record_are_not_invented(made: Artifacts) -> None:
    """Without its params.yaml nothing is said to have changed."""
    (made.champion / "params.yaml").unlink()
    assert "Main's parameters are not recorded." in text(made)


def test_a_first_model_has_one_origin(made: Artifacts) -> None:
    """There is no main beside it."""
    found = text(made, main=False)
    assert "| version | 1.1.0 |" in found and "main" not in found.lower()
