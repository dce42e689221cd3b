"""The forge's bare git repository."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.forge.configuration import Token
from demo.forge.errors import GitFailed

# Refuses a push as a whole if one of its refs must not change; the forge has written which.
PRE_RECEIVE = """#!/bin/sh
# Who writes into the folder itself, not through the forge, is asked nothing.
[ -n "${FORGE_RECEIVED:-}" ] || exit 0
none=0000000000000000000000000000000000000000
while read -r old new ref; do
    while read -r refused reason; do
        if [ "$ref" = "$refused" ]; then
            echo "GitLab: $reason" >&2
            exit 1
        fi
    done <"$FORGE_RECEIVED/refused"
    [ "$old" = $none ] || [ "$new" = $none ] || git merge-base --is-ancestor "$old" "$new" ||
    while read -r unforced; do
        if [ "$ref" = "$unforced" ]; then
            echo "GitLab: You are not allowed to force push code to a protected branch on this" \
                "project." >&2
            exit 1
        fi
    done <"$FORGE_RECEIVED/unforced"
done
"""
# Tells the forge which refs moved, and with which push options.
POST_RECEIVE = """#!/bin/sh
[ -n "${FORGE_RECEIVED:-}" ] || exit 0
cat >"$FORGE_RECEIVED/refs"
number=0
while [ "$number" -lt "${GIT_PUSH_OPTION_COUNT:-0}" ]; do
    eval "printf '%s\\n' \\"\\$GIT_PUSH_OPTION_$number\\""
    number=$((number + 1))
done >"$FORGE_RECEIVED/options"
"""


@dataclass(frozen=True)
class Commit:
    """What the API and the pages say about a commit."""

    sha: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    committer_name: str
    committer_email: str
    authored_at: str
    committed_at: str
    message: str

    @property
    def title(self) -> str:
        """Return the first line of the message."""
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True)
class FileChange:
    """A file that differs between two commits; counts are None for a binary file."""

    path: str
    added: int | None
    removed: int | None


def git_environment(home: Path) -> dict[str, str]:
    """Return an environment for git without the user's own configuration."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
    }


class Repository:
    """A bare repository in a folder of the forge."""

    def __init__(self, path: Path, *, default_branch: str, environment: Mapping[str, str]) -> None:
        self.path = path
        self.default_branch = default_branch
        self.environment = dict(environment)
        self._commits: dict[str, Commit] = {}

    def create(self) -> None:
        """Create the repository with its hooks, unless it exists."""
        if not (self.path / "HEAD").exists():
            self.path.mkdir(parents=True)
            self.git("init", "--quiet", "--bare", "--initial-branch", self.default_branch)
        for key, value in (
            ("gc.auto", "0"),  # a clone in progress must not lose objects
            ("receive.advertisePushOptions", "true"),
            ("http.receivepack", "true"),
            ("receive.hideRefs", "refs/merge-requests"),  # the forge's own, as GitLab's are
            ("core.logAllRefUpdates", "true"),
        ):
            self.git("config", key, value)
        for name, script in (("pre-receive", PRE_RECEIVE), ("post-receive", POST_RECEIVE)):
            hook = self.path / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(script)
            hook.chmod(0o755)

    def git(self, *arguments: str, given: str | None = None, cwd: Path | None = None) -> str:
        """Run git and return its output without the last newline.

        Raises GitFailed.
        """
        done = self._run(*arguments, given=given, cwd=cwd)
        if done.returncode != 0:
            raise GitFailed(f"git {' '.join(arguments)}: {done.stderr.strip()[-2000:]}")
        return done.stdout.removesuffix("\n")

    def _run(
        self, *arguments: str, given: str | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.path,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def resolve(self, ref: str) -> str | None:
        """Return the commit that a full ref or a hash names, or None."""
        done = self._run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def branch(self, name: str) -> str | None:
        """Return the tip of a branch, or None."""
        return self.resolve(f"refs/heads/{name}")

    def branches(self) -> dict[str, str]:
        """Return every branch with its tip."""
        lines = self.git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
        return dict(line.rsplit(" ", 1) for line in lines.splitlines())

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor, or None."""
        done = self._run("merge-base", one, other)
        return done.stdout.strip() if done.returncode == 0 else None

    def commits(self, *revisions: str, limit: int = 100) -> list[Commit]:
        """Return commits, newest first."""
        form = "%x1e%H%x1f%P%x1f%an%x1f%ae%x1f%cn%x1f%ce%x1f%aI%x1f%cI%x1f%B"
        text = self.git("log", f"--max-count={limit}", f"--format={form}", *revisions, "--")
        return [_commit(record.strip("\n")) for record in text.split("\x1e")[1:]]

    def commit(self, sha: str) -> Commit:
        """Return a commit by its hash."""
        if sha not in self._commits:
            self._commits[sha] = self.commits(sha, limit=1)[0]
        return self._commits[sha]

    def changes(self, base: str, head: str) -> list[FileChange]:
        """Return the files that differ, with their counts of lines."""
        text = self.git("diff", "--numstat", "--no-renames", "-z", base, head)
        changes = []
        for record in filter(None, text.split("\0")):
            added, removed, path = record.split("\t", 2)
            changes.append(
                FileChange(
                    path,
                    None if added == "-" else int(added),
                    None if removed == "-" else int(removed),
                )
            )
        return changes

    def file(self, revision: str, path: str) -> bytes | None:
        """Return a file of a commit, or None."""
        done = subprocess.run(
            ["git", "cat-file", "blob", f"{revision}:{path}"],
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            check=False,
        )
        return done.stdout if done.returncode == 0 else None

    def merge_tree(self, target: str, source: str) -> str | None:
        """Return the tree of the merge, or None where the branches conflict."""
        done = self._run("merge-tree", "--write-tree", target, source)
        return done.stdout.split("\n", 1)[0] if done.returncode == 0 else None

    def commit_merge(self, tree: str, parents: tuple[str, str], message: str, by: Token) -> str:
        """Write a merge commit and return its hash; no ref moves."""
        names = {"NAME": by.name, "EMAIL": f"{by.name}@noreply.localhost"}
        identity = {
            f"GIT_{who}_{k}": v for who in ("AUTHOR", "COMMITTER") for k, v in names.items()
        }
        writer = Repository(
            self.path,
            default_branch=self.default_branch,
            environment=self.environment | identity,
        )
        return writer.git("commit-tree", tree, "-p", parents[0], "-p", parents[1], given=message)

    def move(self, ref: str, new: str, old: str | None = None) -> None:
        """Set a ref, only if it still stands at `old` where that is given.

        Raises GitFailed.
        """
        self.git("update-ref", ref, new, *([old] if old else []))

    def delete(self, ref: str) -> None:
        """Delete a ref."""
        self.git("update-ref", "-d", ref)


def _commit(record: str) -> Commit:
    sha, parents, *others, message = record.split("\x1f", 8)
    author, address, committer, committer_address, authored, committed = others
    return Commit(
        sha,
        tuple(parents.split()),
        author_name=author,
        author_email=address,
        committer_name=committer,
        committer_email=committer_address,
        authored_at=authored,
        committed_at=committed,
        message=message.rstrip("\n"),
    )
