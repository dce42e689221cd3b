"""Time itself: a model of the earlier part of a history meets the later part, row by row."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow
from pyarrow import parquet

from demo.errors import NoHistory
from demo.pools import in_time, microseconds, ordered
from demo.retrain import Retrain
from demo.served import served
from demo.stage import Stage
from demo.stories.calm import check_traffic
from demo.watch import Observation
from perennial.statistics.counts import Bools, Floats
from perennial.verdicts import Verdict
from training.task.task import Rows, Task

# Seconds that the later part takes, unless it has too many or too few rows for these rates.
LENGTH = 300.0
SLOWEST, FASTEST = 5.0, 100.0  # rows a second
# Retrains to see before the story ends, and seconds of traffic after the last of them.
RETRAINS = 2
TAIL = 30.0


class History:
    """The later half of a task's rows, in the order of their times.

    column: of the times.  delay: seconds, in the time of the rows, after which labels come.
    """

    # A new version ends an incident; here an hour of the service is months of the rows.
    cooldown = 0.0
    # Weeks or months of the rows: an alert holds for a few days of them, which say too little.
    lookback = 60.0

    def __init__(self, column: str, *, delay: float = 3600.0) -> None:
        self.about = (
            "time itself: a model of the earlier half of the rows meets the later half, and labels "
            f"come {delay / 3600:g} h late in the rows' own time"
        )
        self._column = column
        self._delay = delay
        self._pipelines = 0

    def prepare(self, stage: Stage) -> None:
        """Leave the earlier rows in the checkout. Raises NoHistory."""
        workspace = stage.workspace
        self._later = take_later(stage.task, workspace.task, workspace.rows, column=self._column)

    def tell(self, stage: Stage) -> None:
        """Send the later rows, and follow the retrains."""
        rows = self._later
        stage.traffic.rate = min(max(len(rows.labels) / LENGTH, SLOWEST), FASTEST)
        pool = in_time(stage.demo, rows, delay=self._delay, rate=stage.traffic.rate)
        promised = [stage.promised()]
        stage.traffic.start(pool)
        stage.event(
            "drift_started",
            f"{len(rows.labels)} rows begin to come in their order, "
            f"{stage.traffic.rate:.0f} a second",
        )
        promoted = 0
        while promoted < RETRAINS and not stage.traffic.ended:
            if not self._retrained(stage):
                continue
            promoted += 1
            promised.append(stage.promised())
        self._last_rows(stage)
        versions = served(stage, rows, promised)
        stage.timeline.summary["served"] = [asdict(version) for version in versions]
        for version in versions:
            stage.note(version.line(stage.metric))
        # On the same rows: those of different times say little about two versions.
        stage.note_scores(first_version=versions[-1].first, last_version=versions[-1].kept)

    def _retrained(self, stage: Stage) -> bool:
        """Follow a retrain; return whether there was one and another version serves since then."""
        retrain = Retrain(stage, self._pipelines + 1)
        if not retrain.alert(seconds=LENGTH, over=lambda: stage.traffic.ended):
            return False
        retrain.pipeline()
        self._pipelines += 1
        # In the rows' own time a pipeline takes a moment; what comes in it would be months.
        with stage.traffic.held():
            retrain.challenger()
            promoted = retrain.verdict() is Verdict.PROMOTE
            if promoted:
                retrain.deployed()
        if promoted:
            retrain.event("redeployed", f"version {stage.versions[-1]} serves")
            return True
        stage.wait(
            "the end of the alert",
            lambda seen: not seen.firing or stage.traffic.ended,
            seconds=LENGTH,
            phase="the champion keeps serving until the drift has ended",
        )
        return False

    def _last_rows(self, stage: Stage) -> None:
        def never(seen: Observation) -> None:
            return None

        if not stage.traffic.ended:
            stage.pause(TAIL, phase="the last version serves", broken=never)

    def check(self, stage: Stage) -> None:
        """Raise LoopBroken if a request failed; one more retrain may have begun meanwhile."""
        begun = stage.timeline.summary["pipelines_triggered"]
        check_traffic(stage, pipelines=min(begun, self._pipelines + 1))


def take_later(task: Task, name: str, file: Path, *, column: str) -> Rows:
    """Take the later half of a task's rows out of its file, and return it in the order of time.

    name: of the task.  column: of the times.  Raises NoHistory.
    """
    if not file.exists():
        raise NoHistory(name, "its rows are not in that file")
    rows = task.load()
    with parquet.ParquetFile(file) as stored:  # read_table imports pandas
        table = stored.read()
    if len(table) != len(rows.labels):
        raise NoHistory(name, f"it loads {len(rows.labels)} of {len(table)} rows")
    later = later_half(microseconds(rows.table, column))
    if not later.any():
        raise NoHistory(name, "its rows have no two times")
    parquet.write_table(table.filter(pyarrow.array(~later)), file)
    labels = [label for label, chosen in zip(rows.labels, later, strict=True) if chosen]
    return ordered(Rows(rows.table.filter(pyarrow.array(later)), labels), column)


def later_half(times: Floats) -> Bools:
    """Return which rows are of the later half; those without a time are not.

    >>> later_half(np.array([3.0, 1.0, np.nan, 2.0, 4.0])).tolist()
    [True, False, False, False, True]
    """
    later: Bools = times > np.nanmedian(times)
    return later
