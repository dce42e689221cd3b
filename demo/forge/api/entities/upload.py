"""An uploaded file, as the API shows it.

Source: lib/api/entities/project_upload.rb of GitLab.
"""

from typing import Any

from demo.forge.forge import Forge
from demo.forge.records.upload import Upload

Json = dict[str, Any]
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")


def upload(forge: Forge, item: Upload) -> Json:
    """Return an uploaded file, with the Markdown that shows it."""
    alt = item.name.rpartition(".")[0] or item.name
    url = f"/uploads/{item.secret}/{item.name}"
    mark = "!" if item.name.lower().endswith(IMAGES) else ""
    return {
        "id": item.id,
        "alt": alt,
        "url": url,
        "full_path": f"/-/project/{forge.config.project_id}{url}",
        "markdown": f"{mark}[{alt}]({url})",
    }
