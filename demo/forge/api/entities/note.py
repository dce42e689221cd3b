"""A note on a merge request, as the API shows it.

Source: lib/api/entities/note.rb of GitLab.
"""

from typing import Any

from demo.forge.api.entities.timestamp import timestamp
from demo.forge.api.entities.user import user
from demo.forge.forge import Forge
from demo.forge.records.merge_request import MergeRequest, Note

Json = dict[str, Any]


def note(forge: Forge, request: MergeRequest, item: Note) -> Json:
    """Return a note."""
    return {
        "id": item.id,
        "type": None,
        "body": item.body,
        "attachment": None,
        "author": user(forge, item.author),
        "created_at": timestamp(item.created_at),
        "updated_at": timestamp(item.updated_at),
        "system": item.system,
        "noteable_id": request.id,
        "noteable_type": "MergeRequest",
        "noteable_iid": request.iid,
        "project_id": forge.config.project_id,
        "resolvable": False,
        "confidential": False,
        "internal": False,
        "commands_changes": {},
    }
