"""Two relays on one database decide what one would, in virtual time."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.monitoring.relay.fakes import START, Clock, FakePipelines, alert, webhook
from tests.monitoring.relay.parts import Bench

STEP = 300  # seconds between two webhooks, as Alertmanager's group_interval
STEPS = 60
Tried = dict[str, list[str]]
MODELS = ("digits", "news", "cats")  # the relay does not know the last


def _history(seed: int) -> list[list[dict[str, Any]]]:
    """Return the alerts of each webhook: some begin, some go on, some have just resolved."""
    chance = random.Random(seed)
    firing: dict[tuple[str, str], Any] = {}
    webhooks = []
    for number in range(STEPS):
        now = START + timedelta(seconds=STEP * number)
        resolved = []
        for key in list(firing):
            if chance.random() < 0.2:
                ended = now - timedelta(seconds=chance.randrange(STEP))
                resolved.append(
                    firing.pop(key) | {"status": "resolved", "endsAt": ended.isoformat()}
                )
        for model in MODELS:
            for name in ("DataDrift", "AccuracyDrop"):
                if (model, name) not in firing and chance.random() < 0.08:
                    started = now - timedelta(seconds=chance.randrange(STEP))
                    firing[model, name] = alert(name=name, model=model, started=started)
        webhooks.append([*firing.values(), *resolved])
    return webhooks


def _play(url: str, seed: int, *, relays: int) -> tuple[Tried, list[dict[str, str]]]:
    """Send a history to one relay or to several; return incidents' attempts, and inputs."""
    chance, clock, gitlab = random.Random(seed + 1), Clock(), FakePipelines("made", "lost", "ok")
    cluster = [Bench(url, gitlab, clock=clock) for _ in range(relays)]
    for bench in cluster:
        # Alerts with a pause are many incidents here.
        bench.policy = replace(bench.policy, pause=timedelta(0), quiet=timedelta(0))
        bench.store.close()
        bench.restart()
    for alerts in _history(seed):
        for bench in chance.sample(cluster, chance.randint(1, relays)):
            known = any(one["labels"]["model"] != "cats" for one in alerts)
            if alerts and known:
                bench.intake.receive(webhook(*alerts))
        gitlab.statuses = dict.fromkeys(range(1, len(gitlab.made)), "success")
        end = clock.now + timedelta(seconds=STEP)
        while clock.now < end:
            for bench in chance.sample(cluster, relays):
                bench.worker.step()
            clock.advance(100)
    with cluster[0].store.transaction() as ledger:
        incidents, _ = ledger.audit(1000)
    for bench in cluster:
        bench.store.close()
    tried = {row["id"]: [one["state"] for one in row["attempts"]] for row in incidents}
    return tried, gitlab.inputs


@pytest.mark.parametrize("seed", [1, 2])
def test_a_cluster_decides_what_one_relay_would(
    tmp_path: Path, postgres_database: str, seed: int
) -> None:
    """The same incidents, a pipeline for each attempt, whichever relay was told and how often."""
    alone, one = _play(f"sqlite:///{tmp_path}/alone.db", seed, relays=1)
    together, two = _play(postgres_database, seed, relays=2)
    assert together == alone and len(alone) >= 4
    ids = {inputs["incident"] for inputs in two}
    assert ids == {inputs["incident"] for inputs in one}
    assert len(ids) == sum(map(len, alone.values())) >= 4
