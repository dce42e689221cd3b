"""The JSON that GitLab's API gives for each thing."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from demo.forge.configuration import Token
from demo.forge.forge import Forge
from demo.forge.git.repository import Commit
from demo.forge.records.state import Job, MergeRequest, Note, Pipeline, Upload

Json = dict[str, Any]


def moment(value: datetime | None) -> str | None:
    """Return a time as GitLab writes it."""
    if value is None:
        return None
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user(forge: Forge, token: Token) -> Json:
    """Return the bot user that an access token stands for."""
    return {
        "id": 1 + next((i for i, own in enumerate(forge.config.tokens) if own == token), 0),
        "username": token.name,
        "name": token.name,
        "state": "active",
        "bot": True,
        "avatar_url": None,
        "web_url": f"{forge.url}/{quote(token.name)}",
    }


def project(forge: Forge) -> Json:
    """Return the project."""
    namespace, _, name = forge.config.project.rpartition("/")
    web = f"{forge.url}/{forge.config.project}"
    return {
        "id": forge.config.project_id,
        "name": name,
        "path": name,
        "path_with_namespace": forge.config.project,
        "name_with_namespace": forge.config.project.replace("/", " / "),
        "namespace": {
            "id": 1,
            "name": namespace,
            "path": namespace,
            "kind": "group",
            "full_path": namespace,
        },
        "default_branch": forge.config.default_branch,
        "web_url": web,
        "http_url_to_repo": f"{web}.git",
        "merge_method": forge.config.merge_method,
    }


def commit(forge: Forge, item: Commit) -> Json:
    """Return a commit."""
    return {
        "id": item.sha,
        "short_id": item.sha[:8],
        "parent_ids": list(item.parents),
        "title": item.title,
        "message": item.message,
        "author_name": item.author_name,
        "author_email": item.author_email,
        "authored_date": item.authored_at,
        "committed_date": item.committed_at,
        "web_url": f"{forge.url}/{forge.config.project}/-/commit/{item.sha}",
    }


def branch(forge: Forge, name: str, sha: str) -> Json:
    """Return a branch."""
    default = name == forge.config.default_branch
    return {
        "name": name,
        "commit": commit(forge, forge.repository.commits(sha, limit=1)[0]),
        "merged": False,
        "protected": forge.config.settings.protects(name, forge.config.default_branch),
        "default": default,
        "developers_can_push": False,
        "developers_can_merge": False,
        "web_url": f"{forge.url}/{forge.config.project}/-/tree/{name}",
    }


def pipeline(forge: Forge, item: Pipeline) -> Json:
    """Return a pipeline as lists have it."""
    request = item.merge_request
    return {
        "id": item.id,
        "iid": item.iid,
        "project_id": forge.config.project_id,
        "name": item.name,
        "status": item.status,
        "source": item.source,
        "ref": item.ref if request is None else f"refs/merge-requests/{request}/head",
        "sha": item.sha,
        "created_at": moment(item.created_at),
        "updated_at": moment(item.finished_at or item.started_at or item.created_at),
        "web_url": f"{forge.url}/{forge.config.project}/-/pipelines/{item.id}",
    }


def pipeline_details(forge: Forge, item: Pipeline) -> Json:
    """Return a pipeline by itself."""
    started, finished = item.started_at, item.finished_at
    running = (finished - started).total_seconds() if started and finished else None
    queued = (started - item.created_at).total_seconds() if started else None
    return {
        **pipeline(forge, item),
        "before_sha": item.before_sha,
        "tag": item.tag,
        "yaml_errors": item.yaml_errors,
        "user": user(forge, item.user),
        "started_at": moment(started),
        "finished_at": moment(finished),
        "committed_at": None,
        "duration": None if running is None else round(running),
        "queued_duration": None if queued is None else round(queued),
        "coverage": None if item.coverage is None else f"{item.coverage:.2f}",
        "detailed_status": {"text": item.status, "label": item.status, "group": item.status},
    }


def job(forge: Forge, parent: Pipeline, item: Job) -> Json:
    """Return a job."""
    return {
        "id": item.id,
        "name": item.spec.name,
        "stage": item.spec.stage,
        "status": item.status,
        "ref": parent.ref,
        "tag": parent.tag,
        "coverage": item.coverage,
        "allow_failure": item.spec.allow_failure is True,
        "created_at": moment(item.created_at),
        "started_at": moment(item.started_at),
        "finished_at": moment(item.finished_at),
        "duration": item.duration,
        "failure_reason": item.failure_reason,
        "user": user(forge, parent.user),
        "commit": {"id": parent.sha, "short_id": parent.sha[:8]},
        "pipeline": pipeline(forge, parent),
        "project": {"ci_job_token_scope_enabled": False},
        "artifacts": [],
        "web_url": f"{forge.url}/{forge.config.project}/-/jobs/{item.id}",
    }


def merge_request(forge: Forge, item: MergeRequest) -> Json:
    """Return a merge request."""
    detailed = forge.merge_requests.detailed_status(item)
    head = forge.merge_requests.head_pipeline(item)
    base = forge.merge_requests.base(item)
    return {
        "id": item.id,
        "iid": item.iid,
        "project_id": forge.config.project_id,
        "source_project_id": forge.config.project_id,
        "target_project_id": forge.config.project_id,
        "title": item.title,
        "description": item.description,
        "state": item.state,
        "draft": item.draft,
        "source_branch": item.source_branch,
        "target_branch": item.target_branch,
        "author": user(forge, item.author),
        "assignees": [],
        "reviewers": [],
        "labels": item.labels,
        "sha": item.sha,
        "diff_refs": {"base_sha": base, "head_sha": item.sha, "start_sha": base},
        "merge_status": "can_be_merged" if detailed != "conflict" else "cannot_be_merged",
        "detailed_merge_status": detailed,
        "has_conflicts": detailed == "conflict",
        "merge_when_pipeline_succeeds": item.auto_merge is not None,
        "merge_user": user(forge, item.merged_by) if item.merged_by else None,
        "merge_commit_sha": item.merge_commit_sha,
        "squash_commit_sha": None,
        "squash": False,
        "should_remove_source_branch": item.remove_source_branch,
        "force_remove_source_branch": item.remove_source_branch,
        "head_pipeline": pipeline_details(forge, head) if head else None,
        "user_notes_count": sum(not note.system for note in item.notes),
        "created_at": moment(item.created_at),
        "updated_at": moment(item.updated_at),
        "merged_at": moment(item.merged_at),
        "closed_at": moment(item.closed_at),
        "references": {"short": f"!{item.iid}", "full": f"{forge.config.project}!{item.iid}"},
        "web_url": f"{forge.url}/{forge.config.project}/-/merge_requests/{item.iid}",
    }


def note(forge: Forge, request: MergeRequest, item: Note) -> Json:
    """Return a note."""
    return {
        "id": item.id,
        "type": None,
        "body": item.body,
        "author": user(forge, item.author),
        "created_at": moment(item.created_at),
        "updated_at": moment(item.updated_at),
        "system": item.system,
        "noteable_id": request.id,
        "noteable_type": "MergeRequest",
        "noteable_iid": request.iid,
        "project_id": forge.config.project_id,
        "resolvable": False,
        "confidential": False,
        "internal": False,
    }


def upload(forge: Forge, item: Upload) -> Json:
    """Return an uploaded file, with the Markdown that shows it."""
    alt = item.name.rpartition(".")[0] or item.name
    url = f"/uploads/{item.secret}/{item.name}"
    image = item.name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"))
    return {
        "id": item.id,
        "alt": alt,
        "url": url,
        "full_path": f"/-/project/{forge.config.project_id}{url}",
        "markdown": f"{'!' if image else ''}[{alt}]({url})",
    }
