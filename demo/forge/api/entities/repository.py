"""A commit and a branch, as the API shows them.

Source: commit.rb and branch.rb in lib/api/entities of GitLab.
"""

from typing import Any
from urllib.parse import quote

from demo.forge.configuration import Token
from demo.forge.forge import Forge
from demo.forge.git.repository import Commit

Json = dict[str, Any]


def commit(forge: Forge, item: Commit) -> Json:
    """Return a commit."""
    return {
        "id": item.sha,
        "short_id": item.sha[:8],
        "created_at": item.committed_at,
        "parent_ids": list(item.parents),
        "title": item.title,
        "message": item.message,
        "author_name": item.author_name,
        "author_email": item.author_email,
        "authored_date": item.authored_at,
        "committer_name": item.committer_name,
        "committer_email": item.committer_email,
        "committed_date": item.committed_at,
        "web_url": f"{forge.url}/{forge.config.project}/-/commit/{item.sha}",
    }


def branch(forge: Forge, name: str, sha: str, *, caller: Token) -> Json:
    """Return a branch."""
    default = forge.config.default_branch
    access = forge.access
    tip = forge.repository.branch(default)
    merged = tip is not None and sha != tip and forge.repository.merge_base(tip, sha) == sha
    return {
        "name": name,
        "commit": commit(forge, forge.repository.commit(sha)),
        "merged": merged,
        "protected": access.protects_branch(name),
        "developers_can_push": access.developers_may("push", name),
        "developers_can_merge": access.developers_may("merge", name),
        "can_push": access.may_push(caller, name),
        "default": name == default,
        "web_url": f"{forge.url}/{forge.config.project}/-/tree/{quote(name)}",
    }
