"""A job, as the API shows it.

Source: ci/job_basic.rb, ci/job.rb and ci/job_artifact.rb in lib/api/entities of GitLab.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from demo.forge.api.entities.pipeline import pipeline_basic
from demo.forge.api.entities.repository import commit
from demo.forge.api.entities.runner import runner_of
from demo.forge.api.entities.timestamp import timestamp
from demo.forge.api.entities.user import user
from demo.forge.ci.reports import FILE_NAMES
from demo.forge.forge import Forge
from demo.forge.records.job import Job
from demo.forge.records.pipeline import Pipeline

Json = dict[str, Any]


def job(forge: Forge, parent: Pipeline, item: Job) -> Json:
    """Return a job."""
    artifacts = _artifacts(forge, parent, item)
    archive = next((one for one in artifacts if one["file_type"] == "archive"), None)
    answer = {
        "id": item.id,
        "name": item.spec.name,
        "stage": item.spec.stage,
        "status": item.status,
        "ref": parent.full_ref,
        "tag": parent.tag,
        "coverage": item.coverage,
        "allow_failure": item.allowed_to_fail,
        "created_at": timestamp(item.created_at),
        "started_at": timestamp(item.started_at),
        "finished_at": timestamp(item.finished_at),
        "erased_at": None,  # nothing here erases a job
        "duration": _seconds(forge, item.started_at, item.finished_at),
        "queued_duration": _seconds(forge, item.queued_at, item.started_at),
        "user": user(forge, parent.user),
        "commit": commit(forge, forge.repository.commit(parent.sha)),
        "pipeline": pipeline_basic(forge, parent),
        "project": {"ci_job_token_scope_enabled": False},
        "artifacts": artifacts,
        "artifacts_expire_at": timestamp(_expiry(item)) if artifacts else None,
        "tag_list": list(item.spec.tags),
        "runner": runner_of(forge, item),
        "runner_manager": None,
        "archived": False,
        "web_url": f"{forge.url}/{forge.config.project}/-/jobs/{item.id}",
    }
    if archive is not None:
        answer["artifacts_file"] = {name: archive[name] for name in ("filename", "size")}
    if item.status == "failed":
        answer["failure_reason"] = item.failure_reason
    return answer


def _seconds(forge: Forge, start: datetime | None, end: datetime | None) -> float | None:
    """Return the seconds between two moments, to now where the second is yet to come."""
    if start is None:
        return None
    return ((end or forge.state.clock()) - start).total_seconds()


def _expiry(item: Job) -> datetime | None:
    seconds = item.spec.artifacts_seconds
    if item.finished_at is None or seconds is None:
        return None
    return item.finished_at + timedelta(seconds=seconds)


def _artifacts(forge: Forge, parent: Pipeline, item: Job) -> list[Json]:
    """Return what an ended job left, by GitLab's names; sizes as kept here, not compressed."""
    if item.finished_at is None:
        return []
    kept = forge.jobs.artifacts(parent, item)
    log = forge.jobs.trace_file(parent, item)
    found = [("archive", kept / "files", "artifacts.zip", "zip"), ("trace", log, "job.log", "raw")]
    for folder in sorted((kept / "reports").glob("*")):
        name = FILE_NAMES.get(folder.name, folder.name)
        found.append((folder.name, folder, f"{name}.gz", "gzip"))
    return [
        {"file_type": kind, "size": _size(path), "filename": name, "file_format": form}
        for kind, path, name, form in found
        if path.exists()
    ]


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files)
