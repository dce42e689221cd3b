"""Opens the two models that the gate compares."""

from pathlib import Path

from perennial import bundle
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected
from training.errors import BundleUnusable, MissingArtifact


def open_model(folder: Path, task: str) -> Predictor:
    """Load a bundle as the service would.

    Raises MissingArtifact, or BundleUnusable if it is broken or belongs to another task.
    """
    if not folder.is_dir():
        raise MissingArtifact(folder)
    try:
        model = Predictor(bundle.load(folder))
    except BundleRejected as error:
        raise BundleUnusable(folder, str(error)) from error
    found = model.bundle.manifest.task
    if found != task:
        raise BundleUnusable(folder, f"task is {found!r}, expected {task!r}")
    return model


def open_models(
    task: str, challenger: Path, champion: Path | None
) -> tuple[Predictor, Predictor | None]:
    """Load both models; without a champion's folder there is no champion yet.

    Raises MissingArtifact, BundleUnusable.
    """
    new = open_model(challenger, task)
    if champion is None or not champion.exists():
        return new, None
    old = open_model(champion, task)
    kinds = [model.bundle.manifest.output.kind for model in (old, new)]
    if kinds[0] != kinds[1]:
        problem = (
            f"its output is of the kind {kinds[0]!r}, expected {kinds[1]!r}, the challenger's; "
            "models of two kinds cannot be compared: give the new one a task of its own with 'make "
            "task-new', or merge this change without gate and report, once"
        )
        raise BundleUnusable(champion, problem)
    return new, old
