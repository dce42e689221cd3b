"""ci/upgrade: a fork takes a newer version, played with a small upstream and real git."""

import doctest
import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT
from tests.ci.forks import EXAMPLE, NEW, OLD, OWN, PARAMS, Fork
from tests.ci.scripts import load
from tests.demo.forge.fixtures import commit, git


def test_the_examples_in_the_docstrings_hold() -> None:
    """They run, as everywhere."""
    assert [doctest.testmod(load(name)).failed for name in ("upgrade", "duties")] == [0, 0]


def test_a_fork_takes_the_newest_version_and_hears_what_it_asks(fork: Fork) -> None:
    """One commit; generated files are new, and only what is asked since the fork's is printed."""
    said = fork.upgrade()
    assert git(fork.root, "status", "--short").stdout == ""
    assert git(fork.root, "log", "-1", "--format=%s").stdout == "Merge Perennial v0.2.0\n"
    assert fork.read("prometheus.yml") == fork.read("grafana.new") == "HIGH\n"
    assert fork.read(f"{EXAMPLE}/dvc.lock") == NEW[f"{EXAMPLE}/dvc.lock"]
    assert fork.read(f"{OWN}/dvc.lock") == "a: 7\n"
    asked = said.partition("## To do for version ")[2].partition("\n\n")[0]
    assert asked == "0.2.0\n- Set X." and "Run old" not in said
    assert "Train again (shoes)" in said
    assert "0002_more.py: More. Its program runs it when it starts." in said
    assert "0002_wide.py: Wide ids. BY HAND" in said and "monitoring.relay.migrate" in said
    assert "v0.2.0 is part of this fork already" in fork.go_on(code=1)


def test_the_model_of_a_retrain_stays_whole(fork: Fork) -> None:
    """Of an example that both trained: the fork's lock, no digest of theirs, the fork's numbers."""
    lock, retrained = "a: 1\nb: 1\nc: 1\nd: 2\n", PARAMS.format("1.1.0")
    fork.commit({f"{EXAMPLE}/dvc.lock": lock, f"{EXAMPLE}/params.yaml": retrained})
    assert "Train again (digits, shoes)" in fork.upgrade()
    assert fork.read(f"{EXAMPLE}/dvc.lock") == lock
    assert not (fork.root / EXAMPLE / "bundle.sha256").exists()
    assert fork.read(f"{EXAMPLE}/params.yaml") == "new: 9\n" + retrained


def test_what_no_model_is_made_with_asks_for_no_training(fork: Fork) -> None:
    """As where the newer version has but another sentence in its README."""
    fork.upgrade()
    commit(fork.root.parent / "upstream", {"README.md": NEW["README.md"] + "\nOne more.\n"})
    assert "Train again" not in fork.upgrade("--ref=main")


def test_what_is_generated_never_conflicts(fork: Fork) -> None:
    """Whatever a fork had there is written anew from both sides' sources."""
    fork.commit(
        {
            "prometheus.yml": "MIDDLE\n",
            f"{EXAMPLE}/dvc.yaml": "stages: ours\n",
            "pyproject.toml": "numpy\n\nzstd\nours\n",
            "requirements/dev.txt": "pinned numpy\n\npinned zstd\npinned ours\n",
        }
    )
    fork.upgrade()
    assert fork.read("prometheus.yml") == "HIGH\n"
    assert (
        fork.read("requirements/dev.txt") == "pinned numpy 2\npinned \npinned zstd\npinned ours\n"
    )


def test_an_example_that_was_dropped_stays_away(fork: Fork) -> None:
    """It does not come back, nor change the task in its place that looks like it."""
    git(fork.root, "rm", "-r", "--quiet", EXAMPLE)
    git(fork.root, "commit", "--quiet", "--message", "Drop the example")
    own = [fork.read(f"{OWN}/{name}") for name in ("params.yaml", "dvc.lock")]
    assert f"These stay deleted, as you deleted them: {EXAMPLE}\n" in fork.upgrade()
    assert not (fork.root / EXAMPLE).exists()
    assert [fork.read(f"{OWN}/{name}") for name in ("params.yaml", "dvc.lock")] == own
    assert not (fork.root / OWN / "bundle.sha256").exists()


def test_links_that_a_dropped_example_took_along_do_not_conflict(fork: Fork) -> None:
    """A document in which the fork only lost links is theirs again."""
    without = OLD["README.md"].replace(f"[the example]({EXAMPLE}/task.py)", "the example")
    fork.commit({"README.md": without})
    fork.upgrade()
    assert fork.read("README.md") == NEW["README.md"]


@pytest.fixture
def changed(fork: Fork) -> Fork:
    """A fork that changed files of ours, of which the newer version changed, deleted, moved one."""
    fork.commit(
        {
            "service/app.py": "Eins\ntwo\nthree\n",
            "service/gone.py": "uno\n",
            "service/here.py": "uno\ntwo\nthree\nfour\nfive\n",
            "README.md": OLD["README.md"].replace("The end", "Ours"),
        }
    )
    return fork


