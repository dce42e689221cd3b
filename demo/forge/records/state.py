"""What the forge remembers while it runs: pipelines, jobs, merge requests, notes, uploads."""

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from demo.forge.configuration import Token
from demo.forge.records.model_registry import ModelRegistry
from demo.forge.records.status import ACTIVE, composite

Clock = Callable[[], datetime]
ZEROS = "0" * 40


@dataclass(frozen=True)
class Need:
    """A job that another one waits for, and whether it wants its artifacts."""

    job: str
    artifacts: bool = True


@dataclass(frozen=True)
class JobSpec:
    """A job as the pipeline's file describes it, after rules, includes and inputs.

    allow_failure: True, False, or the exit codes that are allowed.
    needs: None where the job follows the stages.  body: the job's own YAML, for the runner.
    interruptible: a newer commit may end it.  coverage: finds the percentage in the log.
    """

    name: str
    stage: str
    stage_index: int
    when: str
    allow_failure: bool | tuple[int, ...]
    needs: tuple[Need, ...] | None
    dependencies: tuple[str, ...] | None
    resource_group: str | None
    timeout: float | None
    interruptible: bool
    coverage: str | None
    body: Mapping[str, Any]

    @property
    def environment(self) -> str | None:
        """Return the name of the environment that the job belongs to."""
        told = self.body.get("environment")
        return told["name"] if isinstance(told, dict) else told


@dataclass
class Job:
    """One run of a job."""

    id: int
    spec: JobSpec
    created_at: datetime
    token: str
    status: str = "created"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    failure_reason: str | None = None
    coverage: float | None = None

    @property
    def allowed_to_fail(self) -> bool:
        """Tell whether this job's failure would not fail the pipeline."""
        allowed = self.spec.allow_failure
        if isinstance(allowed, tuple):
            return self.exit_code in allowed
        return allowed

    @property
    def duration(self) -> float | None:
        """Return the seconds from start to end, so far."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


@dataclass
class Pipeline:
    """One pipeline with its jobs, in the order of their stages.

    variables: what GitLab and the project give, ready for the tool.  globals: those of the file.
    base_sha: what a merge request's changes are counted from.  auto_cancel: which of its jobs a
    newer commit ends.
    """

    id: int
    iid: int
    source: str
    ref: str
    sha: str
    created_at: datetime
    user: Token
    before_sha: str = ZEROS
    tag: bool = False
    name: str | None = None
    merge_request: int | None = None
    base_sha: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    globals: Mapping[str, str] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    skipped: bool = False
    yaml_errors: str | None = None
    auto_cancel: str = "conservative"

    @property
    def line(self) -> tuple[int | None, str, bool]:
        """Return what makes pipelines follow one another: a merge request, a branch, a tag."""
        return self.merge_request, self.ref, self.tag

    @property
    def coverage(self) -> float | None:
        """Return the mean of its jobs' coverage, in percent."""
        found = [job.coverage for job in self.jobs if job.coverage is not None]
        return sum(found) / len(found) if found else None

    @property
    def status(self) -> str:
        """Return GitLab's word for how the pipeline stands."""
        if self.yaml_errors is not None:
            return "failed"
        if self.skipped:
            return "skipped"
        return composite([(job.status, job.allowed_to_fail) for job in self.jobs]) or "created"

    @property
    def active(self) -> bool:
        """Tell whether something may still run without a person."""
        return self.status in ACTIVE

    @property
    def started_at(self) -> datetime | None:
        """Return when the first job started."""
        return min((job.started_at for job in self.jobs if job.started_at), default=None)

    @property
    def finished_at(self) -> datetime | None:
        """Return when the last job ended, or None while the pipeline is active."""
        if self.active or self.status == "manual":
            return None
        ends = [job.finished_at for job in self.jobs if job.finished_at]
        return max(ends, default=self.created_at)


@dataclass
class Note:
    """A comment on a merge request."""

    id: int
    body: str
    author: Token
    created_at: datetime
    updated_at: datetime
    system: bool = False


@dataclass
class MergeRequest:
    """A wish to merge one branch into another."""

    id: int
    iid: int
    title: str
    description: str
    source_branch: str
    target_branch: str
    author: Token
    sha: str
    created_at: datetime
    updated_at: datetime
    labels: list[str] = field(default_factory=list)
    remove_source_branch: bool = False
    state: str = "opened"
    auto_merge: Token | None = None
    merged_by: Token | None = None
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    merge_commit_sha: str | None = None
    merged_onto: str | None = None
    pipelines_in_creation: int = 0
    notes: list[Note] = field(default_factory=list)

    @property
    def draft(self) -> bool:
        """Tell whether the title says that it is a draft."""
        return self.title.lower().startswith(("draft:", "[draft]", "(draft)"))


@dataclass(frozen=True)
class Schedule:
    """A pipeline that runs again and again; `ref` in full."""

    id: int
    description: str
    ref: str
    cron: str
    cron_timezone: str
    active: bool
    owner: Token
    created_at: datetime
    inputs: tuple[Mapping[str, Any], ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """A file that was uploaded to the project."""

    id: int
    secret: str
    name: str
    content: bytes


def wall_clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


class State:
    """Everything in memory, behind one lock that every reader and writer takes."""

    def __init__(self, clock: Clock = wall_clock) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.pipelines: dict[int, Pipeline] = {}
        self.jobs: dict[int, tuple[Pipeline, Job]] = {}
        self.merge_requests: dict[int, MergeRequest] = {}
        self.uploads: dict[str, Upload] = {}
        self.schedules: dict[int, Schedule] = {}
        self.models = ModelRegistry()
        self._ids = itertools.count(1)

    def next_id(self) -> int:
        """Return a number that nothing else has."""
        with self.lock:
            return next(self._ids)

    def add_pipeline(self, pipeline: Pipeline) -> None:
        """Remember a pipeline and its jobs."""
        with self.lock:
            self.pipelines[pipeline.id] = pipeline
            for job in pipeline.jobs:
                self.jobs[job.id] = (pipeline, job)
            self.changed.notify_all()

    def job_token(self, value: str) -> Job | None:
        """Find the running job that a token belongs to; it ends with the job."""
        with self.lock:
            for _, job in self.jobs.values():
                if job.token == value and job.status == "running":
                    return job
        return None
