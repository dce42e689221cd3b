"""A CI job that is about to propose: a detached checkout, a bare remote, a report, a GitLab."""

import os
import subprocess
from pathlib import Path

from tests.training.gitlab_server import GitLab
from training.gate import result as gate
from training.gate.result import GateResult
from training.gitlab import propose
from training.gitlab.git import Remote
from training.task.files import lock_file, params_file

INCIDENT = "0123456789ab"
BRANCH = f"retrain/digits-{INCIDENT}"
LOCK, PARAMS = str(lock_file("digits")), str(params_file("digits"))
FILES = {
    LOCK: "new lock",
    PARAMS: "new params",
    "data/digits/feedback.parquet.dvc": "new data",
    "data/digits/.gitignore": "/feedback.parquet",
}


class Job:
    """A detached checkout with a retrain's changes, a bare remote, a report and a small GitLab."""

    def __init__(self, folder: Path, gitlab: GitLab) -> None:
        self.root, self.remote, self.gitlab = folder / "checkout", folder / "remote.git", gitlab
        self.report = folder / "report"
        self.gate = folder / "gate" / "gate.json"
        self.slept: list[float] = []
        self.environment = {
            **gitlab.environment(),
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "GITLAB_USER_NAME": "Ada",
            "GITLAB_USER_EMAIL": "ada@example.org",
        }
        self.root.mkdir()
        self.report.mkdir()
        (self.report / "curves.png").write_bytes(b"curves")
        (self.report / "report.md").write_text("# Report\n![curves](curves.png)\n")
        self.git("init", "--quiet", "--bare", str(self.remote))
        self.git("init", "--quiet")
        self.write({LOCK: "old lock", PARAMS: "old", "code.py": "1"})
        self.git("add", "--all")
        self.git("-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "first")
        self.git("push", "--quiet", str(self.remote), "HEAD:refs/heads/main")
        self.git("checkout", "--quiet", "--detach")
        self.head = self.git("rev-parse", "HEAD")
        self.write(FILES | {"code.py": "changed, but no part of a retrain"})

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

    def write(self, files: dict[str, str]) -> None:
        """Write files of the checkout."""
        for name, text in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)

    def branch(self, name: str = BRANCH) -> str:
        """Return where a branch of the remote points."""
        return self.git("rev-parse", f"refs/heads/{name}", at=self.remote)

    def propose(self, found: GateResult, *options: str) -> None:
        """Run the command line."""
        gate.write(found, self.gate.parent)
        arguments = ["--task=digits", f"--report={self.report}", f"--gate={self.gate}", *options]
        propose.main(
            arguments,
            environment=self.environment,
            root=self.root,
            remote=Remote(str(self.remote), {}),
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        """Remember a pause; the pushed commit is known to GitLab by then."""
        self.slept.append(seconds)
