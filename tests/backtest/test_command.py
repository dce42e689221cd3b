"""`python -m backtest` replays a history under all policies, and writes what came of it."""

import json
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import csv, parquet

from backtest.__main__ import main
from backtest.errors import BadHistory
from backtest.history import History
from backtest.made import Known, Request, made, scenario
from backtest.streams import STREAMS
from backtest.streams.made.rows import rows
from demo.workspace import ROOT
from training.errors import BadParameter
from training.task.creation import create
from training.task.discovery import Tasks, named
from training.task.files import folder
from training.tasks import TASKS


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--start", "0"], "start: got '0', expected a whole number over 0"),
        (["--start", "3"], "start: got 3, expected at least 100 rows for a first model"),
        (["--phases", "51"], "phases: got 51, expected at most 50: all replays are of each"),
        (["--duration", "2d"], "duration: got '2d', expected less than the 1 day from the first"),
        (["--late", "400d"], "late: got '400d', expected less than the 1 day from the first"),
        (["--late", "2 days"], "late: got '2 days', expected a number and one of"),
        (["--horizon", "3", "--phases", "4"], "phases: got 4, expected at most 3, the horizon"),
        (["--policies", "hourly"], "policies: got 'hourly', expected some of never"),
        (["--rows", "next.csv"], "target: got '', expected the column of the labels in next.csv"),
        (
            ["--start", "19500"],
            "rows: got 20000, expected at least 20,500, .* or a smaller START or HO",
        ),
        (["--late", "2d"], "late: got '2d', expected less than the 1 day from the first"),
    ],
)
def test_what_cannot_be_replayed_is_named(given: list[str], message: str, tmp_path: Path) -> None:
    """By field, value and what was expected."""
    with pytest.raises(BadHistory, match=message):
        main(["--task", "made", "--rate", "10/m", "--out", str(tmp_path), *given])


def test_a_task_whose_rows_are_not_here_names_the_command_that_gets_them(tmp_path: Path) -> None:
    """Beside the tasks that can be replayed."""
    create("cats", tmp_path)
    (tmp_path / folder("cats") / "published.py").write_text("PUBLISHED = 'here'\n")
    known = Known(Tasks(tmp_path / "training" / "tasks", "nowhere", tmp_path / "data"))
    expected = "expected one of made, weather; 'make data TASK=cats' gets the rows of cats"
    with pytest.raises(BadParameter, match=expected):
        named("cats", known)