CONFLICTS = {
    "service/app.py": "mend it between <<<<<<< and >>>>>>>, then 'git add service/app.py'",
    "service/gone.py": "you changed it, and v0.2.0 has none any more",
}


def test_what_a_person_must_decide_is_listed_with_what_to_do(changed: Fork) -> None:
    """Each file that both changed, and none besides; after mending the upgrade goes on."""
    said = changed.upgrade(code=1)
    listed = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert len(listed) == len(CONFLICTS)
    for line, (path, advice) in zip(listed, CONFLICTS.items(), strict=True):
        assert line.startswith(f"{path}: {advice}"), said
    assert changed.go_on(code=1).splitlines()[:3] == said.splitlines()[:3]
    (changed.root / "service/app.py").write_text("EINS\ntwo\nthree\n")
    git(changed.root, "add", "service/app.py")
    git(changed.root, "rm", "--quiet", "service/gone.py")
    assert "README.md\n  service/app.py\n" in changed.go_on()
    assert changed.read("service/there.py") == "uno\ntwo\nthree\nfour\nfive\nsix\n"
    assert changed.read("service/app.py") == "EINS\ntwo\nthree\n"
    assert changed.read("README.md") == NEW["README.md"].replace("The end", "Ours")


def test_an_upgrade_can_be_left_with_nothing_lost(changed: Fork) -> None:
    """With conflicts, after a failed step and after the commit, git goes back to where it was."""
    (changed.root / "notes").write_text("mine\n")
    before = changed.state()
    changed.upgrade(code=1)
    git(changed.root, "merge", "--abort")
    assert changed.state() == before
    changed.upgrade(code=1)
    for name in CONFLICTS:
        git(changed.root, "checkout", "--ours", "--", name)
        git(changed.root, "add", name)
    (changed.root / "thresholds").unlink()
    said = changed.go_on(code=1)
    assert "'make upgraded' failed" in said and "git merge --abort" in said
    git(changed.root, "merge", "--abort")
    assert changed.state() == before
    git(changed.root, "rm", "--quiet", *CONFLICTS)
    git(changed.root, "commit", "--quiet", "--message", "Drop them")
    before = changed.state()
    changed.upgrade()
    git(changed.root, "reset", "--quiet", "--hard", "HEAD^")
    assert changed.state() == before


def test_where_a_changed_file_went_is_said(fork: Fork) -> None:
    """A fork that dropped the example follows no moves, so it hears of them."""
    git(fork.root, "rm", "-r", "--quiet", EXAMPLE)
    fork.commit({"service/here.py": "uno\ntwo\nthree\nfour\nfive\n"})
    assert "service/here.py: you changed it, and v0.2.0 has it as service/there.py" in fork.upgrade(
        code=1
    )


def test_what_cannot_begin_is_refused_and_changes_nothing(fork: Fork, tmp_path: Path) -> None:
    """Each refusal names what it got and what it expected."""
    (tmp_path / "ignored").write_text("/service/there.py\n")
    git(fork.root, "config", "core.excludesFile", str(tmp_path / "ignored"))
    kept = fork.root / "service" / "there.py"
    (fork.root / "thresholds").write_text("changed\n")
    before = fork.state()
    changed = "thresholds: got changes that are not committed"
    assert changed in fork.upgrade(code=1) and fork.state() == before
    git(fork.root, "checkout", "--quiet", "thresholds")
    kept.write_text("mine\n")
    before = fork.state()
    said = {
        "service/there.py: got a file that is not in git": (),
        "FROM: got 'nowhere', expected a remote or an address of Perennial": ("--from=nowhere",),
        "REF: got 'v9', expected a version or branch: upstream has v0.2.0, v0.1.0, main": (
            "--ref=v9",
        ),
    }
    for message, options in said.items():
        assert message in fork.upgrade(*options, code=1)
    assert fork.state() == before and kept.read_text() == "mine\n"


def test_another_merge_is_not_taken_for_an_upgrade(fork: Fork) -> None:
    """A merge of the fork's own that is in progress is left as it is."""
    git(fork.root, "switch", "--quiet", "--create", "other", "HEAD~1")
    fork.commit({f"{OWN}/dvc.lock": "a: 8\n"})
    git(fork.root, "merge", "main", check=False)
    before = fork.state()
    assert "another merge is in progress ('Merge branch 'main' into other')" in fork.upgrade(code=1)
    assert fork.state() == before


def test_no_database_is_touched_before_the_merge_is_judged() -> None:
    """What runs in the merged tree names migrations and runs none: git could not take them back."""
    command = ["make", "--dry-run", "upgraded", "DROPPED=", "BASE=a", "NEWER=b"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert 'ci/duties "a" "b"' in done.stdout
    assert "migrate" not in done.stdout
