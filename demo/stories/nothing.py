"""Nothing changes: no alert may fire."""

from demo.quick_rules import HOLD_SECONDS
from demo.stage import Stage
from demo.stories.calm import calm, check_traffic, nothing_must_happen

PROOF = 90.0  # seconds without an alert


class Nothing:
    """Traffic stays what it was."""

    about = "nothing changes"
    cooldown = 3600.0
    # As long as a condition holds before it alerts: from where the shift began.
    lookback = float(HOLD_SECONDS)

    def prepare(self, stage: Stage) -> None:
        """Leave the rows as they are."""

    def tell(self, stage: Stage) -> None:
        """Wait for nothing."""
        rows = calm(stage)
        stage.pause(PROOF, phase="no shift: no alert may fire", broken=nothing_must_happen)
        stage.note("no shift: no alert fired and no pipeline ran, as expected")
        stage.note_scores(
            before=rows.score, drifted=None, after=stage.traffic.score(since=rows.ended)
        )

    def check(self, stage: Stage) -> None:
        """Raise LoopBroken if a pipeline ran."""
        check_traffic(stage, pipelines=0)
