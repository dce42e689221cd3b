"""A job: what the pipeline's file says of it, and one run of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Need:
    """A job that another one waits for, and whether it wants its artifacts."""

    job: str
    artifacts: bool = True


@dataclass(frozen=True)
class Cache:
    """Files that a job takes over from an earlier one.

    files: those whose content the key depends on.  unprotect: shared by all refs in any case.
    """

    key: str
    files: tuple[str, ...]
    paths: tuple[str, ...]
    policy: str
    unprotect: bool = False


@dataclass(frozen=True)
class JobSpec:
    """A job as the pipeline's file describes it, after rules, includes and inputs.

    allow_failure: True, False, or the exit codes that are allowed.
    needs: None where the job follows the stages.  body: the job's own YAML, for the runner.
    interruptible: a newer commit may end it.  coverage: finds the percentage in the log.
    tags: what a runner must have.  artifacts_seconds: how long artifacts are kept; None for ever.
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
    tags: tuple[str, ...]
    artifacts_seconds: int | None
    caches: tuple[Cache, ...]
    body: Mapping[str, Any]

    @property
    def environment(self) -> str | None:
        """Return the name of the environment that the job belongs to."""
        value = self.body.get("environment")
        return value["name"] if isinstance(value, dict) else value


@dataclass
class Job:
    """One run of a job; queued_at: when it began to wait for a runner.

    runner: the number of the registered runner that took it, from 1; 0 is this machine itself.
    """

    id: int
    spec: JobSpec
    created_at: datetime
    token: str
    status: str = "created"
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    failure_reason: str | None = None
    coverage: float | None = None
    runner: int | None = None

    @property
    def allowed_to_fail(self) -> bool:
        """Tell whether the pipeline goes on when this job fails."""
        allowed = self.spec.allow_failure
        if isinstance(allowed, tuple):
            return self.exit_code in allowed
        return allowed

    @property
    def duration(self) -> float | None:
        """Return the seconds from start to end; None until the job has ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
