"""A pipeline with its jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from demo.forge.configuration import Token
from demo.forge.records.job import Job
from demo.forge.records.status import ACTIVE, composite

ZEROS = "0" * 40


@dataclass
class Pipeline:
    """One pipeline with its jobs, in the order of their stages.

    variables: what GitLab and the project give, ready for the tool.  given: those of who started
    it, which come before the project's.  globals: those of the file.  target: the branch that a
    merge request would change; None for a fork's.  base_sha: what its changes are counted from.
    auto_cancel: which of its jobs a newer commit ends.
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
    target: str | None = None
    base_sha: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    globals: Mapping[str, str] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    skipped: bool = False
    yaml_errors: str | None = None
    auto_cancel: str = "conservative"

    @property
    def full_ref(self) -> str:
        """Return the ref as GitLab's API gives it: a merge request's has the request's number."""
        if self.merge_request is None:
            return self.ref
        return f"refs/merge-requests/{self.merge_request}/head"

    @property
    def line(self) -> tuple[int | None, str, bool]:
        """Return what a newer pipeline must share to replace this one."""
        return self.merge_request, self.ref, self.tag

    @property
    def coverage(self) -> float | None:
        """Return the mean of its jobs' coverage, in percent."""
        found = [job.coverage for job in self.jobs if job.coverage is not None]
        return sum(found) / len(found) if found else None

    @property
    def status(self) -> str:
        """Return the pipeline's status, as GitLab calls it."""
        if self.yaml_errors is not None:
            return "failed"
        if self.skipped:
            return "skipped"
        return composite([(job.status, job.allowed_to_fail) for job in self.jobs]) or "created"

    @property
    def warnings(self) -> bool:
        """Tell whether the pipeline succeeded although a job, which was allowed to, failed."""
        ended = ("failed", "canceled")
        return self.status == "success" and any(job.status in ended for job in self.jobs)

    @property
    def active(self) -> bool:
        """Tell whether a job runs, or will without anyone starting it."""
        return self.status in ACTIVE

    @property
    def started_at(self) -> datetime | None:
        """Return when the first job started."""
        return min((job.started_at for job in self.jobs if job.started_at), default=None)

    @property
    def duration(self) -> int | None:
        """Return the seconds in which at least one job ran; None until the pipeline has ended.

        Source: lib/gitlab/ci/pipeline/duration.rb of GitLab.
        """
        if self.finished_at is None:
            return None
        spans = sorted(
            (job.started_at, job.finished_at)
            for job in self.jobs
            if job.started_at is not None and job.finished_at is not None
        )
        seconds, until = 0.0, None
        for start, end in spans:
            begin = start if until is None else max(start, until)
            seconds += max(0.0, (end - begin).total_seconds())
            until = end if until is None else max(end, until)
        return int(seconds)

    @property
    def finished_at(self) -> datetime | None:
        """Return when the last job ended, or None while the pipeline is active."""
        if self.active or self.status == "manual":
            return None
        ends = [job.finished_at for job in self.jobs if job.finished_at]
        return max(ends, default=self.created_at)
