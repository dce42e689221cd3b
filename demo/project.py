"""The demo's project on the stand-in for GitLab: set up as docs/gitlab.md says, on one machine."""

import secrets
from collections.abc import Mapping
from typing import Any

from training.gitlab.project_check.environments import (
    MAINS,
    PROPOSE,
    REGISTER,
    REVIEW,
    place,
)
from training.gitlab.project_check.runners import PRODUCTION, TAG
from training.gitlab.project_check.secrets import holds_secret

Json = dict[str, Any]
TOKEN = "REPO_TOKEN"
WRITING = ["api", "write_repository"]
SETTINGS: Json = {
    "project": {
        "container_registry_access_level": "disabled",
        "ci_pipeline_variables_minimum_override_role": "no_one_allowed",
        "protect_merge_request_pipelines": False,
        "only_allow_merge_if_pipeline_succeeds": True,
        "allow_merge_on_skipped_pipeline": True,
        "ci_allow_fork_pipelines_to_run_in_parent_project": False,
    },
    "runners": [
        {"description": "machine", "tag_list": [TAG], "run_untagged": True, "locked": True},
        {
            "description": PRODUCTION,
            "tag_list": [PRODUCTION],
            "run_untagged": False,
            "locked": True,
            "access_level": "ref_protected",
        },
    ],
    "protected_branches": [
        {"name": "main", "push": 40, "merge": 40},  # the demo's engineer begins with a push
        {"name": "retrain/*", "push": 40, "merge": 40, "allow_force_push": True},
    ],
    "protected_tags": [{"name": "*@v*", "create": 40}, {"name": "*#production#*", "create": 40}],
}


def configuration(
    *, path: str, api: str, read: str, trigger: str, variables: Mapping[str, str]
) -> Json:
    """Return the stand-in's configuration of the project.

    api: the Maintainer's token, of the engineer and of main's jobs.  read: the relay's.
    variables: the values of CI/CD variables; REPO_TOKEN's is given by the tokens.
    """
    review = f"review-{secrets.token_hex(12)}"
    kept = {name: _variable(name, value) for name, value in variables.items() if name != TOKEN}
    return {
        "project": path,
        "default_branch": "main",
        "tokens": [
            _token(api, "perennial-main", "maintainer", WRITING),
            _token(review, "perennial", "developer", WRITING),
            _token(read, "perennial-relay", "reporter", ["read_api"]),
            {"token": trigger, "kind": "trigger", "name": "perennial-main"},
        ],
        "variables": {
            **kept,
            TOKEN: [
                {"value": review, "masked": True, "environment_scope": REVIEW},
                *(
                    {"value": api, "masked": True, "protected": True, "environment_scope": scope}
                    for scope in (PROPOSE, REGISTER)
                ),
            ],
        },
        "settings": SETTINGS,
    }


def _token(value: str, name: str, role: str, scopes: list[str]) -> Json:
    return {"token": value, "kind": "project", "name": name, "role": role, "scopes": scopes}


def _variable(name: str, value: str) -> Json:
    """Return a variable of the environment that it belongs to."""
    scope = place(name)
    return {
        "value": value,
        "masked": holds_secret({"key": name, "value": value}),
        "protected": scope is not None or name in MAINS,
        "environment_scope": scope or "*",
    }
