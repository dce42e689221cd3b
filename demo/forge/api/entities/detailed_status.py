"""A pipeline's status with what GitLab's pages draw for it.

Source: lib/gitlab/ci/status/*.rb and app/serializers/detailed_status_entity.rb of GitLab.
"""

from typing import Any

from demo.forge.forge import Forge
from demo.forge.records.pipeline import Pipeline

Json = dict[str, Any]
# Status: text, label, group, icon, favicon; the last three follow from the status where absent.
WORDS: dict[str, tuple[str, ...]] = {
    "created": ("Created", "created"),
    "waiting_for_resource": (
        "Waiting", "waiting for resource", "waiting-for-resource", "pending", "pending",
    ),
    "preparing": ("Preparing", "preparing"),
    "pending": ("Pending", "pending"),
    "running": ("Running", "running"),
    "success": ("Passed", "passed"),
    "success-with-warnings": (
        "Warning", "passed with warnings", "success-with-warnings", "warning", "success",
    ),
    "failed": ("Failed", "failed"),
    "canceled": ("Canceled", "canceled"),
    "skipped": ("Skipped", "skipped"),
    "manual": ("Blocked", "waiting for manual action"),
}  # fmt: skip


def detailed_status(forge: Forge, item: Pipeline) -> Json:
    """Return the words, the icon and the address behind a pipeline's status."""
    status = "success-with-warnings" if item.warnings else item.status
    text, label, *others = WORDS[status]
    group, icon, favicon = others or (status, status, status)
    return {
        "icon": f"status_{icon}",
        "text": text,
        "label": label,
        "group": group,
        "tooltip": label,
        "has_details": True,
        "details_path": f"/{forge.config.project}/-/pipelines/{item.id}",
        "illustration": None,
        "favicon": f"/assets/ci_favicons/favicon_status_{favicon}.png",
    }
