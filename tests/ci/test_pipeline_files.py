"""What the pipeline's files say of other files: which have which jobs, and that all are there."""

import re

from demo.workspace import ROOT
from tests.ci import pipeline_files
from training.tasks import TASKS


def test_no_file_of_the_pipeline_names_a_task() -> None:
    """Two branches that each bring a task would both have to change it."""
    text = "".join(file.read_text() for file in pipeline_files.files())
    assert [name for name in TASKS if re.search(rf"\b{name}\b", text)] == []


def _matches(name: str, patterns: list[str]) -> bool:
    return any(re.fullmatch(pipeline_files.expression(pattern), name) for pattern in patterns)


DOCUMENTATION = re.compile(r".*\.(md|png|svg)|LICENSE|(.*/)?\.gitignore|docs/.*")


def test_every_file_but_documentation_has_the_code_checked() -> None:
    """No tracked file that a program reads is missing from the rule's changes, data aside."""
    patterns = pipeline_files.changes(".code")
    missed = [name for name in pipeline_files.tracked() if not _matches(name, patterns)]
    # These have jobs of their own.
    model = re.compile(r"data/.*|training/tasks/\w+/(dvc\.lock|bundle\.sha256|params\.yaml)")
    missed = [name for name in missed if not DOCUMENTATION.fullmatch(name)]
    assert [name for name in missed if not model.fullmatch(name)] == []
    assert not any(_matches(name, patterns) for name in ("README.md", "docs/runbook.md", "LICENSE"))


def test_every_dependency_of_a_stage_exists() -> None:
    """A file that was renamed or removed must not stay in the stages."""
    dependencies = pipeline_files.code_dependencies()
    assert len(dependencies) > 10
    assert [path for path in sorted(dependencies) if not (ROOT / path).exists()] == []


def test_every_input_of_training_has_the_model_checked() -> None:
    """Whatever a stage depends on is in the rule's changes; documentation is not."""
    patterns = pipeline_files.changes(".model")
    inputs = pipeline_files.training_inputs()
    assert len(inputs) > 10
    assert [name for name in inputs if not _matches(name, patterns)] == []
    assert not any(_matches(name, patterns) for name in ("README.md", "docs/a.md", "tests/a.py"))
