"""The forge's state, in memory."""

import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from demo.forge.records.job import Job
from demo.forge.records.merge_request import MergeRequest
from demo.forge.records.model_registry import ModelRegistry
from demo.forge.records.pipeline import Pipeline
from demo.forge.records.schedule import Schedule
from demo.forge.records.upload import Upload

Clock = Callable[[], datetime]
# GitLab.com's ids of jobs and pipelines need 64 bits, so these do too.
FIRST_ID = 10_000_000_001


def wall_clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


class State:
    """Every record, behind one lock that readers and writers take."""

    def __init__(self, clock: Clock = wall_clock) -> None:
        self.clock = clock
        self.created_at = clock()
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.pipelines: dict[int, Pipeline] = {}
        self.jobs: dict[int, tuple[Pipeline, Job]] = {}
        self.merge_requests: dict[int, MergeRequest] = {}
        self.uploads: dict[str, Upload] = {}
        self.schedules: dict[int, Schedule] = {}
        self.models = ModelRegistry()
        self._ids = itertools.count(FIRST_ID)

    def next_id(self) -> int:
        """Return a unique number."""
        with self.lock:
            return next(self._ids)

    def add_pipeline(self, pipeline: Pipeline) -> None:
        """Add a pipeline and its jobs."""
        with self.lock:
            self.pipelines[pipeline.id] = pipeline
            for job in pipeline.jobs:
                self.jobs[job.id] = (pipeline, job)
            self.changed.notify_all()

    def job_of(self, token: str) -> tuple[Pipeline, Job] | None:
        """Find the running job that a token belongs to; the token expires with the job."""
        with self.lock:
            for pipeline, job in self.jobs.values():
                if job.token == token and job.status == "running":
                    return pipeline, job
        return None
