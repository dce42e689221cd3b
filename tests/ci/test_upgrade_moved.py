"""ci/upgrade: what either side moved or no longer has is neither lost nor left unsaid."""

from pathlib import Path

from tests.ci.forks import EXAMPLE, NEW, Fork
from tests.demo.forge.fixtures import git


def test_a_file_that_both_moved_is_in_both_places(fork: Fork) -> None:
    """A person keeps one of them; neither is taken away."""
    git(fork.root, "mv", "service/here.py", "service/ours.py")
    git(fork.root, "commit", "--quiet", "--message", "Move it")
    said = fork.upgrade(code=1)
    for name in ("ours", "there"):
        assert f"service/{name}.py: both moved the same file" in said
        assert fork.read(f"service/{name}.py").startswith("one\ntwo\n")
    git(fork.root, "add", "service/there.py")
    git(fork.root, "rm", "--quiet", "service/ours.py")
    fork.go_on()
    assert fork.read("service/there.py") == NEW["service/there.py"]


def test_what_is_not_taken_is_named(fork: Fork) -> None:
    """A change of a file that the fork moved too far for git, and what is new in a moved folder."""
    git(fork.root, "rm", "-r", "--quiet", EXAMPLE)
    git(fork.root, "mv", "service/store", "store")
    git(fork.root, "rm", "--quiet", "service/app.py")
    fork.commit({"service/main.py": "one\ntwo\nours\n"})
    said = fork.upgrade()
    listed = ("  service/app.py", "  service/store/migrations/versions/0002_more.py")
    named = said.partition("v0.2.0 changed these, which you have not")[2].splitlines()[2:4]
    assert tuple(named) == listed and "  training/" not in said


def test_the_newest_version_is_that_of_the_repository_that_was_named(
    fork: Fork, tmp_path: Path
) -> None:
    """Not one of another repository, from which the fork has fetched before."""
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(tmp_path / "upstream"), str(other))
    git(other, "tag", "v0.9.0")
    fork.upgrade(f"--from={other}")
    assert git(fork.root, "log", "-1", "--format=%s").stdout == "Merge Perennial v0.9.0\n"
    git(fork.root, "reset", "--quiet", "--hard", "HEAD^")
    fork.upgrade()
    assert git(fork.root, "log", "-1", "--format=%s").stdout == "Merge Perennial v0.2.0\n"
