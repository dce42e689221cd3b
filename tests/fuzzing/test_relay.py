"""The real relay under any request that its OpenAPI document allows, and under wrong ones."""

import itertools
from contextlib import ExitStack
from datetime import timedelta

import pytest

from tests.fuzzing.requests import ask
from tests.monitoring.relay.fakes import FakePipelines, alert, webhook
from tests.monitoring.relay.parts import BEARER, Bench

COUNTS = [100, pytest.param(20_000, marks=[pytest.mark.nightly, pytest.mark.timeout(0)])]
DECISIONS = ("accepted", "duplicate", "waiting", "cooldown", "budget")
AUTHORISED = {"Authorization": f"Bearer {BEARER}"}


@pytest.mark.parametrize("count", COUNTS)
def test_no_request_makes_the_relay_fail_or_lose_an_alert(urls: list[str], count: int) -> None:
    """No 5xx, no hang; every good alert sent in between is decided on and in the audit."""
    relays = [Bench(url, FakePipelines()) for url in urls]
    numbers = itertools.count()
    with ExitStack() as stack:
        clients = [stack.enter_context(relay.client()) for relay in relays]

        def send_an_alert() -> None:
            number = next(numbers)
            for relay, client in zip(relays, clients, strict=True):
                relay.clock.advance(60)
                started = alert(started=relay.clock.now - timedelta(seconds=1))
                body = webhook(started, group=f"group {number}")
                answer = client.post("/alerts", content=body, headers=AUTHORISED)
                assert answer.status_code == 200 and len(answer.json()["decisions"]) == 1

        statuses = ask(clients, count=count, start=1, headers=AUTHORISED, between=send_an_alert)
        assert set(statuses) >= {200, 422}
        assert all(client.get("/health").status_code == 200 for client in clients)
    sent = next(numbers)
    for relay in relays:
        with relay.store.transaction() as ledger:
            _, decisions = ledger.audit(10**9)
        decided = [row for row in decisions if row["decision"] in DECISIONS]
        assert len(decided) >= sent >= 8
        relay.store.close()
