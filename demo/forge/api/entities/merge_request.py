"""A merge request, as the API shows it.

Source: issuable_entity.rb, merge_request_basic.rb and merge_request.rb in lib/api/entities of
GitLab.
"""

import re
from typing import Any

from demo.forge.api.entities.pipeline import pipeline
from demo.forge.api.entities.timestamp import timestamp
from demo.forge.api.entities.user import user
from demo.forge.configuration import Token
from demo.forge.forge import Forge
from demo.forge.records.merge_request import MergeRequest

Json = dict[str, Any]
TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s", re.MULTILINE)
# What the stand-in has no notion of, with the value of a merge request that has none of it.
ABSENT: Json = {
    "upvotes": 0,
    "downvotes": 0,
    "assignee": None,
    "assignees": [],
    "reviewers": [],
    "milestone": None,
    "discussion_locked": None,
    "squash": False,
    "squash_commit_sha": None,
    "time_stats": {
        "time_estimate": 0,
        "total_time_spent": 0,
        "human_time_estimate": None,
        "human_total_time_spent": None,
    },
}


def merge_request_basic(forge: Forge, item: MergeRequest) -> Json:
    """Return a merge request as the list shows it."""
    project = forge.config.project_id
    detailed = forge.mergeability.detailed_status(item)
    done = [mark != " " for mark in TASK.findall(item.description)]
    return {
        **ABSENT,
        "id": item.id,
        "iid": item.iid,
        "project_id": project,
        "source_project_id": forge.config.fork_id(item.fork) if item.fork else project,
        "target_project_id": project,
        "title": item.title,
        "description": item.description,
        "state": item.state,
        "draft": item.draft,
        "work_in_progress": item.draft,
        "source_branch": item.source_branch,
        "target_branch": item.target_branch,
        "author": user(forge, item.author),
        "labels": sorted(item.labels),
        "sha": item.sha,
        "merge_status": "can_be_merged" if detailed != "conflict" else "cannot_be_merged",
        "detailed_merge_status": detailed,
        "has_conflicts": detailed == "conflict",
        "merge_when_pipeline_succeeds": item.auto_merge is not None,
        "merged_by": _user(forge, item.merged_by),
        "merge_user": _user(forge, item.merged_by or item.auto_merge),
        "merged_at": timestamp(item.merged_at),
        "merge_commit_sha": item.merge_commit_sha,
        "closed_by": _user(forge, item.closed_by),
        "closed_at": timestamp(item.closed_at),
        "should_remove_source_branch": item.should_remove_source_branch,
        "force_remove_source_branch": item.remove_source_branch,
        "user_notes_count": sum(not note.system for note in item.notes),
        "task_completion_status": {"count": len(done), "completed_count": sum(done)},
        "created_at": timestamp(item.created_at),
        "updated_at": timestamp(item.updated_at),
        "references": {
            "short": f"!{item.iid}",
            "relative": f"!{item.iid}",
            "full": f"{forge.config.project}!{item.iid}",
        },
        "web_url": f"{forge.url}/{forge.config.project}/-/merge_requests/{item.iid}",
    }


def merge_request(forge: Forge, item: MergeRequest) -> Json:
    """Return a merge request by itself."""
    head = forge.mergeability.head_pipeline(item)
    base = forge.mergeability.base(item)
    changes = forge.repository.changes(base, item.sha) if base else []
    return {
        **merge_request_basic(forge, item),
        "changes_count": str(len(changes)),
        "head_pipeline": pipeline(forge, head) if head else None,
        "diff_refs": {"base_sha": base, "head_sha": item.sha, "start_sha": base},
    }


def _user(forge: Forge, token: Token | None) -> Json | None:
    return None if token is None else user(forge, token)
