"""What a demo's service and relay have recorded, as a replay of the backtest."""

import json
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import orjson
import pyarrow
import sqlalchemy as sql

from backtest.history import History
from backtest.scenario import Scenario
from backtest.serving import Serving
from demo.quick_rules import INTERVAL
from monitoring.relay import tables
from monitoring.relay.policy import Policy
from monitoring.thresholds import Thresholds, seconds
from service.store import tables as store
from training import params
from training.task.files import params_file
from training.tasks import TASKS

PACE = seconds(INTERVAL)


@dataclass(frozen=True)
class Recorded:
    """A demo's rows as a scenario, and what its relay did.

    pipelines: when the incident of each began, when the relay decided to start it, and what the
    gate said; in seconds of the scenario's history.
    """

    scenario: Scenario
    pipelines: list[tuple[float, float, str]]

    def first_alert(self) -> float:
        """Return when an alert of the first version fires in the replay."""
        scenario = self.scenario
        serving = Serving(scenario, scenario.pipeline.trained(), scenario.begin)
        fired = np.any(list(serving.alerts.values()), axis=0)
        return float(serving.since + fired.argmax()) * scenario.pace


def recorded(out: Path, name: str, cache: Path) -> Recorded:
    """Return the record of a finished demo of a task, in its folder."""
    task = TASKS.load(name)
    base = task.load()
    with sql.create_engine(f"sqlite:///{out / 'state' / 'perennial.db'}").connect() as connection:
        chosen = sql.select(
            store.predictions.c.observed_at,
            store.predictions.c.input,
            store.feedback.c.label,
            store.feedback.c.labelled_at,
        ).join(store.feedback)
        rows = connection.execute(chosen.order_by(store.predictions.c.observed_at)).all()
    begin = _seconds(rows[0].observed_at)
    observed = np.array([_seconds(row.observed_at) for row in rows]) - begin
    labelled = np.array([_seconds(row.labelled_at) for row in rows]) - begin
    table = task.input.to_arrow([orjson.loads(row.input) for row in rows])
    many = len(base.labels)
    history = History(
        pyarrow.concat_tables([base.table.select(table.column_names), table]),
        [*map(str, base.labels), *(row.label for row in rows)],
        np.concatenate([np.zeros(many), observed + PACE]),
        np.concatenate([np.zeros(many), labelled + PACE]),
    )
    numbers = params.load(name, out / "checkout" / params_file(name), of=task)
    scenario = Scenario(
        name=name,
        task=task,
        history=history,
        numbers=numbers,
        thresholds=Thresholds(),
        relay=Policy(),
        start=many,
        pace=PACE,
        duration=_duration(out),
        horizon=1,
        made="demo",
        cache=cache,
    )
    return Recorded(scenario, pipelines(out, begin - PACE))


def pipelines(out: Path, begin: float = 0.0) -> list[tuple[float, float, str]]:
    """Return when each pipeline's incident began, when it was started, and what the gate said.

    begin: of the seconds, in those since 1970.
    """
    columns = tables.attempts.c
    chosen = sql.select(columns.started_at, columns.accepted_at, columns.result)
    with tables.engine(f"sqlite:///{out / 'state' / 'relay.db'}").connect() as connection:
        return [
            (started.timestamp() - begin, accepted.timestamp() - begin, result)
            for started, accepted, result in connection.execute(chosen)
        ]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(timezone.utc).timestamp()


def _duration(out: Path) -> float:
    """Return the seconds from the pipeline's start until its model served."""
    timeline = json.loads((out / "timeline.json").read_text())
    at = {event["event"]: event["seconds"] for event in timeline["events"]}
    return float(at["redeployed"] - at["pipeline_triggered"])
