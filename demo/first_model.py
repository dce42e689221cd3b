"""Train and deploy the first model, as an engineer would."""

from demo.engineer import change_parameters
from demo.errors import LoopBroken
from demo.stage import Stage, relative
from demo.watch import Observation
from demo.workspace import ROOT
from monitoring.limits import TASKS
from monitoring.limits import relay as of_models
from monitoring.relay.limits import FOLDER as LIMITS
from monitoring.relay.limits import write
from monitoring.thresholds import Thresholds
from training.task.files import stages_file


def set_lookback(stage: Stage, seconds: float) -> None:
    """Let rows be collected from so many seconds before an alert, before the relay starts."""
    checkout, task = stage.workspace.checkout, stage.workspace.task
    change_parameters(checkout, task, {"collect.lookback_seconds": seconds})
    known = of_models(Thresholds(), checkout / TASKS)
    write(known, checkout / LIMITS.relative_to(ROOT))


def first_model(stage: Stage) -> None:
    """Train, push, and wait until the pipeline of the default branch has deployed."""
    stage.phase = "training the first model"
    workspace, task = stage.workspace, stage.workspace.task
    stages = str(stages_file(task))
    remote = str(workspace.dvc_remote)
    stage.run("train", ["dvc", "remote", "modify", "--quiet", "--local", "store", "url", remote])
    pushed = [stages]
    if workspace.rows.exists() and not stage.in_git(workspace.rows):
        stage.run("train", ["dvc", "add", "--quiet", str(workspace.rows)])
        pushed.append(f"{workspace.rows}.dvc")
    stage.note("training the first model (dvc repro)")
    stage.run("train", ["dvc", "repro", stages])
    stage.run("train", ["dvc", "push", "--quiet", *pushed])
    stage.run("train", ["git", "add", "--all"])
    stage.run("train", ["git", "commit", "--quiet", "--allow-empty", "-m", "Train the first model"])
    stage.event("trained", f"the first bundle is in {relative(workspace.bundle)}")
    stage.push()
    stage.wait(
        "the first model in service",
        lambda seen: _deployed(stage, seen),
        seconds=120,
        phase="deploying the first model",
    )
    stage.event(
        "deployed", f"version {stage.versions[-1]} is in service and verified by its pipeline"
    )


def _deployed(stage: Stage, seen: Observation) -> bool:
    """Return whether the newest pipeline of a push succeeded. Raises LoopBroken if it failed.

    Skipped pipelines belong to commits or tags that asked for none.
    """
    pipelines = [pipeline for pipeline in seen.pipelines if pipeline.status != "skipped"]
    pushed = [pipeline for pipeline in pipelines if pipeline.source == "push"]
    if not pushed:
        return False
    if pushed[-1].status == "failed":
        failed = next(job for job in pushed[-1].jobs if job.status == "failed")
        raise LoopBroken(
            f"pipeline {pushed[-1].id}: job {failed.name} failed:\n{stage.watch.tail(failed)}"
        )
    return pushed[-1].status == "success" and seen.version is not None
