"""A runner that the project may use, as the API shows it.

Source: ci/runner.rb and ci/runner_details.rb in lib/api/entities of GitLab.
"""

from typing import Any

from demo.forge.forge import Forge
from demo.forge.records.job import Job

Json = dict[str, Any]
DETAILS = ("tag_list", "run_untagged", "locked", "maximum_timeout", "access_level")


def runner(number: int, item: Json) -> Json:
    """Return a runner; number: its place among the settings' runners, from 1."""
    return {
        "id": number,
        "description": item["description"],
        "ip_address": None,  # GitLab shows none any more
        "active": not item["paused"],
        "paused": item["paused"],
        "is_shared": item["runner_type"] == "instance_type",
        "runner_type": item["runner_type"],
        "name": "gitlab-runner",
        "online": item["status"] == "online",
        "status": item["status"],
    }


def runner_details(number: int, item: Json) -> Json:
    """Return a runner with what it takes."""
    return runner(number, item) | {name: item[name] for name in DETAILS}


def runner_of(forge: Forge, job: Job) -> Json | None:
    """Return the registered runner that took a job; None before, and for this machine itself."""
    runners = forge.config.settings.runners
    if not job.runner or runners is None or len(runners) < job.runner:
        return None
    return runner(job.runner, runners[job.runner - 1])
