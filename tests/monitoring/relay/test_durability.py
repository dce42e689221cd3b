"""The relay as a real process against a GitLab that fails: exactly one pipeline, always."""

import time
from collections.abc import Iterator

import pytest

from demo.processes import free_port
from tests.monitoring.relay.fakes import alert, webhook
from tests.monitoring.relay.gitlab_server import GitlabServer
from tests.monitoring.relay.process import RelayProcess

pytestmark = pytest.mark.seconds(20)

# What GitLab answers in turn, and how many times the relay tries.
FAILURES = [
    (["500", "500", "500"], 4),
    (["400", "400"], 3),
    (["hang"], 2),
    (["made-500"], 1),
    (["made-hang"], 1),
    (["broken"], 1),
    (["500", "hang", "made-hang"], 3),
]
GROUPS = ["killed early", "killed late", "followed", *(" ".join(plan) for plan, _ in FAILURES)]
# One for each group, since a model has one pipeline at a time.
MODELS = [f"digits{number}" for number in range(len(GROUPS))]
QUIET_SECONDS = 2.5  # Longer than an attempt with a lost answer rests.


@pytest.fixture(scope="module")
def port() -> int:
    """Return where GitLab is, or will be."""
    return free_port()


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[RelayProcess]:
    """Return a running relay without a cooldown, and end it whatever the tests did."""
    folder = tmp_path_factory.mktemp("relay")
    process = RelayProcess(folder, f"http://127.0.0.1:{port}", models=MODELS)
    process.start()
    yield process
    process.kill()


def _alert_of(group: str) -> bytes:
    """Return an alert that has nothing to do with another: it is of a model of its own."""
    return webhook(alert(model=_model(group)), group=group)


def _model(group: str) -> str:
    return MODELS[GROUPS.index(group)]


def _triggers(gitlab: GitlabServer) -> int:
    return sum(request.startswith("POST") for request in gitlab.requests)


def test_killed_between_receiving_and_triggering_it_triggers_once(
    relay: RelayProcess, port: int
) -> None:
    """With GitLab down, the relay dies after its 200; both come back, and one pipeline runs."""
    relay.send(_alert_of("killed early"))
    relay.kill()
    with GitlabServer(port=port) as gitlab:
        relay.start()
        relay.wait_triggered("killed early")
        relay.send(_alert_of("killed early"))
        time.sleep(QUIET_SECONDS)
        name = f"retrain {_model('killed early')} {relay.incident('killed early')['id']}"
        assert [pipeline["name"] for pipeline in gitlab.pipelines] == [name]


def test_killed_while_gitlab_answers_it_adopts_what_was_made(
    relay: RelayProcess, port: int
) -> None:
    """GitLab makes the pipeline, the relay dies before the answer; the next one adopts it."""
    with GitlabServer("made-hang", port=port, hang_seconds=0.4) as gitlab:
        relay.send(_alert_of("killed late"))
        relay.wait(lambda: bool(gitlab.pipelines), what="reach GitLab")
        relay.kill()
        relay.start()
        relay.wait_triggered("killed late")
        assert (len(gitlab.pipelines), _triggers(gitlab)) == (1, 1)


@pytest.mark.parametrize("plan, triggers", FAILURES)
def test_a_gitlab_that_fails_for_a_while_ends_with_one_pipeline(
    relay: RelayProcess, port: int, plan: list[str], triggers: int
) -> None:
    """Errors and timeouts, before and after GitLab made the pipeline, end with exactly one."""
    group = " ".join(plan)
    with GitlabServer(*plan, port=port) as gitlab:
        relay.send(_alert_of(group))
        relay.wait_triggered(group)
        assert (len(gitlab.pipelines), _triggers(gitlab)) == (1, triggers)
        assert relay.attempt(group)["pipeline_id"] == gitlab.pipelines[0]["id"]


def test_the_status_of_the_pipeline_reaches_the_audit(relay: RelayProcess, port: int) -> None:
    """The relay asks GitLab how the pipeline ended."""
    with GitlabServer(port=port) as gitlab:
        relay.send(_alert_of("followed"))
        relay.wait_triggered("followed")
        gitlab.pipelines[0]["status"] = "failed"
        relay.wait(
            lambda: bool(relay.attempt("followed")["pipeline_status"] == "failed"),
            what="see the failure",
        )
        assert relay.attempt("followed")["pipeline_status"] == "failed"
