"""A model, its versions and their runs, as GitLab's part of MLflow's API shows them.

Source: lib/api/entities/ml/mlflow/*.rb of GitLab.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from demo.forge.forge import Forge
from demo.forge.records.model_registry import Model, Version

Json = dict[str, Any]


def model(item: Model) -> Json:
    """Return a model."""
    return {
        "name": item.name,
        "creation_timestamp": _seconds(item.created_at),
        "last_updated_timestamp": _seconds(item.created_at),
        "description": item.description,
        "user_id": str(item.user_id),
        "tags": [],
        "latest_versions": [version(one) for one in item.versions.values()],
    }


def version(item: Version) -> Json:
    """Return a version."""
    return {
        "name": item.model,
        "version": str(item.id),
        "creation_timestamp": _seconds(item.created_at),
        "last_updated_timestamp": _seconds(item.created_at),
        "user_id": None,
        "current_stage": "development",
        "description": item.description,
        "source": "",
        "run_id": item.run,
        "status": "READY",
        "status_message": "",
        "tags": _pairs(item.tags),
        "run_link": "",
        "aliases": [item.version],
    }


def run(forge: Forge, item: Version) -> Json:
    """Return a version's run; GitLab gives it no start, and leaves it running."""
    files = f"{forge.url}/api/v4/projects/{forge.config.project_id}/packages/ml_models"
    return {
        "info": {
            "run_id": item.run,
            "run_uuid": item.run,
            "user_id": str(item.user_id),
            "experiment_id": str(item.experiment),
            "status": "RUNNING",
            "start_time": 0,
            "lifecycle_stage": "active",
            "artifact_uri": f"{files}/{item.id}/files/",
        },
        "data": {
            "metrics": item.metrics,
            "params": _pairs(item.params),
            "tags": _pairs(item.run_tags),
        },
    }


def _pairs(values: Mapping[str, str]) -> list[Json]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
