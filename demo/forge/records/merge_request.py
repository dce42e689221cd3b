"""A merge request and the notes on it."""

from dataclasses import dataclass, field
from datetime import datetime

from demo.forge.configuration import Token


@dataclass
class Note:
    """A comment on a merge request."""

    id: int
    body: str
    author: Token
    created_at: datetime
    updated_at: datetime
    system: bool = False


@dataclass
class MergeRequest:
    """A request to merge one branch into another.

    fork: the path of the project with the source branch, if it is a fork.
    remove_source_branch: the author's wanted.  should_remove_source_branch: that of who merges.
    """

    id: int
    iid: int
    title: str
    description: str
    source_branch: str
    target_branch: str
    author: Token
    sha: str
    created_at: datetime
    updated_at: datetime
    labels: list[str] = field(default_factory=list)
    fork: str | None = None
    remove_source_branch: bool = False
    should_remove_source_branch: bool | None = None
    state: str = "opened"
    auto_merge: Token | None = None
    merged_by: Token | None = None
    merged_at: datetime | None = None
    closed_by: Token | None = None
    closed_at: datetime | None = None
    merge_commit_sha: str | None = None
    merged_onto: str | None = None
    pipelines_in_creation: int = 0
    notes: list[Note] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """Return the ref of the newest commit: a fork's branch is not in the project."""
        if self.fork is not None:
            return f"refs/merge-requests/{self.iid}/head"
        return f"refs/heads/{self.source_branch}"

    @property
    def removes_source_branch(self) -> bool:
        """Tell whether merging deletes the source branch; who merges has the last word."""
        wanted = self.should_remove_source_branch
        return self.remove_source_branch if wanted is None else wanted

    @property
    def draft(self) -> bool:
        """Tell whether the title says that it is a draft."""
        return self.title.lower().startswith(("draft:", "[draft]", "(draft)"))
