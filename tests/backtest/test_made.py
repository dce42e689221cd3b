"""A model that was trained before is taken only where all that decides it is the same."""

from dataclasses import dataclass, replace
from pathlib import Path

from backtest.made import started
from backtest.part import Beginning
from backtest.scenario import Scenario
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.outputs.classes import ClassesOutput
from tests.backtest.made import small


@dataclass(frozen=True)
class Turned(Beginning):
    """The same rows, with their labels in another order."""

    @property
    def output(self) -> OutputKind:
        """The model's values are the other way round."""
        return ClassesOutput(labels=tuple(reversed(self.whole.output.labels)))


def _key(replay: Scenario) -> str:
    return started(replay, 1000, root=Path()).made


def test_another_output_of_a_task_is_another_model(tmp_path: Path) -> None:
    """Though its rows, labels and parameters are the same; equal ones have one key."""
    replay = small("sudden", tmp_path)
    turned = replace(replay, task=Turned(replay.task, replay.history.first(1000)))
    assert _key(replay) == _key(small("sudden", tmp_path)) != _key(turned)
