"""What happens in the demo, step by step; the loop does the work, the story only looks on."""

import time

from demo.errors import LoopBroken
from demo.pools import pools
from demo.shifts import Shift
from demo.stage import Stage, relative
from demo.traffic import Pool
from demo.watch import Observation

TASK = "digits"
# Seconds of traffic before anything changes, and of proof where nothing must happen.
CALM = 30.0
PROOF = 90.0
# How far below its old accuracy the model may stay after the retrain.
LOSS = 0.03


def first_model(stage: Stage) -> None:
    """Train, push, and see the pipeline of the default branch deploy."""
    stage.phase = "training the first model"
    checkout = stage.workspace.checkout
    remote = str(stage.workspace.dvc_remote)
    stage.run("train", ["dvc", "remote", "modify", "--quiet", "--local", "store", "url", remote])
    stage.note("training the first champion (dvc repro)")
    stage.run("train", ["dvc", "repro"])
    stage.run("train", ["dvc", "push", "--quiet"])
    stage.run("train", ["git", "add", "--all"])
    stage.run("train", ["git", "commit", "--quiet", "--allow-empty", "-m", "Train the first model"])
    stage.event("trained", f"the first bundle stands in {relative(checkout / 'artifacts' / TASK)}")
    stage.push()
    stage.wait(
        "the first model serving",
        lambda seen: _finished(stage, seen, "push") and seen.version is not None,
        seconds=120,
        phase="deploying the first model",
    )
    stage.event("deployed", f"version {stage.versions[-1]} serves; its pipeline verified it")


def _finished(stage: Stage, seen: Observation, source: str) -> bool:
    """True when the newest pipeline of a source has succeeded; raise LoopBroken when it failed.

    A skipped one belongs to a commit or tag that asked for none.
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
    """True when a job of the triggered pipeline ended as expected; LoopBroken when otherwise."""
    triggered = seen.triggered()
    status = triggered[-1].job(name) if triggered else None
    if status in {"success", "failed", "skipped"} - {expected}:
        job = next(job for job in triggered[-1].jobs if job.name == name)
        tail = "\n".join(stage.watch.trace(job).splitlines()[-15:])
        raise LoopBroken(f"job {name}: {status}, expected {expected}:\n{tail}")
    return status == expected


def drift_until_trained(stage: Stage, shift: Shift, pool: Pool) -> None:
    """Change the traffic and look on while the loop notices and retrains."""
    stage.traffic.switch(pool)
    stage.event("drift_started", shift.story)
    seen = stage.wait(
        "an alert",
        lambda seen: bool(seen.firing),
        seconds=150,
        phase="drifting, nobody told anyone",
    )
    stage.event("alert_firing", ", ".join(seen.firing))
    seen = stage.wait(
        "a pipeline", lambda seen: bool(seen.triggered()), seconds=60, phase="the relay decides"
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
    stage.event("challenger_trained", "on the labels that clients sent back")


def promote(stage: Stage, unseen: Pool) -> None:
    """Look on while the gate promotes, the merge request merges and the new model recovers."""
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
        phase="the merge request is checked and merges",
    )
    stage.event("merged", "the retrain's merge request is on main")
    stage.wait(
        "the new version",
        lambda seen: seen.version not in (None, old),
        seconds=120,
        phase="the pipeline of main deploys",
    )
    stage.traffic.switch(unseen)
    stage.event("redeployed", f"version {stage.versions[-1]} serves")


def gate_verdict(stage: Stage) -> str:
    """Return the gate's first line from the log of its job."""
    seen = stage.watch.look()
    job = next(job for job in seen.triggered()[-1].jobs if job.name == "gate")
    lines = stage.watch.trace(job).splitlines()
    verdicts = [line for line in lines if line.lower().startswith(("promote", "keep", "block"))]
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
        phase="the new model proves itself",
    )
    stage.event("recovered", "accuracy is back and no alert fires")


def nothing_must_happen(seen: Observation) -> str | None:
    """Return what happened though nothing should have."""
    if seen.firing:
        return f"alerts fire without drift: {', '.join(seen.firing)}"
    if seen.triggered():
        return "a retraining pipeline runs without drift"
    return None


def tell(stage: Stage, name: str, shift: Shift) -> None:
    """Run the story of one shift from the first model to its end."""
    first_model(stage)
    traffic = pools(stage.workspace.checkout / "artifacts" / TASK / "prepared", shift)
    calm_from = time.monotonic()
    stage.traffic.start(traffic["calm"])
    stage.note("real digits arrive, labels follow 3 s later")
    stage.pause(CALM, phase="serving real digits", broken=nothing_must_happen)
    accuracy = stage.traffic.accuracy
    before = accuracy(since=calm_from, until=time.monotonic())
    drifted = after = None
    if name == "none":
        stage.pause(PROOF, phase="no shift: nothing must happen", broken=nothing_must_happen)
        stage.note("no drift: no alert fired, no pipeline ran, as it should be")
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
    """See the gate block and the champion serve on."""
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

    stage.pause(15, phase="the champion serves on", broken=changed)
    stage.note(f"the champion {champion} serves on; a person has to look at the labels")
