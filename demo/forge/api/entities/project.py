"""The project, as the API shows it.

Source: project_identity.rb, basic_project_details.rb and project.rb in lib/api/entities of GitLab.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from demo.forge.api.entities.timestamp import timestamp
from demo.forge.configuration import ROLES, Token
from demo.forge.forge import Forge
from demo.forge.project_settings import FOR_MAINTAINERS, FOR_MEMBERS

Json = dict[str, Any]
README = "README.md"


def project(forge: Forge, *, caller: Token) -> Json:
    """Return the project with the settings that the caller may see."""
    config = forge.config
    namespace, _, name = config.project.rpartition("/")
    web = f"{forge.url}/{config.project}"
    tip = forge.repository.branch(config.default_branch)
    readme = tip is not None and forge.repository.file(tip, README) is not None
    return {
        "id": config.project_id,
        "description": None,
        "name": name,
        "path": name,
        "path_with_namespace": config.project,
        "name_with_namespace": config.project.replace("/", " / "),
        "created_at": timestamp(forge.state.created_at),
        "last_activity_at": timestamp(_last_activity(forge)),
        "default_branch": config.default_branch,
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@{urlsplit(forge.url).hostname}:{config.project}.git",
        "http_url_to_repo": f"{web}.git",
        "web_url": web,
        "readme_url": f"{web}/-/blob/{config.default_branch}/{README}" if readme else None,
        "avatar_url": None,
        "star_count": 0,
        "forks_count": 0,
        "namespace": {
            "id": 1,
            "name": namespace.rpartition("/")[2],
            "path": namespace.rpartition("/")[2],
            "kind": "group",
            "full_path": namespace,
            "parent_id": None,
            "avatar_url": None,
            "web_url": f"{forge.url}/groups/{namespace}",
        },
        "merge_method": config.merge_method,
        **_settings(forge, caller),
    }


def _settings(forge: Forge, caller: Token) -> Json:
    """Return the settings that GET /projects/:id shows to this caller."""
    maintains = caller.role >= ROLES["maintainer"]
    defaults = FOR_MEMBERS | (FOR_MAINTAINERS if maintains else {})
    chosen = forge.config.settings.project
    access = {"access_level": caller.role, "notification_level": 3}
    return {
        **{name: chosen.get(name, default) for name, default in defaults.items()},
        "permissions": {"project_access": access, "group_access": None},
    }


def _last_activity(forge: Forge) -> datetime:
    """Return when the last pipeline was created or the last merge request changed."""
    state = forge.state
    with state.lock:
        moments = [one.created_at for one in state.pipelines.values()]
        moments += [one.updated_at for one in state.merge_requests.values()]
    return max(moments, default=state.created_at)
