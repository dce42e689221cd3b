"""`champion` says which version serves and why, and whether the service says the same."""

from pathlib import Path
from typing import Any

import pytest
from gto import api as gto

from tests.raw_server import CUT, CUT_502, HTML, NOT_HTTP, sending
from tests.training.registry.job import Main, shown
from training.errors import BadParameter
from training.registry.champion import ask, describe
from training.registry.versions import Versions


@pytest.fixture
def main(tmp_path: Path) -> Main:
    """Return a job on main."""
    return Main(tmp_path)


def test_the_champion_is_told_with_its_reasons(
    main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    """Version, tag, commit, when, by whom, bundle, accuracy with its interval, what was before."""
    main.train("1.0.0")
    main.run("register")
    made = main.train("1.1.0", seed=5, message="Wider filters")
    main.run("register")
    capsys.readouterr()
    assert main.run("champion") == 0
    lines = shown(capsys)
    assert lines["digits"] == "v1.1.0 serves"
    assert lines["tag"] == "digits#production#2 on digits@v1.1.0"
    assert lines["commit"] == main.git("rev-parse", "HEAD")
    assert lines["since"].endswith(" UTC, by Ada")
    assert lines["bundle"] == made.digest
    assert lines["accuracy"] == "0.9750 (0.9546 to 0.9864) on 400 base test rows"
    assert lines["before"].startswith("v1.0.0 from 20")
    assert lines["service"] == "not asked: set PERENNIAL_URL to its address"


def test_a_rollback_by_hand_is_told(main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    """`gto assign` names no reason; the version still has its own."""
    main.train("1.0.0", message="The first")
    main.run("register")
    main.train("1.1.0", seed=5)
    main.run("register")
    gto.assign(str(main.root), "digits", "production", version="v1.0.0", force=True, author="Bo")
    capsys.readouterr()
    main.run("champion")
    lines = shown(capsys)
    assert lines["tag"] == "digits#production#3 on digits@v1.0.0"
    assert lines["why"] == "The first" and lines["since"].endswith("by Bo")


def answer(digest: str, version: str = "1.0.0", task: str = "digits") -> dict[str, Any]:
    """Return what the service says on /model."""
    return {"digest": digest, "manifest": {"task": task, "version": version}}


def test_a_service_that_agrees_is_told(main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    """The same bundle, by its digest."""
    main.said = answer(main.train("1.0.0").digest)
    main.more = {"PERENNIAL_URL": "http://service:8000"}
    main.run("register")
    capsys.readouterr()
    assert main.run("champion") == 0
    assert shown(capsys)["service"] == "http://service:8000 serves the same bundle"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "http://service:8000/model gave no usable answer: Connection refused"),
        ({"detail": "?"}, "http://service:8000/model gave no usable answer: 'digest'"),
        (answer("f" * 64, "0.9.0"), "serves digits v0.9.0, bundle ffffffffffff: NOT what git says"),
        (answer("f" * 64, task="news"), "serves another model: news v1.0.0, bundle ffffffffffff"),
    ],
)
def test_a_service_that_disagrees_fails(
    main: Main, said: dict[str, Any], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line says what it serves, and the exit code is 1."""
    main.train("1.0.0")
    main.said = said
    main.more = {"PERENNIAL_URL": "http://service:8000/"}
    main.run("register")
    capsys.readouterr()
    assert main.run("champion") == 1
    assert expected in capsys.readouterr().out


def test_without_tags_the_champion_says_where_they_come_from(
    main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new project, or a clone without tags, is no error."""
    main.commit("Start")
    main.said, main.more = answer("f" * 64), {"PERENNIAL_URL": "http://service:8000"}
    assert main.run("champion") == 0
    out = capsys.readouterr().out
    assert "digits: no version is registered in this clone" in out and "git fetch --tags" in out
    assert "serves digits v1.0.0, bundle ffffffffffff; git names no bundle to compare with" in out


def test_a_task_that_neither_git_nor_the_tree_knows_is_an_error(main: Main) -> None:
    """One that the tree lost is still told by its tags."""
    main.commit("Start")
    with pytest.raises(BadParameter, match="task: got 'gone', expected one of .*digits"):
        main.run("champion", "gone")
    gto.register(str(main.root), "gone", "HEAD", version="v1.0.0")
    assert main.run("champion", "gone") == 0


def test_a_version_without_production_is_told(
    main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    """Registered by hand, not deployed."""
    main.train("1.0.0")
    gto.register(str(main.root), "digits", "HEAD", version="v1.0.0")
    main.run("champion")
    expected = "digits: no version is in production yet; registered: v1.0.0"
    assert expected in capsys.readouterr().out


def test_production_that_was_emptied_is_told(
    main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    """GTO's unassign takes the version out of the stage."""
    main.train("1.0.0")
    main.run("register")
    gto.unassign(str(main.root), "digits", version="v1.0.0", stage="production")
    main.run("champion")
    assert "digits: nothing is in production since " in capsys.readouterr().out


def test_a_production_tag_without_a_version_is_told(
    main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tag made without GTO, on any commit; the line says how it is done."""
    main.commit("Start")
    main.git("tag", "digits#production#1")
    main.run("champion")
    out = capsys.readouterr().out
    assert "digits#production#1 put an unregistered version into production" in out
    assert "gto assign digits --version vX.Y.Z --stage production" in out


@pytest.mark.parametrize("reply", [CUT, CUT_502, HTML, NOT_HTTP])
def test_a_service_that_is_cut_short_fails_in_one_line(reply: bytes) -> None:
    """Nor need it speak HTTP."""
    with sending(reply) as (url, _):
        lines, agrees = describe(Versions("digits", {}, ()), url, ask)
    assert not agrees
    assert lines[-1].startswith(f"service     {url}/model gave no usable answer: ")
    assert "\n" not in lines[-1]
