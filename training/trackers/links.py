"""Where a run comes from: its commit, pipeline, job and merge request, for the run's page."""

from collections.abc import Mapping


def links_of(environment: Mapping[str, str], *, commit: str = "") -> dict[str, str]:
    """Return what GitLab's variables say, without what they do not.

    commit: the one that is checked out, where no job names it.

    >>> links_of({}, commit="9f2c")
    {'commit': '9f2c'}
    >>> links_of({"CI_COMMIT_SHA": "9f2c", "CI_PROJECT_URL": "https://git.example/a/b",
    ...     "CI_MERGE_REQUEST_IID": "7"})["merge_request"]
    'https://git.example/a/b/-/merge_requests/7'
    """
    given = environment.get
    project = given("CI_PROJECT_URL", "")
    target = given("CI_MERGE_REQUEST_PROJECT_URL") or project
    sha, request = given("CI_COMMIT_SHA") or commit, given("CI_MERGE_REQUEST_IID")
    found = {
        "commit": sha,
        "commit_page": f"{project}/-/commit/{sha}" if project and sha else "",
        "pipeline": given("CI_PIPELINE_URL", ""),
        "job": given("CI_JOB_URL", ""),
        "job_id": given("CI_JOB_ID", ""),
        "merge_request": f"{target}/-/merge_requests/{request}" if target and request else "",
        "incident": given("INCIDENT", ""),
        "project_page": project,
    }
    return {name: value for name, value in found.items() if value}
