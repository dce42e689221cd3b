"""The runner: workers that take jobs once GitLab's rules allow them to start."""

import threading
from collections.abc import Callable

import structlog

from demo.forge.ci.fleet import Fleet
from demo.forge.ci.job_runner import JobResult, JobRunner
from demo.forge.errors import ForgeError
from demo.forge.records.job import Job
from demo.forge.records.pipeline import Pipeline
from demo.forge.records.state import State
from demo.forge.records.status import CANCELABLE, WAITING, composite, status_after

log = structlog.get_logger()

Listener = Callable[[Pipeline], None]


class Runner:
    """A fixed number of workers over the pending jobs of all pipelines, oldest first."""

    def __init__(self, state: State, jobs: JobRunner, fleet: Fleet, *, concurrency: int) -> None:
        self.state = state
        self.jobs = jobs
        self.fleet = fleet
        self.listeners: list[Listener] = []
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"runner-{number}", daemon=True)
            for number in range(concurrency)
        ]

    def start(self) -> None:
        """Start the workers."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Kill running jobs and end the workers."""
        with self.state.lock:
            self._stopping = True
            self.state.changed.notify_all()
        self.jobs.stop()
        for thread in self._threads:
            thread.join(10)

    def advance(self, pipeline: Pipeline) -> None:
        """Make created jobs of a pipeline pending, manual or skipped where that is decided."""
        with self.state.lock:
            while any([self._advance(pipeline, job) for job in pipeline.jobs]):
                pass  # a skipped job may decide on the next one
            self.state.changed.notify_all()

    def cancel(self, pipeline: Pipeline, *, interruptible_only: bool = False) -> None:
        """Cancel a pipeline's jobs that have not ended; kill those that run."""
        with self.state.lock:
            for job in pipeline.jobs:
                if job.status in CANCELABLE and (job.spec.interruptible or not interruptible_only):
                    log.info("job canceled", pipeline=pipeline.id, job=job.spec.name, id=job.id)
                    if job.status == "running":
                        self.jobs.kill(job)
                    job.status = "canceled"
                    job.finished_at = self.state.clock()
            self.advance(pipeline)
            done = not pipeline.active
        if done:
            self._tell(pipeline)

    def _advance(self, pipeline: Pipeline, job: Job) -> bool:
        if job.status != "created":
            return False
        dag = job.spec.needs is not None
        before = composite(
            [(other.status, other.allowed_to_fail) for other in awaited(pipeline, job)], dag=dag
        )
        decision = status_after(job.spec.when, before or "success", dag=dag)
        if decision is None:
            return False
        job.status = decision
        if decision == "pending":
            job.queued_at = self.state.clock()
        return True

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            pipeline, job = taken
            try:
                result = self._run(pipeline, job)
            except (OSError, ForgeError) as error:
                log.error("job broke", job=job.spec.name, pipeline=pipeline.id, error=str(error))
                result = JobResult(1, "runner_system_failure")
            self._finish(pipeline, job, result)

    def _run(self, pipeline: Pipeline, job: Job) -> JobResult:
        log.info("job started", pipeline=pipeline.id, job=job.spec.name, id=job.id)
        return self.jobs.run(pipeline, job)

    def _take(self) -> tuple[Pipeline, Job] | None:
        with self.state.lock:
            while not self._stopping:
                for number in sorted(self.state.pipelines):
                    pipeline = self.state.pipelines[number]
                    for job in pipeline.jobs:
                        if job.status in WAITING and self._may_start(pipeline, job):
                            job.status = "running"
                            job.started_at = self.state.clock()
                            return pipeline, job
                self.state.changed.wait()
        return None

    def _may_start(self, pipeline: Pipeline, job: Job) -> bool:
        """Tell whether a runner takes the job, and remember which."""
        if not self._resource_is_free(job):
            return False
        job.runner = self.fleet.choose(pipeline, job)
        return job.runner is not None

    def _resource_is_free(self, job: Job) -> bool:
        group = job.spec.resource_group
        if group is None:
            return True
        busy = any(
            other.status == "running" and other.spec.resource_group == group
            for _, other in self.state.jobs.values()
        )
        job.status = "waiting_for_resource" if busy else "pending"
        return not busy

    def _finish(self, pipeline: Pipeline, job: Job, result: JobResult) -> None:
        with self.state.lock:
            was_active = pipeline.active
            if job.status != "canceled":
                job.exit_code = result.exit_code
                job.finished_at = self.state.clock()
                job.failure_reason = result.reason
                job.coverage = result.coverage
                job.status = "success" if result.exit_code == 0 else "failed"
            self.advance(pipeline)
            done = was_active and not pipeline.active
        log.info(
            "job finished",
            pipeline=pipeline.id,
            job=job.spec.name,
            id=job.id,
            status=job.status,
            exit_code=job.exit_code,
            seconds=job.duration,
        )
        if done and not self._stopping:
            self._tell(pipeline)

    def _tell(self, pipeline: Pipeline) -> None:
        log.info("pipeline finished", pipeline=pipeline.id, status=pipeline.status)
        for listener in self.listeners:
            listener(pipeline)


def awaited(pipeline: Pipeline, job: Job) -> list[Job]:
    """Return the jobs that a job waits for: its needs, or all earlier stages."""
    if job.spec.needs is not None:
        names = {need.job for need in job.spec.needs}
        return [other for other in pipeline.jobs if other.spec.name in names]
    return [other for other in pipeline.jobs if other.spec.stage_index < job.spec.stage_index]
