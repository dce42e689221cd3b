"""What the forge keeps of a job's reports, and what its log says where GitLab could not use one."""

from pathlib import Path

import pytest

from demo.forge.ci.reports import keep
from tests.demo.forge.fixtures import ForgeServer, commit, git

FILE = """\
job:
  coverage: '/^TOTAL.*\\s(\\d+(?:\\.\\d+)?)%$/'
  script:
    - 'echo "TOTAL      200     25    87.5%"'
    - echo '<testsuites/>' >junit.xml
    - mkdir out && echo kept >out/file
  artifacts:
    paths: [out/]
    reports: {junit: junit.xml, codequality: missing.json}
"""
ISSUE = (
    '[{"description": "d", "check_name": "E1", "fingerprint": "f", "severity": "minor", '
    '"location": {"path": "a.py", "lines": {"begin": 1}}}]'
)


def test_a_job_has_reports_coverage_and_artifacts(server: ForgeServer, clone: Path) -> None:
    """The log warns of a missing report, as GitLab's does, and the job still succeeds."""
    git(clone, "checkout", "--quiet", "-B", "reports")
    sha = commit(clone, {".gitlab-ci.yml": FILE})
    git(clone, "push", "--quiet", "origin", "reports")
    server.settle()
    pipeline = server.newest(sha=sha)
    job = server.project("GET", f"/pipelines/{pipeline['id']}/jobs")[0]
    assert (job["status"], job["coverage"]) == ("success", 87.5)
    assert server.project("GET", f"/pipelines/{pipeline['id']}")["coverage"] == "87.50"
    trace = server.trace(pipeline["id"], "job")
    assert "WARNING: missing.json: no matching files" in trace
    assert "WARNING: junit.xml" not in trace
    path = f"/projects/1/jobs/{job['id']}/artifacts"
    assert server.call("GET", f"{path}/out/file").text == "kept\n"
    for other in ("junit.xml", "out/other", "%2e%2e/%2e%2e/x"):
        assert server.call("GET", f"{path}/{other}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "good", "bad", "problem"),
    [
        ("junit", "<testsuites/>", "<tests/>", "the root is <tests>"),
        ("junit", "<testsuite/>", "", "no element found"),
        ("codequality", ISSUE, "{}", "not a list"),
        ("codequality", "[]", "{", "Expecting property name"),
        ("codequality", ISSUE, ISSUE.replace('"a.py"', '"/a.py"'), "no path in the repository"),
        ("codequality", ISSUE, ISSUE.replace('"f"', '""'), "lacks description, fingerprint"),
        ("metrics", '# HELP a b\na{b="c d"} 1.5\n# EOF\n', "a = 1\n", "no metric: a = 1"),
        ("dotenv", "A=1\n", "A 1\n", "no variable: A 1"),
        ("dotenv", "A=1\n", f"A={'1' * 6000}\n", "over 5 KB"),
    ],
)
def test_a_report_that_gitlab_cannot_read_is_an_error_in_the_log(
    tmp_path: Path, kind: str, good: str, bad: str, problem: str
) -> None:
    """A right one is kept without a word."""
    artifacts = {"reports": {kind: "report"}}
    (tmp_path / "report").write_text(good)
    assert keep(artifacts, tmp_path, tmp_path / "kept") == []
    assert (tmp_path / "kept" / kind / "report").read_text() == good
    (tmp_path / "report").write_text(bad)
    (said,) = keep(artifacts, tmp_path, tmp_path / "kept")
    assert said.startswith(f"ERROR: report: GitLab cannot read this {kind}: ") and problem in said


def test_coverage_needs_file_names(tmp_path: Path) -> None:
    """Cobertura's report marks the lines of a merge request by them."""
    artifacts = {"reports": {"coverage_report": {"coverage_format": "cobertura", "path": "c.xml"}}}
    file = tmp_path / "c.xml"
    file.write_text('<coverage><class filename="a.py"/></coverage>')
    assert keep(artifacts, tmp_path, tmp_path / "kept") == []
    file.write_text("<coverage/>")
    assert "no class has a filename" in keep(artifacts, tmp_path, tmp_path / "kept")[0]
