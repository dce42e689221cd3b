"""Pictures of every dashboard, drawn from a real Prometheus."""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from monitoring.__main__ import main
from monitoring.errors import PrometheusFailed
from monitoring.grafana.boards import boards
from monitoring.grafana.panel import Panel, Query
from monitoring.preview.ask import Asker
from monitoring.preview.cells import joined
from monitoring.preview.command import with_data
from monitoring.preview.dashboard import COLUMNS, place
from monitoring.prometheus_client import Series
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from tests.monitoring.drift_report import models
from tests.monitoring.drift_report.past import END, Past, remembered
from tests.monitoring.grafana.running import Life

pytestmark = pytest.mark.seconds(40)

ROOT = Path(__file__).parents[3]
UIDS = [board.uid for board in boards(Thresholds())]


def _asker(life: Life) -> Asker:
    """Return what asks about the last minute of a life."""
    return Asker(url=life.prometheus.url, end=life.end, span=60, values={"window": "1h"})


def test_every_dashboard_becomes_a_picture(
    life: Life, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One picture each, which holds more than frames and titles."""
    where = ["--prometheus", life.prometheus.url, "--out", str(tmp_path), "--end", str(life.end)]
    assert main(["preview", *where, "--span", "1m", "--rate-interval", "5s"]) == 0
    paths = [tmp_path / f"{uid}.png" for uid in UIDS]
    assert capsys.readouterr().out.split() == [str(path) for path in paths]
    for path in paths:
        picture = imread(path)
        assert picture.shape[1] > 1000
        colours = (picture * 255).astype(np.uint8).view(np.uint32)  # each pixel as one number
        assert len(np.unique(colours)) > 100


def test_the_verb_hands_on_its_span() -> None:
    """As `make preview SPAN=15m`."""
    command = ["make", "--dry-run", "preview", "SPAN=15m"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert '--span "15m"' in said


def test_a_young_prometheus_is_drawn_since_its_first_data(life: Life) -> None:
    """Its seconds would be one line at the right edge of a week; it is as old as for a day."""
    ages = [
        life.end - replace(_asker(life), span=span).beginning(metrics.CREATED.name)
        for span in (86400.0, 7 * 86400.0)
    ]
    assert all(5 < age < 120 for age in ages)
    assert ages[0] == pytest.approx(ages[1], abs=12)
    drawn = with_data(replace(_asker(life), span=86400.0))
    assert (drawn.span, drawn.cut) == (max(60.0, ages[0]), True)
    assert with_data(replace(_asker(life), span=2.0)).span == 2


def test_a_model_without_a_fixed_set_of_labels_is_drawn(tmp_path: Path) -> None:
    """What only classes have is left blank; the panels of its loss and its signals are not."""
    past = Past()
    models.write_rides(past)
    with remembered(past, tmp_path) as server:
        where = ["--prometheus", server.url, "--out", str(tmp_path), "--end", str(END)]
        assert main(["preview", *where]) == 0
    assert all((tmp_path / f"{uid}.png").is_file() for uid in UIDS)


def test_a_panel_is_repeated_for_the_worst_signals(life: Life) -> None:
    """The row of a repeated panel has as many signals as fit, those of the largest PSI."""
    board = next(one for one in boards(Thresholds()) if one.per_signal)
    placed = list(place(board, _asker(life)))
    repeated = [one for one in placed if one.asker.values.get("signal")]
    assert len(repeated) == COLUMNS // repeated[0].panel.width
    assert len({one.asker.values["signal"] for one in repeated}) == len(repeated)
    assert all("$" not in one.panel.title for one in repeated)


@pytest.mark.parametrize("uid", UIDS)
def test_the_pictures_of_the_docs_are_there(uid: str) -> None:
    """docs/grafana.md shows each dashboard."""
    assert (ROOT / f"docs/dashboards/{uid}.png").is_file()
    assert f"dashboards/{uid}.png" in (ROOT / "docs/grafana.md").read_text(encoding="utf-8")


def test_no_prometheus_is_an_error_of_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a Prometheus the address and the reason are told."""
    where = ["--prometheus", "http://127.0.0.1:9", "--out", str(tmp_path)]
    assert main(["preview", *where]) == 1
    told = capsys.readouterr().err
    assert told.startswith("preview: Prometheus did not answer http://127.0.0.1:9")
    assert len(told.splitlines()) == 1


def test_a_time_without_data_is_an_error(
    life: Life, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No model at that time: the option to choose another is named."""
    where = ["--prometheus", life.prometheus.url, "--out", str(tmp_path)]
    assert main(["preview", *where, "--end", "1000000000"]) == 1
    assert "--end" in capsys.readouterr().err


def test_a_wrong_expression_is_an_error_that_shows_it(life: Life) -> None:
    """What Prometheus says of an expression is passed on."""
    with pytest.raises(PrometheusFailed, match="sum.*parse error"):
        _asker(life).now("sum(")


def test_rows_of_a_table_are_joined_by_their_labels() -> None:
    """Values of one signal stand in one row; a label that one query adds does not split it."""
    panel = Panel("table", "T", "D.", (Query("a", "PSI"), Query("b", "state")), (), ())
    one = Series({"signal": "x"}, [0.0], [1.0])
    two = Series({"signal": "y"}, [0.0], [2.0])
    more = Series({"signal": "x", "status": "failed"}, [0.0], [3.0])
    assert joined(panel, [[one, two], [more]]) == [
        {"signal": "x", "PSI": 1.0, "status": "failed", "state": 3.0},
        {"signal": "y", "PSI": 2.0},
    ]


@pytest.mark.parametrize("option", (["--span", "soon"], ["--window", "2h"]))
def test_a_wrong_option_says_what_is_expected(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A span is a duration, a window one that is recorded."""
    with pytest.raises(SystemExit):
        main(["preview", *option])
    assert "expected a whole number" in (told := capsys.readouterr().err) or "1h" in told
