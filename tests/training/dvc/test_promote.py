"""Main copies what was judged from the remote of merge requests, and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.remote_project import overwrite
from training.dvc.promote import Dvc, promote
from training.dvc.stored import content_hash
from training.errors import RemoteRefused
from training.task.files import folder

pytestmark = pytest.mark.seconds(20)

STAGE = """
stages:
  export:
    wdir: ../../..
    cmd: mkdir -p artifacts/news/bundle && cp made artifacts/news/bundle/manifest.json &&
      sha256sum artifacts/news/bundle/manifest.json > training/tasks/news/bundle.sha256
    outs: [artifacts/news/bundle, training/tasks/news/bundle.sha256: {cache: false}]
"""
# The first two files ever published with one MD5, which differ in the high bits of six bytes.
# Source: Wang, Feng, Lai, Yu, Collisions for Hash Functions MD4, MD5, HAVAL-128 and RIPEMD, 2004.
MADE = bytes.fromhex(
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89"
    "55ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
    "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
)
TWIN = bytes(byte ^ 0x80 * (place in (19, 45, 59, 83, 109, 123)) for place, byte in enumerate(MADE))


class Project:
    """A clone of main after a merge request: its outputs are in the other remote alone."""

    def __init__(self, root: Path) -> None:
        self.root = root / "clone"
        self.main, self.review = root / "main", root / "review"
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(root),
            "DVC_NO_ANALYTICS": "1",
        }
        self.dvc = Dvc(self.root, self.environment)

    def create(self) -> None:
        """Train in a merge request."""
        (self.root / folder("news")).mkdir(parents=True)
        (self.root / folder("news") / "dvc.yaml").write_text(STAGE)
        (self.root / "made").write_bytes(MADE)
        subprocess.run(["git", "init", "--quiet"], cwd=self.root, check=True)
        self.dvc.run("init", "--quiet")
        for name, address in (("store", self.main), ("review", self.review)):
            lines = f"['remote \"{name}\"']\n    url = {address}\n    verify = true\n"
            with (self.root / ".dvc" / "config").open("a") as file:
                file.write(lines)
        with (self.root / ".dvc" / "config").open("a") as file:
            file.write("[core]\n    remote = store\n")
        stages = str(folder("news") / "dvc.yaml")
        self.dvc.run("repro", "--quiet", stages)
        self.dvc.run("push", "--quiet", "--remote", "review", stages)
        for made in (self.root / "artifacts", self.root / ".dvc" / "cache"):
            shutil.rmtree(made)

    def stored(self) -> list[bytes]:
        """Return what files main's remote has."""
        return [path.read_bytes() for path in self.main.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, made once."""
    root = tmp_path_factory.mktemp("merged")
    Project(root).create()
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Project:
    """A copy of the project."""
    shutil.copytree(made, tmp_path / "copy")
    copy = Project(tmp_path / "copy")
    config = copy.root / ".dvc" / "config"
    config.write_text(config.read_text().replace(str(made), str(tmp_path / "copy")))
    return copy


def test_what_was_merged_is_copied_to_mains_remote(project: Project) -> None:
    """A second pipeline finds nothing to copy; what neither remote has holds up nothing."""
    gone = project.root / "data" / "news" / "gone.csv.dvc"
    gone.parent.mkdir(parents=True)
    gone.write_text(f"outs:\n- md5: {'a' * 32}\n  size: 1\n  hash: md5\n  path: gone.csv\n")
    assert promote("news", project.dvc, project.root) == {
        "artifacts/news/bundle/": "copied",
        "data/news/gone.csv": "missing",
    }
    assert MADE in project.stored()
    assert project.dvc.lacking("news") == ["data/news/gone.csv"]


def test_what_was_overwritten_after_the_merge_is_not(project: Project) -> None:
    """Whoever may open a merge request can write there; nothing at all is copied."""
    overwrite(project.review, MADE, b"evil")
    with pytest.raises(
        RemoteRefused, match="artifacts/news/bundle: missing after asking both remotes"
    ):
        promote("news", project.dvc, project.root)
    assert project.stored() == []


def test_a_bundle_that_only_has_the_md5_that_git_names_is_not(project: Project) -> None:
    """DVC verifies it and takes it; its SHA-256, which git names too, refuses it."""
    overwrite(project.review, MADE, TWIN)
    bundle = project.root / "artifacts" / "news" / "bundle"
    with pytest.raises(RemoteRefused, match=r"bundle: its digest is \w{12}, training/.* names"):
        promote("news", project.dvc, project.root)
    assert project.stored() == []
    assert (bundle / "manifest.json").read_bytes() == TWIN
    assert content_hash(bundle) in (project.root / folder("news") / "dvc.lock").read_text()
