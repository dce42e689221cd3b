"""The steps of the demo: shift the traffic, then check how the loop reacts."""

import time

from demo.errors import LoopBroken
from demo.pools import pools
from demo.shifts import Shift
from demo.stage import Stage, relative
from demo.task import STAGES, TASK
from demo.traffic import Pool
from demo.watch import Observation
from perennial.verdicts import Verdict
from training.tasks import TASKS

# Seconds of traffic before the shift, and seconds to wait without an alert if none may fire.
CALM = 30.0
PROOF = 90.0
# How much lower accuracy after the retrain may be than before the shift.
LOSS = 0.03


def first_model(stage: Stage) -> None:
    """Train, push, and wait until the pipeline of the default branch has deployed."""
    stage.phase = "training the first model"
    checkout = stage.workspace.checkout
    remote = str(stage.workspace.dvc_remote)
    stage.run("train", ["dvc", "remote", "modify", "--quiet", "--local", "store", "url", remote])
    stage.note("training the first model (dvc repro)")
    stage.run("train", ["dvc", "repro", STAGES])
    stage.run("train", ["dvc", "push", "--quiet", STAGES])
    stage.run("train", ["git", "add", "--all"])
    stage.run("train", ["git", "commit", "--quiet", "--allow-empty", "-m", "Train the first model"])
    stage.event("trained", f"the first bundle is in {relative(checkout / 'artifacts' / TASK)}")
    stage.push()
    stage.wait(
        "the first model in service",
        lambda seen: _finished(stage, seen, "push") and seen.version is not None,
        seconds=120,
        phase="deploying the first model",
    )
    stage.event(
        "deployed", f"version {stage.versions[-1]} is in service and verified by its pipeline"
    )


def _finished(stage: Stage, seen: Observation, source: str) -> bool:
    """Return whether a source's newest pipeline succeeded. Raises LoopBroken if it failed.

    Skipped pipelines belong to commits or tags that asked for none.
    """
    pipelines = [pipeline for pipeline in seen.pipelines if pipeline.status != "skipped"]
    chosen = [pipeline for pipeline in pipelines if pipeline.source == source]
    if not chosen:
        return False
    if chosen[-1].status == "failed":
        failed = next(job for job in chosen[-1].jobs if job.status == "failed")
        tail = "\n".join(stage.watch.trace(failed).splitlines()[-15:])
        raise LoopBroken(f"pipeline {chosen[-1].id}: job {failed.name} failed:\n{tail}")
    return chosen[-1].status == "success"


def _job(stage: Stage, seen: Observation, name: str, *, expected: str) -> bool:
    """Return whether a job of the triggered pipeline ended as expected. Raises LoopBroken."""
    triggered = seen.triggered()
    status = triggered[-1].job(name) if triggered else None
    if status in {"success", "failed", "skipped"} - {expected}:
        job = next(job for job in triggered[-1].jobs if job.name == name)
        tail = "\n".join(stage.watch.trace(job).splitlines()[-15:])
        raise LoopBroken(f"job {name}: {status}, expected {expected}:\n{tail}")
    return status == expected


def drift_until_trained(stage: Stage, shift: Shift, pool: Pool) -> None:
    """Shift the traffic and wait until the loop detects it and retrains."""
    stage.traffic.switch(pool)
    stage.event("drift_started", shift.story)
    seen = stage.wait(
        "an alert",
        lambda seen: bool(seen.firing),
        seconds=150,
        phase="traffic has shifted, no alert yet",
    )
    stage.event("alert_firing", ", ".join(seen.firing))
    seen = stage.wait(
        "a pipeline",
        lambda seen: bool(seen.triggered()),
        seconds=60,
        phase="the relay handles the alert",
    )
    stage.event("pipeline_triggered", f"the relay started pipeline {seen.triggered()[-1].id}")
    stage.wait(
        "the challenger",
        lambda seen: all(
            _job(stage, seen, job, expected="success") for job in ("collect", "challenger")
        ),
        seconds=240,
        phase="collecting labels, training a challenger",
    )
    stage.event("challenger_trained", "on the labels that clients sent")


