"""Pushes a branch with one commit, and tags, without touching the checkout or showing the token."""

import base64
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.job import Job
from perennial.gitlab.refusal import REPO_TOKEN
from training.errors import NothingToPropose


@dataclass(frozen=True)
class Remote:
    """Where to push; `secrets` are environment variables for git, which are never shown."""

    address: str
    secrets: Mapping[str, str]

    @classmethod
    def of_job(cls, environment: Mapping[str, str]) -> "Remote":
        """Return the project's own repository, from the variables of a job.

        Raises MissingVariable.
        """
        job = Job(environment)
        address = f"{job.project_url}.git"
        credentials = base64.b64encode(f"oauth2:{job.token}".encode()).decode()
        # For this address only: git would also send a header without address after a redirect.
        settings = {f"http.{address}.extraHeader": f"Authorization: Basic {credentials}"}
        if job.ca_file:
            settings[f"http.{address}.sslCAInfo"] = job.ca_file
        return cls(address, _git_settings(settings, environment))


@dataclass(frozen=True)
class Author:
    """The author of commits and tags."""

    name: str
    email: str

    @classmethod
    def of_job(cls, environment: Mapping[str, str]) -> "Author":
        """Return who started the job, else the project."""
        return cls(
            environment.get("GITLAB_USER_NAME") or "Perennial",
            environment.get("GITLAB_USER_EMAIL") or "perennial@localhost",
        )


class Repository:
    """A checkout, on a branch or with a detached HEAD, from which branches are made.

    environment: git's.
    """

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = {**environment, "GIT_TERMINAL_PROMPT": "0"}

    def commit(self, files: Sequence[str], message: str, author: Author) -> str:
        """Return a commit of the files on top of HEAD; the same content gives the same commit.

        HEAD, the index and the files are not changed.
        Raises NothingToPropose if HEAD has the same content.
        """
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            self._git(["read-tree", "HEAD"], index)
            self._git(["add", "--", *files], index)
            tree = self._git(["write-tree"], index)
        if tree == self._git(["rev-parse", "HEAD^{tree}"]):
            raise NothingToPropose(f"{', '.join(files)}: same as in HEAD, expected a change")
        # The parent's date, so that a second run makes the same commit.
        date = self._git(["show", "--no-patch", "--format=%cI", "HEAD"])
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        identity = ["-c", f"user.name={author.name}", "-c", f"user.email={author.email}"]
        return self._git([*identity, "commit-tree", tree, "-p", "HEAD", "-m", message], dates)

    def push(self, commit: str, branch: str, remote: Remote) -> str:
        """Make the branch point at the commit and return the commit that it now points at.

        A branch that already has the commit, perhaps with others on top, is not changed: what
        somebody pushed is kept, and is for a person to judge. A branch from another training is
        replaced, unless it moves meanwhile.
        """
        ref = f"refs/heads/{branch}"
        listed = self._git(["ls-remote", remote.address, ref], remote.secrets)
        # Git also lists refs that only end with this one, such as refs/heads/refs/heads/main.
        tips = {name: commit for commit, name in map(str.split, listed.splitlines())}
        there = tips.get(ref, "")
        if there and self._builds_on(commit, there, ref, remote):
            return there
        lease = f"--force-with-lease={ref}:{there}"
        command = ["push", "--quiet", lease, remote.address, f"{commit}:{ref}"]
        self._git(command, remote.secrets)
        return commit

    def read(self, *command: str) -> str:
        """Return the output of a read-only git command.

        Raises GitLabRefused.
        """
        return self._git(command)

    def merge_base(self, one: str, other: str) -> str:
        """Return the newest commit that two revisions share.

        Raises GitLabRefused if they share none, or one is unknown.
        """
        return self._git(["merge-base", one, other])

    def fetch_tags(self, pattern: str, remote: Remote) -> None:
        """Make the tags of a pattern equal to the remote's; drop leftovers of failed jobs."""
        spec = f"+refs/tags/{pattern}:refs/tags/{pattern}"
        command = ["fetch", "--quiet", "--no-tags", "--prune", remote.address, spec]
        self._git(command, remote.secrets)

    def push_tag(self, name: str, remote: Remote, *, skip_pipeline: bool) -> None:
        """Push a tag, with or without the pipeline that it would start."""
        option = ["--push-option=ci.skip"] if skip_pipeline else []
        ref = f"refs/tags/{name}"
        try:
            self._git(["push", "--quiet", *option, remote.address, f"{ref}:{ref}"], remote.secrets)
        except GitLabRefused as error:
            if "protected" not in str(error):
                raise
            where = "Settings > Repository > Protected tags"
            hint = f"allow the role of {REPO_TOKEN.name} to create {name}: {where}"
            raise GitLabRefused(f"{' '.join(str(error).split())}; {hint}") from error

    def _builds_on(self, commit: str, there: str, ref: str, remote: Remote) -> bool:
        if there == commit:
            return True
        self._git(["fetch", "--quiet", "--no-tags", remote.address, ref], remote.secrets)
        return self._git(["merge-base", commit, there]) == commit

    def _git(self, command: Sequence[str], extra: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            ["git", *command],
            cwd=self._root,
            env={**self._environment, **(extra or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            verb = next((word for word in command if word in VERBS), command[0])
            raise GitLabRefused(f"git {verb}: {_hidden(done.stderr.strip(), extra or {})}")
        return done.stdout.strip()


VERBS = (
    "add commit-tree fetch ls-remote merge-base push read-tree rev-parse show write-tree".split()
)


def _git_settings(settings: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return git settings as variables, numbered after those in the environment."""
    first = int(environment.get("GIT_CONFIG_COUNT") or 0)
    found = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), start=first):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def _hidden(text: str, secrets: Mapping[str, str]) -> str:
    """Return git's message with every secret hidden."""
    for value in secrets.values():
        if value.startswith("Authorization: "):
            text = text.replace(value, "[hidden]").replace(value.split(" ")[-1], "[hidden]")
    return text
