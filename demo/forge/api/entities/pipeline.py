"""A pipeline, as the API shows it.

Source: ci/pipeline_basic.rb, ci/pipeline_basic_with_metadata.rb and ci/pipeline_with_metadata.rb in
lib/api/entities of GitLab.
"""

from typing import Any

from demo.forge.api.entities.detailed_status import detailed_status
from demo.forge.api.entities.timestamp import timestamp
from demo.forge.api.entities.user import user
from demo.forge.forge import Forge
from demo.forge.records.pipeline import Pipeline

Json = dict[str, Any]


def pipeline_basic(forge: Forge, item: Pipeline) -> Json:
    """Return a pipeline as other answers show it."""
    return {
        "id": item.id,
        "iid": item.iid,
        "project_id": forge.config.project_id,
        "sha": item.sha,
        "ref": item.full_ref,
        "status": item.status,
        "source": item.source,
        "created_at": timestamp(item.created_at),
        "updated_at": timestamp(item.finished_at or item.started_at or item.created_at),
        "web_url": f"{forge.url}/{forge.config.project}/-/pipelines/{item.id}",
    }


def pipeline_listed(forge: Forge, item: Pipeline) -> Json:
    """Return a pipeline as the project's list shows it."""
    return {**pipeline_basic(forge, item), "name": item.name}


def pipeline(forge: Forge, item: Pipeline) -> Json:
    """Return a pipeline by itself."""
    started = item.started_at
    queued = int((started - item.created_at).total_seconds()) if started else 0
    return {
        **pipeline_listed(forge, item),
        "before_sha": item.before_sha,
        "tag": item.tag,
        "yaml_errors": item.yaml_errors,
        "user": user(forge, item.user),
        "started_at": timestamp(started),
        "finished_at": timestamp(item.finished_at),
        "committed_at": None,  # a column that GitLab no longer fills
        "duration": item.duration,
        "queued_duration": queued or None,  # so GitLab has it
        "coverage": None if item.coverage is None else f"{item.coverage:.2f}",
        "detailed_status": detailed_status(forge, item),
    }