def promote(stage: Stage, unseen: Pool) -> None:
    """Wait until the gate promotes, the merge request is merged and the new version deployed."""
    old = stage.versions[-1]
    stage.wait(
        "the gate",
        lambda seen: _job(stage, seen, "gate", expected="success"),
        seconds=90,
        phase="the gate compares champion and challenger",
    )
    stage.event("gate_promoted", gate_verdict(stage))
    stage.wait(
        "the merge",
        lambda seen: _job(stage, seen, "propose", expected="success")
        and any(request.state == "merged" for request in seen.merge_requests),
        seconds=180,
        phase="the merge request is checked and merged",
    )
    stage.event("merged", "the retrain's merge request was merged into main")
    stage.wait(
        "the new version",
        lambda seen: seen.version not in (None, old),
        seconds=120,
        phase="the pipeline of main deploys the new version",
    )
    stage.traffic.switch(unseen)
    stage.event("redeployed", f"version {stage.versions[-1]} serves")


def gate_verdict(stage: Stage) -> str:
    """Return the gate's first line from the log of its job."""
    seen = stage.watch.look()
    job = next(job for job in seen.triggered()[-1].jobs if job.name == "gate")
    lines = stage.watch.trace(job).splitlines()
    verdicts = [line for line in lines if line.lower().startswith(tuple(Verdict))]
    return verdicts[0] if verdicts else "no verdict in the log of job gate"


def recover(stage: Stage, floor: float) -> None:
    """Wait until Prometheus records this accuracy for the new version and no alert fires."""
    stage.wait(
        "recovery",
        lambda seen: not seen.firing
        and (seen.labels or 0) >= 400
        and (seen.accuracy or 0) >= floor
        and seen.webhooks >= 2,
        seconds=150,
        phase="accuracy of the new version is measured",
    )
    stage.event("recovered", "accuracy has recovered and no alert fires")


def nothing_must_happen(seen: Observation) -> str | None:
    """Return what happened although nothing should happen."""
    if seen.firing:
        return f"alerts fire without drift: {', '.join(seen.firing)}"
    if seen.triggered():
        return "a retraining pipeline started without drift"
    return None


def tell(stage: Stage, name: str, shift: Shift) -> None:
    """Run all steps of one shift, from the first model to the end."""
    first_model(stage)
    prepared = stage.workspace.checkout / "artifacts" / TASK / "prepared"
    traffic = pools(prepared, TASKS[TASK].input, shift)
    calm_from = time.monotonic()
    stage.traffic.start(traffic["calm"])
    stage.note("sending real digits; labels follow 3 s later")
    stage.pause(CALM, phase="serving real digits", broken=nothing_must_happen)
    accuracy = stage.traffic.accuracy
    before = accuracy(since=calm_from, until=time.monotonic())
    drifted = after = None
    if name == "none":
        stage.pause(PROOF, phase="no shift: no alert may fire", broken=nothing_must_happen)
        stage.note("no shift: no alert fired and no pipeline ran, as expected")
        after = accuracy(since=calm_from + CALM, until=time.monotonic())
    else:
        drift_from = time.monotonic()
        drift_until_trained(stage, shift, traffic["drifted"])
        if shift.labels_scrambled:
            keep_champion(stage)
        else:
            promote(stage, traffic["unseen"])
        redeployed = time.monotonic()
        drifted = accuracy(since=drift_from, until=redeployed, version=stage.versions[0])
        if not shift.labels_scrambled:
            recover(stage, (before or 0) - LOSS)
        after = accuracy(since=redeployed, until=time.monotonic(), version=stage.versions[-1])
    stage.timeline.summary["accuracy"] = {
        key: None if value is None else round(value, 4)
        for key, value in (("before", before), ("drifted", drifted), ("after", after))
    }


def keep_champion(stage: Stage) -> None:
    """Wait for the gate to block, and check that the champion keeps serving."""
    stage.wait(
        "the gate",
        lambda seen: _job(stage, seen, "gate", expected="failed"),
        seconds=90,
        phase="the gate compares champion and challenger",
    )
    stage.event("gate_blocked", gate_verdict(stage))
    champion = stage.versions[0]

    def changed(seen: Observation) -> str | None:
        if seen.version != champion or seen.merge_requests:
            return f"version {seen.version} serves, expected {champion} and no merge request"
        return None

    stage.pause(15, phase="the champion keeps serving", broken=changed)
    stage.note(f"the champion {champion} keeps serving; a person has to check the labels")
