"""How GitLab derives the status of a pipeline, and which job may start next.

Source: lib/gitlab/ci/status/composite.rb and app/services/ci/process_build_service.rb of GitLab.
"""

from collections.abc import Sequence

COMPLETED = frozenset({"success", "failed", "canceled", "skipped"})
ACTIVE = frozenset({"created", "waiting_for_resource", "preparing", "pending", "running"})
WAITING = frozenset({"pending", "waiting_for_resource"})
CANCELABLE = ACTIVE | {"manual"}
STARTED = frozenset({"running", "success", "failed", "canceled"})

# A job's status and whether its failure is allowed.
Status = tuple[str, bool]


def composite(statuses: Sequence[Status], *, dag: bool = False) -> str | None:
    """Return the status of several jobs together; None where there are none.

    dag: the jobs are the `needs` of another one: then one that did not run skips that one too.

    >>> composite([("success", False), ("failed", True)])
    'success'
    >>> composite([("failed", False), ("skipped", False)])
    'failed'
    >>> composite([("failed", False), ("skipped", False)], dag=True)
    'skipped'
    """
    seen = {_seen(status, allowed) for status, allowed in statuses}
    if not seen:
        return None
    if dag and seen & {"skipped", "ignored"}:
        return "skipped"
    if dag and not seen <= COMPLETED | {"success_with_warnings"}:
        return "pending"
    passed = {"success_with_warnings", "ignored"}
    for result, only in (
        ("skipped", {"skipped", "ignored"}),
        ("success", {"success", "skipped"} | passed),
        ("created", {"created"} | passed),
        ("canceled", {"canceled", "success", "skipped"} | passed),
        ("pending", {"pending", "created", "skipped"} | passed),
    ):
        if seen <= only:
            return result
    if seen & {"running", "pending"}:
        return "running"
    for result in ("waiting_for_resource", "manual"):
        if result in seen:
            return result
    return "running" if "created" in seen else "failed"


def _seen(status: str, allowed_to_fail: bool) -> str:
    if allowed_to_fail and status in ("failed", "canceled"):
        return "success_with_warnings"
    if allowed_to_fail and status == "manual":
        return "ignored"
    return status


def status_after(when: str, before: str, *, dag: bool) -> str | None:
    """Return what becomes of a created job: `pending`, `manual`, `skipped`, or None for not yet.

    before: the composite status of what it waits for.

    >>> status_after("on_success", "success", dag=False)
    'pending'
    >>> status_after("on_failure", "success", dag=False)
    'skipped'
    >>> status_after("on_success", "running", dag=False) is None
    True
    """
    if before not in COMPLETED:
        return None
    if when == "on_failure":
        valid = {"failed"}
    elif when == "always":
        valid = {"success", "failed", "skipped"}
    else:
        valid = {"success"} if dag else {"success", "skipped"}
    if before not in valid:
        return "skipped"
    return "manual" if when == "manual" else "pending"
