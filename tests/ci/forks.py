"""A small upstream and a fork of it, for tests of ci/upgrade."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from demo.workspace import ROOT
from tests.demo.forge.fixtures import commit, git

EXAMPLE, OWN = "training/tasks/digits", "training/tasks/shoes"
MAKEFILE = """\
upgrade:
\t@python3 ci/upgrade --from "$$FROM" --ref "$$REF"
upgraded:
\t@tr a-z A-Z <thresholds >prometheus.yml
\t@cp prometheus.yml grafana.new
\t@ci/duties "$(BASE)" "$(NEWER)"
lock:
\t@sed 's/^/pinned /' <pyproject.toml >requirements/dev.txt
"""
PARAMS = "seed: 1\nlayers: 2\nwidth: 3\nrate: 4\nexport:\n  version: {}\n"
OLD = {
    ".gitattributes": "* text=auto eol=lf\n",
    "CHANGELOG.md": "# Changelog\n\n## Unreleased\n- Old news.\n- Known.\n",
    "README.md": f"See [the example]({EXAMPLE}/task.py).\n\nMore.\n\nThe end.\n",
    "thresholds": "low\n",
    "prometheus.yml": "LOW\n",
    "pyproject.toml": "numpy\n\nzstd\n",
    "requirements/dev.txt": "pinned numpy\n\npinned zstd\n",
    "service/app.py": "one\ntwo\nthree\n",
    "service/gone.py": "one\n",
    "service/here.py": "one\ntwo\nthree\nfour\nfive\n",
    f"{EXAMPLE}/task.py": "# The example.\n" + "code\n" * 20,
    f"{EXAMPLE}/params.yaml": PARAMS.format("1.0.0"),
    f"{EXAMPLE}/dvc.lock": "a: 1\nb: 1\nc: 1\nd: 1\n",
    f"{EXAMPLE}/dvc.yaml": "stages: old\n",
    "service/store/migrations/versions/0001_first.py": '"""Start."""\nautomatic = True\n',
}
NEW = {
    ".gitattributes": (ROOT / ".gitattributes").read_text(),
    "Makefile": MAKEFILE,
    "CHANGELOG.md": "# Changelog\n\n## 0.2.0\n### What a fork must do\n- Set X.\n- Known.\n\n"
    "### What is new\n- Much.\n\n## 0.1.0\n### What a fork must do\n- Run old.\n",
    "README.md": f"See [the example]({EXAMPLE}/task.py) first.\n\nMore.\n\nThe end.\n",
    "thresholds": "high\n",
    "prometheus.yml": "HIGH\n",
    "pyproject.toml": "numpy 2\n\nzstd\n",
    "requirements/dev.txt": "pinned numpy 2\n\npinned zstd\n",
    "service/app.py": "ONE\ntwo\nthree\n",
    "service/there.py": "one\ntwo\nthree\nfour\nfive\nsix\n",
    f"{EXAMPLE}/params.yaml": "new: 9\n" + PARAMS.format("1.0.0"),
    f"{EXAMPLE}/dvc.lock": "a: 2\nb: 1\nc: 1\nd: 1\n",
    f"{EXAMPLE}/dvc.yaml": "stages: new\n",
    f"{EXAMPLE}/bundle.sha256": "theirs\n",
    "service/store/migrations/versions/0002_more.py": '"""More."""\nautomatic = True\n',
    "monitoring/relay/migrations/versions/0002_wide.py": '"""Wide ids.\n"""\nautomatic = False\n',
}


class Fork:
    """A clone of the old version, whose upstream has a newer one."""

    def __init__(self, folder: Path) -> None:
        """folder: for both."""
        upstream, self.root = folder / "upstream", folder / "fork"
        upstream.mkdir()
        git(upstream, "init", "--quiet", "--initial-branch=main")
        commit(upstream, OLD)
        git(upstream, "tag", "v0.1.0")
        git(folder, "clone", "--quiet", "--origin=upstream", str(upstream), str(self.root))
        for name in ("upgrade", "duties"):
            (upstream / "ci").mkdir(exist_ok=True)
            (upstream / "ci" / name).write_bytes((ROOT / "ci" / name).read_bytes())
            (upstream / "ci" / name).chmod(0o755)
        for name in ("gone", "here"):
            (upstream / "service" / f"{name}.py").unlink()
        commit(upstream, NEW)
        git(upstream, "tag", "v0.2.0")
        git(upstream, "tag", "v0.10.0-rc1")
        for setting in ("user.name=Fork", "user.email=fork@localhost"):
            git(self.root, "config", *setting.split("="))

    def commit(self, files: dict[str, str]) -> None:
        """Write files and commit them."""
        commit(self.root, files)

    def upgrade(self, *options: str, code: int = 0) -> str:
        """Run the newer version's own command, as a fork without it does; return what it says."""
        git(self.root, "fetch", "--quiet", "upstream")
        script = git(self.root, "show", "upstream/main:ci/upgrade").stdout
        return self._run([sys.executable, "-", *options], code, script)

    def go_on(self, code: int = 0) -> str:
        """Run the verb that the merged tree has; return what it says."""
        return self._run(["make", "upgrade"], code)

    def _run(self, command: Sequence[str], code: int, script: str = "") -> str:
        # As a person runs it, not below the make that runs these tests.
        above = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        environment = {name: value for name, value in os.environ.items() if name not in above}
        done = subprocess.run(
            command,
            cwd=self.root,
            input=script,
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert done.returncode == (2 if code and command[0] == "make" else code), done
        return done.stdout + done.stderr

    def read(self, name: str) -> str:
        """Return a file."""
        return (self.root / name).read_text()

    def state(self) -> list[str]:
        """Return the commit, what differs from it, and every file with what is in it."""
        found = [
            git(self.root, *of).stdout for of in (("rev-parse", "HEAD"), ("status", "--short"))
        ]
        files = sorted(path for path in self.root.rglob("*") if ".git" not in path.parts)
        return found + [f"{path}: {path.read_text()}" for path in files if path.is_file()]
