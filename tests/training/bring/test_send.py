"""A file's rows reach the service as clients would send them, and their labels after them."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.http_server import Call, Reply, serving
from tests.toy.task import TASK as IMAGES
from training.bring.reading import Origin, Reading, write_reading
from training.bring.send import main
from training.bring.service import ServiceRefused
from training.errors import BadParameter
from training.task.schema import Schema
from training.task.task import Rows, Task


class People:
    """A table as `make task` writes one."""

    input = TableInput(
        columns=(
            TimeColumn(name="seen"),
            NumberColumn(name="groesse"),
            CategoryColumn(name="work", categories=("a", "b")),
        )
    )
    output = ClassesOutput(labels=("ja", "nein"))
    schema = Schema()
    about = ""

    def load(self) -> Rows:
        """Return nothing: no test trains here."""
        raise AssertionError("make send read the rows of the task")


class Others(People):
    """The same with a label that was `other` in the file."""

    output = ClassesOutput(labels=("Other", "ja", "nein"))


PEOPLE: Task = People()
TASKS: Mapping[str, Task] = {"people": PEOPLE}
OTHERS: Mapping[str, Task] = {"others": Others()}
FILE = "work;Größe;Seen;weg;more\na;1,5;21.11.2026 10:00;ja;1\n?;-;1.12.2026 9:00;;2\n"


class Answering:
    """A stand-in for the service, which always answers `ja`."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        self.labels: list[object] = []
        self.keys: set[str | None] = set()
        ends = {"promised_low": {"value": 0.8125}, "promised_high": {"value": 0.9}}
        self.manifest = {"version": "1.0.0", "metrics": ends}

    def __call__(self, call: Call) -> Reply:
        """Answer a request."""
        self.keys.add(call.headers.get("Authorization"))
        if call.target == "/model":
            return Reply(200, {"manifest": self.manifest})
        body = json.loads(call.body)
        if call.target == "/feedback":
            self.labels.append((body["prediction_id"], body["label"]))
            return Reply(201, {})
        start = len(self.rows)
        self.rows += body["instances"]
        answers = [
            {"label": "ja", "confidence": 0.9, "prediction_id": str(start + at)}
            for at in range(len(body["instances"]))
        ]
        return Reply(200, {"predictions": answers})


def sent(
    folder: Path,
    *arguments: str,
    key: str = "",
    content: str = FILE,
    tasks: Mapping[str, Task] = TASKS,
) -> Answering:
    """Send a file to a service that answers; return what it got."""
    (folder / "next.csv").write_text(content, encoding="cp1252")
    service = Answering()
    with serving(service) as url:
        main(
            ["--file", str(folder / "next.csv"), "--url", url, "--rate", "10000", *arguments],
            tasks=tasks,
            environment={"PERENNIAL_API_KEY": key} if key else {},
            root=folder,
        )
    return service


def test_rows_are_sent_as_objects_and_their_labels_after_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Columns by name in any order, numbers and times as JSON has them, gaps as null."""
    service = sent(tmp_path, "--target", "weg", key="secret")
    assert service.rows == [
        {"seen": "2026-11-21T10:00:00+00:00", "groesse": 1.5, "work": "a"},
        {"seen": "2026-12-01T09:00:00+00:00", "groesse": None, "work": None},
    ]
    assert service.labels == [("0", "ja")] and service.keys == {"Bearer secret"}
    said = "2 rows sent in 0 s, 1 label; accuracy 1, where version 1.0.0 promised 0.8125 to 0.9"
    assert said in capsys.readouterr().out


def test_a_file_is_read_as_the_first_one_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is beside the task's rows says how; what is doubtful all the same is printed."""
    names = {"seen": "Seen", "groesse": "more", "work": "work", "weg": "weg"}
    columns = {name: Origin(header=header) for name, header in names.items()}
    (tmp_path / "data" / "people").mkdir(parents=True)
    write_reading(Reading(label="weg", columns=columns), "people", tmp_path)
    service = sent(tmp_path)
    assert [row["groesse"] for row in service.rows] == [1, 2]
    assert "  - seen: times without an offset, taken as UTC\n" in capsys.readouterr().out


def test_the_service_is_the_one_that_other_commands_ask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`PERENNIAL_URL` names it, and the output says where rows went."""
    (tmp_path / "next.csv").write_text(FILE, encoding="cp1252")
    service = Answering()
    with serving(service) as url:
        main(
            ["--file", str(tmp_path / "next.csv")],
            tasks=TASKS,
            environment={"PERENNIAL_URL": url},
            root=tmp_path,
        )
    assert len(service.rows) == 2 and f"to {url}\n" in capsys.readouterr().out


def test_without_a_target_no_label_is_sent(tmp_path: Path) -> None:
    """More rows than one request holds take several."""
    lines = FILE.splitlines()
    service = sent(tmp_path, content="\n".join([lines[0], *[lines[1]] * 50, ""]))
    assert (len(service.rows), service.labels, service.keys) == (50, [], {None})


def test_a_label_that_was_renamed_is_sent_by_its_new_name(tmp_path: Path) -> None:
    """`other` is the name of a signal's bin, so `make task` writes it otherwise."""
    service = sent(tmp_path, "--target", "weg", content=FILE.replace("ja", "other"), tasks=OTHERS)
    assert service.labels == [("0", "Other")]


@pytest.mark.parametrize(
    ("arguments", "content", "message"),
    [
        ((), "a;b\n1;2\n", "FILE: got the columns a, b, expected one called 'seen'"),
        (("--target", "gone"), FILE, "TARGET: got 'gone', expected one of work, Größe"),
        (
            ("--target", "weg"),
            FILE.replace("ja", "jein"),
            "column weg, row 1: got 'jein', expected",
        ),
        ((), FILE.replace("1,5", "groß"), "column Größe: got 'groß', expected numbers"),
        (("--rate", "0"), FILE, "RATE: got 0.0, expected more than 0 rows a second"),
    ],
)
def test_what_cannot_be_sent_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], content: str, message: str
) -> None:
    """Nothing is sent then."""
    with pytest.raises(BadParameter, match=message):
        sent(tmp_path, *arguments, content=content)


def test_no_service_and_no_table_are_named(tmp_path: Path) -> None:
    """An address without a service says how to start one."""
    (tmp_path / "next.csv").write_text(FILE, encoding="cp1252")
    arguments = ["--file", str(tmp_path / "next.csv"), "--url"]
    with pytest.raises(ServiceRefused, match="127.0.0.1:1: no answer .*'make serve' starts"):
        main([*arguments, "http://127.0.0.1:1"], tasks=TASKS)
    with pytest.raises(ServiceRefused, match="expected an address such as"):
        main([*arguments, "localhost"], tasks=TASKS)
    with pytest.raises(BadParameter, match="TASK: got toy, image, expected a table"):
        main([*arguments, "http://127.0.0.1:1"], tasks={"toy": IMAGES})