@pytest.mark.parametrize("folder", ["", "/no/where"])
def test_a_stream_without_its_file_names_the_variable(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the file that its folder has to have."""
    monkeypatch.setenv("PERENNIAL_DATA", folder)
    got = repr(folder) if folder else "nothing"
    expected = f"PERENNIAL_DATA: got {got}, expected the folder of weather/weather.csv"
    with pytest.raises(BadParameter, match=expected):
        main(["--task", "weather", "--out", str(tmp_path)])


def dated(file: Path, times: list[str]) -> list[str]:
    """Write rows of these times, the last of all others; return the options to replay them."""
    history = rows("sudden", 3000, seed=1)
    table = history.table.append_column("answer", [history.labels])
    column = pyarrow.array([*times, *[times[-1]] * (3000 - len(times))])
    csv.write_csv(table.set_column(0, "time", column), file)
    return ["--task", "made", "--rows", str(file), "--target", "answer", "--start", "1000"]


def test_a_time_that_is_far_from_the_others_is_named(tmp_path: Path) -> None:
    """One wrong year would be a century of looks."""
    wrong = dated(tmp_path / "rows.csv", ["1900-01-01 00:00:00", "2001-01-01 00:00:00"])
    with pytest.raises(BadHistory, match="rows: got 36,890 days, 36,890 of them after row 1, exp"):
        main([*wrong, "--out", str(tmp_path)])


def test_rows_of_one_time_have_no_order(tmp_path: Path) -> None:
    """As where the time is that of an export."""
    one = dated(tmp_path / "rows.csv", ["2001-01-01 00:00:00"])
    with pytest.raises(BadHistory, match="rows: got one time, 2001-01-01T00:00:00.000000, in"):
        main([*one, "--out", str(tmp_path)])


def test_rows_without_a_time_are_named(tmp_path: Path) -> None:
    """By their numbers in the file, of which a row without a label takes one, too."""
    file = tmp_path / "rows.csv"
    given = dated(file, ["2001-01-01 00:00:00", "", "2001-01-03 00:00:00", ""] + ["2001-02-01"])
    lines = file.read_text().splitlines()
    lines[1] = lines[1].rpartition(",")[0] + ","
    file.write_text("\n".join(lines))
    expected = "a time in each; fill it in, or leave these rows out"
    with pytest.raises(BadHistory, match=rf"2 rows without a time \(2, 4\), expected {expected}"):
        main([*given, "--out", str(tmp_path)])


@pytest.mark.parametrize("given", [["--decimal", "x"], ["--dates", "ymd"]])
def test_a_way_of_writing_that_there_is_not_is_refused(given: list[str], tmp_path: Path) -> None:
    """By its variable, with those that there are."""
    made = dated(tmp_path / "rows.csv", ["2001-01-01 00:00:00"])
    with pytest.raises(BadParameter, match="(DECIMAL: got 'x'|DATES: got 'ymd'), expected one of"):
        main([*made, *given, "--out", str(tmp_path)])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "rows: got .*rows.csv, which is empty, expected a line"),
        ("time;time;answer\n1;1;no\n", "rows: got time, which 2 columns are called, expected a"),
    ],
    ids=["empty", "a column twice"],
)
def test_a_file_that_cannot_be_read_is_of_the_variable_rows(
    text: str, said: str, tmp_path: Path
) -> None:
    """FILE is that of other verbs. A column that stands twice is not one that is not there."""
    file = tmp_path / "rows.csv"
    file.write_text(text)
    given = ["--task", "made", "--rows", str(file), "--target", "answer", "--rate", "1/s"]
    with pytest.raises(BadHistory, match=said):
        main([*given, "--out", str(tmp_path)])


def test_labels_that_are_all_alike_are_refused(tmp_path: Path) -> None:
    """Before a model is trained: there is nothing to learn."""
    file = tmp_path / "rows.csv"
    given = dated(file, ["2001-01-01 00:00:00", "2001-02-01 00:00:00"])
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], *(f'{row.rpartition(",")[0]},"no"' for row in lines[1:])]))
    expected = "at least two different labels, of no, yes"
    with pytest.raises(
        BadHistory, match=f"'no' as the label of all 3,000 rows, expected {expected}"
    ):
        main([*given, "--out", str(tmp_path)])


def test_only_what_the_chosen_policies_need_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of never, the first model; the oracle, which never is not compared with, trains none."""
    given = dated(tmp_path / "rows.csv", ["2001-01-01 00:00:00", "2001-01-02 00:00:00"])
    out = ["--out", str(tmp_path / "out")]
    main([*given, "--rate", "10/m", "--horizon", "500", "--policies", "never", *out])
    assert "1/1: never, phase 1" in capsys.readouterr().err
    said = (tmp_path / "out" / "backtest.md").read_text()
    assert said.startswith("Of the policies here 'never' suits this history best: accuracy ")
    assert len(list((tmp_path / "out" / "models").iterdir())) == 1


@pytest.mark.parametrize("dates, day", [("dmy", "2001-04-05"), ("mdy", "2001-05-04")])
def test_the_order_of_day_and_month_is_what_somebody_says(
    dates: str, day: str, tmp_path: Path
) -> None:
    """Where the file does not tell."""
    one = dated(tmp_path / "rows.csv", ["05/04/2001 00:00"])
    with pytest.raises(BadHistory, match=f"got one time, {day}"):
        main([*one, "--dates", dates, "--out", str(tmp_path)])


def test_a_column_that_the_file_lacks_is_named(tmp_path: Path) -> None:
    """Beside those that it has."""
    file = tmp_path / "next.csv"
    file.write_text("x0;answer\n1;no\n")
    given = ["--task", "made", "--rows", str(file), "--target", "answer", "--rate", "1/s"]
    with pytest.raises(
        BadHistory, match="rows: got the columns x0, answer, expected one called 'time'"
    ):
        main(given)


def test_a_file_is_read_as_clients_rows_are(tmp_path: Path) -> None:
    """With semicolons and decimal commas; rows without a label are left out."""
    history = rows("sudden", 3000, seed=1)
    names = history.table.column_names
    lines = [";".join([*names, "answer"])]
    for row, label in zip(history.table.to_pylist(), history.labels, strict=True):
        lines.append(";".join(str(row[name]).replace(".", ",") for name in names) + f";{label}")
    lines[7] = lines[7].rpartition(";")[0] + ";"
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(lines))
    request = Request(task="made", rows=str(file), target="answer", start=1000)
    (scenario,) = made(request, tmp_path, root=ROOT)
    assert len(scenario.history) == 2999
    numbers = scenario.history.table.column("x0").to_pylist()
    expected = history.table.column("x0").to_pylist()
    assert numbers[:6] + numbers[6:20] == expected[:6] + expected[7:21]


