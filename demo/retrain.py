"""One turn of the loop, step by step: alert, pipeline, challenger, gate, merge, new version."""

from collections.abc import Callable

from demo.errors import LoopBroken
from demo.stage import Stage
from demo.watch import Job, Observation, Pipeline
from perennial.verdicts import Verdict

ENDED = ("success", "failed", "skipped")


class Retrain:
    """A retrain that the relay starts; its steps are waited for in order.

    number: of the retrain in this run, from 1; events of a later one end with it.
    Each step raises TooSlow, or LoopBroken where a job ends as it must not.
    """

    def __init__(self, stage: Stage, number: int = 1) -> None:
        self._stage = stage
        self._number = number
        self._old = stage.versions[-1]
        self._merged = len(stage.versions) - 1

    def event(self, name: str, text: str) -> None:
        """Record an event of this retrain."""
        self._stage.event(name if self._number == 1 else f"{name}_{self._number}", text)

    def alert(self, *, seconds: float = 150, over: Callable[[], bool] = lambda: False) -> bool:
        """Wait for an alert, and return whether one fires; over: whether to wait no longer."""
        seen = self._stage.wait(
            "an alert",
            lambda seen: bool(seen.firing) or over(),
            seconds=seconds,
            phase="no alert yet",
        )
        if seen.firing:
            self.event("alert_firing", ", ".join(seen.firing))
        return bool(seen.firing)

    def pipeline(self, *, seconds: float = 60) -> None:
        """Wait until the relay has started a pipeline."""
        seen = self._stage.wait(
            "a pipeline",
            lambda seen: self._pipeline(seen) is not None,
            seconds=seconds,
            phase="the relay handles the alert",
        )
        pipeline = self._pipeline(seen)
        assert pipeline is not None, "it was waited for"
        self.event("pipeline_triggered", f"the relay started pipeline {pipeline.id}")

    def challenger(self) -> None:
        """Wait until the pipeline has trained a challenger."""
        self._stage.wait(
            "the challenger",
            lambda seen: all(self._succeeded(seen, job) for job in ("collect", "challenger")),
            seconds=240,
            phase="collecting labels, training a challenger",
        )
        self.event("challenger_trained", "on the labels that clients sent")

    def verdict(self) -> Verdict:
        """Wait for the gate, and return its verdict."""
        seen = self._stage.wait(
            "the gate",
            lambda seen: self._status(seen, "gate") in ENDED,
            seconds=180,
            phase="the gate compares champion and challenger",
        )
        lines = self._stage.watch.trace(self._job(seen, "gate")).splitlines()
        said = [line for line in lines if line.lower().startswith(tuple(Verdict))]
        if not said:
            raise LoopBroken("job gate: no verdict in its log:\n" + "\n".join(lines[-15:]))
        found = next(verdict for verdict in Verdict if said[0].lower().startswith(verdict))
        name = {Verdict.PROMOTE: "gate_promoted", Verdict.KEEP: "gate_kept"}.get(
            found, "gate_blocked"
        )
        self.event(name, said[0])
        return found

    def deployed(self) -> None:
        """Wait until the promoted model's merge request is merged and the new version serves."""
        self._stage.wait(
            "the merge",
            lambda seen: self._succeeded(seen, "propose")
            and sum(request.state == "merged" for request in seen.merge_requests) > self._merged,
            seconds=180,
            phase="the merge request is checked and merged",
        )
        self.event("merged", "the retrain's merge request was merged into main")
        self._stage.wait(
            "the new version",
            lambda seen: seen.version not in (None, self._old),
            seconds=120,
            phase="the pipeline of main deploys the new version",
        )

    def _pipeline(self, seen: Observation) -> Pipeline | None:
        triggered = seen.triggered()
        return triggered[self._number - 1] if len(triggered) >= self._number else None

    def _job(self, seen: Observation, name: str) -> Job:
        pipeline = self._pipeline(seen)
        assert pipeline is not None, "pipeline() waits for it"
        return next(job for job in pipeline.jobs if job.name == name)

    def _status(self, seen: Observation, name: str) -> str | None:
        pipeline = self._pipeline(seen)
        return pipeline.job(name) if pipeline else None

    def _succeeded(self, seen: Observation, name: str) -> bool:
        """Return whether a job has succeeded. Raises LoopBroken if it has ended otherwise."""
        status = self._status(seen, name)
        if status in ("failed", "skipped"):
            tail = self._stage.watch.tail(self._job(seen, name))
            raise LoopBroken(f"job {name}: {status}, expected success:\n{tail}")
        return status == "success"
