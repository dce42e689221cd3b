"""A job on main that is about to register what it deployed: a checkout, a bundle, a bare remote."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from perennial.bundle import Bundle
from tests.bundles import make_bundle
from tests.toy import numbers
from training.gitlab.git import Remote
from training.registry import __main__ as registry
from training.task.files import lock_file, params_file

LOCK = "stages:\n  export:\n    outs:\n    - path: artifacts/digits/bundle\n      md5: {}\n"
SIZES = {"base_accuracy": {"value": 0.975, "size": 400}}
DAY = 86_400
START = 1_790_000_000  # Unix seconds


class Main:
    """A clone of main in which each model is a commit; dates go on by a day each."""

    def __init__(self, folder: Path) -> None:
        self.root, self.remote = folder / "checkout", folder / "remote.git"
        self.root.mkdir()
        self.now = START
        self.home = folder
        self.said: dict[str, Any] = {}
        self.more: dict[str, str] = {}
        self.git("init", "--quiet", "--bare", str(self.remote))
        self.git("config", "receive.advertisePushOptions", "true", at=self.remote)
        self.git("init", "--quiet", "--initial-branch=main")
        (self.root / ".gitignore").write_text("/artifacts/\n")
        (self.root / params_file("digits")).parent.mkdir(parents=True)
        (self.root / params_file("digits")).write_bytes(numbers.FILE.read_bytes())

    @property
    def environment(self) -> dict[str, str]:
        """Return what the job has; the clock of git is ours."""
        date = f"{self.now} +0000"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GITLAB_USER_NAME": "Ada",
            "GITLAB_USER_EMAIL": "ada@example.org",
            "CI_PIPELINE_URL": "https://gitlab.example.org/g/p/-/pipelines/7",
            **self.more,
        }

    def git(self, *command: str, at: Path | None = None) -> str:
        """Run git."""
        done = subprocess.run(
            ["git", *command],
            cwd=at or self.root,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def train(self, version: str, *, seed: int = 0, message: str = "Train a model") -> Bundle:
        """Leave another bundle, and commit its lock."""
        folder = self.root / "artifacts" / "digits" / "bundle"
        for old in folder.glob("*"):
            old.unlink()
        made = make_bundle(folder, version, seed=seed, metrics=SIZES)
        (self.root / lock_file("digits")).write_text(LOCK.format(made.digest[:32]))
        self.commit(message)
        return made

    def commit(self, message: str) -> str:
        """Commit everything a day later, and return the commit."""
        self.now += DAY
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def run(self, verb: str, task: str = "digits") -> int:
        """Run the command line."""
        return registry.main(
            [verb, f"--task={task}"],
            environment=self.environment,
            root=self.root,
            remote=Remote(str(self.remote), {}),
            ask=self.ask,
        )

    def ask(self, address: str) -> Any:
        """Answer as the service does, or not at all."""
        if not self.said:
            raise ConnectionRefusedError("Connection refused")
        return self.said

    def tags(self, at: Path | None = None) -> list[str]:
        """Return the remote's tags."""
        listed = self.git("for-each-ref", "--format=%(refname:strip=2)", "refs/tags", at=at)
        return listed.split()

    def pushed(self) -> list[str]:
        """Return the remote's tags."""
        return self.tags(self.remote)


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return what `champion` printed, by the first word of each line."""
    lines = capsys.readouterr().out.splitlines()
    return {line.split()[0]: " ".join(line.split()[1:]) for line in lines}
