"""The list of those who call GitLab, in the package's docstring."""

from perennial import gitlab
from tests.docs.environment import ROOT


def test_every_caller_exists() -> None:
    """A module, a package or a script that is renamed is renamed in the list as well."""
    listed = [line.split("  ")[0].strip() for line in _callers()]
    assert len(listed) > 5
    for name in listed:
        path = ROOT / name.replace(".", "/")
        assert path.exists() or path.with_suffix(".py").exists(), name


def _callers() -> list[str]:
    paragraphs = (gitlab.__doc__ or "").split("\n\n")
    return paragraphs[1].splitlines()
