"""What a push wants to change, and what GitLab refuses of it.

Source: lib/gitlab/checks/branch_check.rb and tag_check.rb of GitLab.
"""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.forge.access import Access
from demo.forge.configuration import ROLES, Token

_NONE = "0" * 40


@dataclass(frozen=True)
class RefChange:
    """One ref that a push creates, moves or deletes."""

    old: str
    new: str
    ref: str


@dataclass(frozen=True)
class PushRules:
    """What the hook refuses: refs with the reason, and refs that must not lose commits."""

    refused: dict[str, str]
    unforced: list[str]

    def write(self, folder: Path) -> None:
        """Write the rules to where the hook reads them."""
        refused = "".join(f"{ref} {reason}\n" for ref, reason in self.refused.items())
        (folder / "refused").write_text(refused)
        (folder / "unforced").write_text("".join(f"{ref}\n" for ref in self.unforced))


def changes(body: bytes, *, zipped: bool) -> list[RefChange]:
    """Read the refs from what git sends to receive-pack: lines with their length, then `0000`."""
    data = gzip.decompress(body) if zipped else body
    found = []
    while (size := int(data[:4] or b"0", 16)) > 4:
        line, data = data[4:size], data[size:]
        parts = line.partition(b"\0")[0].decode(errors="replace").strip().split(" ", 2)
        if len(parts) == 3:
            found.append(RefChange(*parts))
    return found


def push_rules(
    access: Access, default_branch: str, token: Token, refs: Sequence[RefChange]
) -> PushRules:
    """Return what of a push by this token is refused."""
    refused = {}
    for change in refs:
        kind, _, name = change.ref.removeprefix("refs/").partition("/")
        if kind == "heads":
            reason = _branch(access, default_branch, token, change, name)
        else:
            reason = _tag(access, default_branch, token, change, name) if kind == "tags" else None
        if reason:
            refused[change.ref] = reason
    heads = [change.ref for change in refs if change.ref.startswith("refs/heads/")]
    kept = [ref for ref in heads if not access.may_force_push(ref.removeprefix("refs/heads/"))]
    return PushRules(refused, kept)


def _branch(access: Access, default: str, token: Token, change: RefChange, name: str) -> str | None:
    if change.new == _NONE and name == default:
        return "The default branch of a project cannot be deleted."
    if not access.protects_branch(name):
        return None
    if change.new == _NONE:
        if token.role < ROLES["maintainer"]:
            return (
                "You are not allowed to delete protected branches from this project. Only a "
                "project maintainer or owner can delete a protected branch."
            )
        return "You can only delete protected branches using the web interface."
    if access.may_push(token, name):
        return None
    if change.old != _NONE:
        return "You are not allowed to push code to protected branches on this project."
    if access.may_merge(token, name):
        return "You can only create protected branches using the web interface and API."
    return "You are not allowed to create protected branches on this project."


def _tag(access: Access, default: str, token: Token, change: RefChange, name: str) -> str | None:
    if change.old == _NONE and name == default:
        return "You cannot use default branch name to create a tag"
    if not access.protects_tag(name):
        return None
    if _NONE not in (change.old, change.new):
        return "Protected tags cannot be updated."
    if change.new == _NONE:
        if token.role < ROLES["maintainer"]:
            return (
                "You are not allowed to delete protected tags from this project. Only a project "
                "maintainer or owner can delete a protected tag."
            )
        return "You can only delete protected tags using the web interface."
    if not access.may_create_tag(token, name):
        return "You are not allowed to create this tag as it is protected."
    return None
