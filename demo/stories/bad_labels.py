"""Labels are wrong: the gate must not promote what was trained on them."""

import time

from demo.errors import LoopBroken
from demo.pools import scrambled, steady
from demo.retrain import Retrain
from demo.quick_rules import HOLD_SECONDS
from demo.stage import Stage
from demo.stories.calm import Rows, calm, check_traffic
from demo.traffic import Pool
from demo.watch import Observation
from perennial.verdicts import Verdict

PROOF = 15.0  # seconds in which the champion must serve on


class BadLabels:
    """The same rows with other labels."""

    about = "the labelling tool shuffles its labels; the rows do not change"
    cooldown = 3600.0
    # As long as a condition holds before it alerts: from where the shift began.
    lookback = float(HOLD_SECONDS)

    def prepare(self, stage: Stage) -> None:
        """Leave the rows as they are."""

    def tell(self, stage: Stage) -> None:
        """Wait until the gate has refused the challenger."""
        rows = calm(stage)
        pool = self._pool(stage, rows)
        since = time.monotonic()
        stage.traffic.switch(pool)
        stage.event("drift_started", self.about)
        retrain = Retrain(stage)
        retrain.alert()
        retrain.pipeline()
        retrain.challenger()
        if retrain.verdict() is Verdict.PROMOTE:
            raise LoopBroken("gate: promote, expected it to refuse a model of wrong labels")
        gate = time.monotonic()
        champion = stage.versions[0]

        def changed(seen: Observation) -> str | None:
            if seen.version != champion or seen.merge_requests:
                return f"version {seen.version} serves, expected {champion} and no merge request"
            return None

        stage.pause(PROOF, phase="the champion keeps serving", broken=changed)
        stage.note(f"the champion {champion} keeps serving; a person has to check the labels")
        stage.note_scores(
            before=rows.score,
            drifted=stage.traffic.score(since=since, until=gate),
            after=stage.traffic.score(since=gate),
        )

    def _pool(self, stage: Stage, rows: Rows) -> Pool:
        """Return the rows with the wrong labels."""
        (table, labels), _ = rows.parts()
        return steady(stage.demo, table, labels, sent=scrambled(labels))

    def check(self, stage: Stage) -> None:
        """Raise LoopBroken unless there was one retrain."""
        check_traffic(stage, pipelines=1)
