"""Statuses add up, and jobs start, by GitLab's rules."""

import pytest

from demo.forge.records.status import composite, status_after


@pytest.mark.parametrize(
    ("statuses", "together"),
    [
        ([], None),
        ([("success", False), ("success", False)], "success"),
        ([("success", False), ("failed", False)], "failed"),
        ([("failed", True)], "success"),
        ([("running", False), ("failed", False)], "running"),
        ([("success", False), ("created", False)], "running"),
        ([("created", False)], "created"),
        ([("pending", False), ("created", False)], "pending"),
        ([("skipped", False)], "skipped"),
        ([("manual", True), ("success", False)], "success"),
        ([("manual", False), ("success", False)], "manual"),
        ([("waiting_for_resource", False), ("success", False)], "waiting_for_resource"),
    ],
)
def test_statuses_add_up_as_on_gitlab(
    statuses: list[tuple[str, bool]], together: str | None
) -> None:
    """Several jobs have the one status that GitLab's rules give them."""
    assert composite(statuses) == together


@pytest.mark.parametrize(
    ("when", "before", "dag", "decision"),
    [
        ("on_success", "success", False, "pending"),
        ("on_success", "skipped", False, "pending"),
        ("on_success", "skipped", True, "skipped"),
        ("on_success", "failed", False, "skipped"),
        ("on_failure", "failed", False, "pending"),
        ("on_failure", "success", False, "skipped"),
        ("always", "failed", True, "pending"),
        ("manual", "success", False, "manual"),
        ("manual", "failed", False, "skipped"),
        ("on_success", "running", False, None),
    ],
)
def test_a_job_starts_when_gitlab_would_start_it(
    when: str, before: str, dag: bool, decision: str | None
) -> None:
    """Earlier jobs decide whether a job starts, waits, or is skipped."""
    assert status_after(when, before, dag=dag) == decision


def test_a_need_that_did_not_run_skips_even_an_on_failure_job() -> None:
    """With needs, one skipped job among failed ones makes the whole skipped."""
    before = composite([("failed", False), ("skipped", False)], dag=True)
    assert before is not None
    assert status_after("on_failure", before, dag=True) == "skipped"
