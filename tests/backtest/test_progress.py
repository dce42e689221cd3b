"""Progress is one line at a terminal, and a line for each replay elsewhere."""

import io
from pathlib import Path

import pytest

from backtest.comparison import SHIPPED
from backtest.experiment import Experiment
from backtest.progress import Progress
from tests.backtest.made import small


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Return what the class says."""
        return True


@pytest.mark.parametrize(
    ("out", "written"),
    [
        (io.StringIO(), "1/2: never, phase 1\n2/2: oracle, phase 1\n"),
        (
            Terminal(),
            "\r1/2: never, phase 1: 0%    \r1/2: never, phase 1: 50%    "
            "\r2/2: oracle, phase 1: 0%    \n",
        ),
    ],
)
def test_a_log_has_one_line_for_each_replay(out: io.StringIO, written: str) -> None:
    """Shares, which replace each other, are for terminals alone."""
    progress = Progress(out)
    progress.begin("1/2: never, phase 1")
    progress.say(0.5)
    progress.begin("2/2: oracle, phase 1")
    progress.end()
    assert out.getvalue() == written


def test_an_experiment_names_each_replay_on_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its error output is no terminal here."""
    scenario = small("stationary", tmp_path, count=1500)
    Experiment([scenario], tmp_path / "results").outcomes([SHIPPED], foresight=False)
    assert capsys.readouterr().err.splitlines() == [
        "1/4: never, phase 1",
        "2/4: as shipped, phase 1",
        "3/4: a clock, as often, phase 1",
        "4/4: a clock, as often, no gate, phase 1",
    ]
