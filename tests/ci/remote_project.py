"""A tiny DVC repository that uses ci/remote of this project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from demo.workspace import ROOT

CONTENT = "rows that a model learns from\n"


class Project:
    """A DVC repository with one file, and ci/remote of this project."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(root.parent),
            "VENV": sys.prefix,
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(root.parent / "site"),
        }

    def create(self) -> None:
        """Make the repository and let DVC track the file."""
        (self.root / ".dvc").mkdir(parents=True)
        for name in ("config", ".gitignore"):
            shutil.copy(ROOT / ".dvc" / name, self.root / ".dvc")
        (self.root / "ci").symlink_to(ROOT / "ci")
        (self.root / "rows.csv").write_text(CONTENT)
        (self.root / ".gitignore").write_text("/rows.csv\n")
        assert self.run("git", "init", "--quiet").returncode == 0
        assert self.run("dvc", "add", "--quiet", "rows.csv").returncode == 0

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command."""
        env = self.environment | variables
        return subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, text=True, timeout=60
        )

    def dvc(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run DVC through ci/remote."""
        return self.run("ci/remote", "dvc", *arguments, **variables)

    def forget(self) -> None:
        """Be a new clone: neither the file nor DVC's cache is there."""
        (self.root / "rows.csv").unlink()
        shutil.rmtree(self.root / ".dvc" / "cache")

    def goes_round(self, **variables: str) -> None:
        """Push, forget, pull, and find the file again."""
        pushed = self.dvc("push", **variables)
        assert "1 file pushed" in pushed.stdout, pushed.stderr
        self.forget()
        pulled = self.dvc("pull", **variables)
        assert pulled.returncode == 0, pulled.stderr
        assert (self.root / "rows.csv").read_text() == CONTENT


def overwrite(store: Path, old: bytes, new: bytes) -> None:
    """Put other content under the name of a hash, as whoever may write to the remote can."""
    (file,) = (path for path in store.rglob("*") if path.is_file() and path.read_bytes() == old)
    os.chmod(file, 0o644)
    file.write_bytes(new)
    # DVC's own mode: a file that it finds writable it hashes again, but only in a folder.
    os.chmod(file, 0o444)
