"""CHANGELOG.md: each version says what it asks of a fork, and the newest one is this."""

import tomllib

from demo.workspace import ROOT
from tests.ci.scripts import load

DUTIES = load("duties")


def _sections() -> dict[str, list[str]]:
    """Return the lines of each version, newest first."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "CHANGELOG.md").read_text().splitlines():
        if line.startswith("## "):
            found[line.removeprefix("## ")] = []
        elif found:
            found[list(found)[-1]].append(line)
    return found


def test_each_version_says_what_a_fork_must_do() -> None:
    """`make upgrade` prints these lines and no others."""
    for version, lines in _sections().items():
        assert DUTIES.HEADING in lines, version
        assert list(DUTIES.asked("\n".join(["## " + version, *lines]), "")), version


def test_the_newest_version_is_that_of_the_package() -> None:
    """A release changes both."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    assert next(name for name in _sections() if name != "Unreleased") == version


def test_between_two_versions_only_the_newer_ones_lines_are_printed() -> None:
    """A fork of 0.1.0 hears what 0.2.0 asks, and nothing that it did already."""
    text = (ROOT / "CHANGELOG.md").read_text()
    older = text[text.index("## 0.1.0") :]
    asked = list(DUTIES.asked(text, older))
    assert "## 0.2.0" in asked and "## 0.1.0" not in asked
    assert not set(older.splitlines()) & set(asked)