@pytest.mark.nightly
def test_a_file_of_rows_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The results are a table, a plot, and all figures; a second run trains nothing."""
    history = rows("sudden", 5000, seed=1)
    file = tmp_path / "history.csv"
    table = history.table.append_column("answer", [history.labels])
    csv.write_csv(table, file)
    options = ["--task", "made", "--rows", str(file), "--target", "answer", "--rate", "10/m"]
    options += ["--start", "1000", "--out", str(tmp_path / "out"), "--policies", "every 1,000 rows"]
    main(options)
    document = json.loads((tmp_path / "out" / "backtest.json").read_text())
    names = [line["policy"] for line in document["lines"]]
    assert names[:3] == ["never", "as shipped", "every 1,000 rows"]
    assert document["sentence"] in capsys.readouterr().out
    assert (tmp_path / "out" / "backtest.png").stat().st_size > 10_000
    models = {file.stat().st_mtime for file in (tmp_path / "out" / "models").iterdir()}
    main(options)
    assert {file.stat().st_mtime for file in (tmp_path / "out" / "models").iterdir()} == models


def test_pictures_and_texts_that_lack_something_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of them may have rows without a label, as a table may, and rows without a picture."""
    own = TASKS["digits"].load()
    labels = [None, *map(str, own.labels[1:200])]
    (name,) = own.table.column_names
    pictures = pyarrow.array([*own.table[name].to_pylist()[:199], None], own.table[name].type)
    parquet.write_table(
        pyarrow.table({name: pictures, "label": labels}), tmp_path / "pictures.parquet"
    )
    request = Request(
        task="digits",
        rows=str(tmp_path / "pictures.parquet"),
        target="label",
        rate="10/m",
        start=100,
        horizon=50,
    )
    (scenario,) = made(request, tmp_path, root=ROOT)
    assert len(scenario.history) == 198
    said = capsys.readouterr().err
    assert "1 row without a label: left out" in said and f"1 row without {name}" in said


def test_a_file_of_pictures_that_is_no_parquet_file_names_what_it_has_to_be(tmp_path: Path) -> None:
    """With the columns: a table's CSV file is read, one of pictures or texts is not."""
    (name,) = TASKS["digits"].input.arrow_schema().names
    request = Request(task="digits", rows="digits.csv", target="label", rate="10/m")
    expected = f"expected a Parquet file with the columns {name} and label"
    with pytest.raises(BadHistory, match=expected):
        made(request, tmp_path, root=ROOT)


def test_a_wrong_limit_of_the_tasks_own_is_one_sentence(tmp_path: Path) -> None:
    """With the file and the field, as `make generate` says it."""
    limits = tmp_path / "training" / "tasks" / "made" / "limits.yaml"
    limits.parent.mkdir(parents=True)
    limits.write_text("relay: {fall_rows: 0}\n")
    task = STREAMS["weather"]
    found = History(task.input.arrow_schema().empty_table(), [], np.zeros(0), np.zeros(0))
    with pytest.raises(BadHistory, match="limits: got .*limits.yaml: relay.fall_rows: got 0"):
        scenario(Request(task="weather"), task, found, tmp_path, root=tmp_path)
