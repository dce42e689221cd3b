"""Training never waits for a tracker, and no tracker can break it. Real processes and sockets."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest

from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.number import NumberOutput
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered
from tests.training.machines import FakeMachine
from tests.training.trackers.sending import command
from tests.training.trackers.servers import hanging, refusing, serving
from training.artifacts.splits import Prepared, Split
from training.model import found
from training.stages.train import train
from training.task.task import Rows
from training.trackers.addition import add
from training.trackers.runs import Runs
from training.trackers.spooled import FOLDER, SpooledRun

STEP = {"accuracy": 0.5, "val_loss": 1.25}


def begin(folder: Path, url: str, *trackers: str) -> SpooledRun:
    """Begin a run of the digits."""
    given: Mapping[str, object] = {"url": url, "seed": 7}
    names = trackers or ("http",)
    return SpooledRun(folder, names, task="digits", parameters=given, links={}, command=command)


def test_a_run_arrives_whole_at_every_tracker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parameters, each step and the end; the links come back, and a line says them."""
    with serving() as server:
        run = begin(tmp_path / "run", server.url)
        for step in (1, 2, 3):
            run.log(STEP, step=step)
        run.end()
        links = run.finish(wait=30)
    steps = {
        step: values
        for kind, sent in server.got
        if kind == "figures"
        for step, values in sent.items()
    }
    assert server.got[0] == ("begin", {"project": "digits", "url": server.url, "seed": 7})
    assert steps == {"1": STEP, "2": STEP, "3": STEP}
    assert server.got[-1] == ("end", {"failed": False})
    assert links == {"http": f"{server.url}/runs/17"}
    assert capsys.readouterr() == (f"tracker http: see {server.url}/runs/17\n", "")


def test_a_process_that_a_library_leaves_behind_is_not_waited_for(tmp_path: Path) -> None:
    """Though it still has the pipe open through which the sender talks."""
    with serving() as server:
        run = begin(tmp_path, server.url, "forking")
        run.end()
        started = time.monotonic()
        assert run.finish(wait=50) and time.monotonic() - started < 45


@contextmanager
def answering_500() -> Iterator[str]:
    """Yield the address of a server that always fails."""
    with serving(status=500) as server:
        yield server.url


BROKEN: dict[str, tuple[str, Callable[[], object], str]] = {
    "refuses": ("http", lambda: nullcontext(refusing()), "URLError: .*Connection refused"),
    "hangs": (
        "http",
        hanging,
        r"stopped while (starting|beginning the run|sending the parameters), after \d+ s",
    ),
    "answers 500": ("http", answering_500, "HTTPError: HTTP Error 500"),
    "fills the disk": ("full", lambda: nullcontext(""), "OSError: .*No space left on device"),
    "is not installed": (
        "missing",
        lambda: nullcontext(""),
        "ModuleNotFoundError: No module named",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_training_ends_with_all_its_files_whatever_a_tracker_does(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures are in the repository, and a warning names the tracker and says why."""
    name, server, why = BROKEN[how]
    kind, output = TableInput(columns=(NumberColumn(name="a"),)), NumberOutput()
    table = kind.to_arrow([[number] for number in range(60)])
    truths = np.arange(60.0)
    rows = Split(kind, table, truths, np.full(60, "base"))
    task = Altered(Rows(table, [str(truth) for truth in truths]), kind, output)
    out = tmp_path / "model"
    out.mkdir()
    with server() as url:  # type: ignore[attr-defined]
        run = begin(tmp_path / FOLDER, url, name)
        train(
            Prepared(rows, rows, rows, None),
            NUMBERS.train,
            task,
            out,
            model=found.find("linear"),
            tracker=run,
            machine=FakeMachine(),
        )
        links = run.finish(wait=3 if how == "hangs" else 30)
    assert {"history.csv", "training.json", "model.onnx"} <= {file.name for file in out.iterdir()}
    assert links == {}
    said, warning = capsys.readouterr()
    assert "tracker" not in said
    assert warning.startswith(f"WARNING: tracker {name}: ") and warning.count("WARNING") == 1
    assert re.search(why, warning), warning


def test_a_disk_that_is_full_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where not even the file between training and the trackers can be written."""
    with serving() as server:
        run = begin(tmp_path, server.url)
        run._spool.path.unlink()
        run._spool.path.symlink_to("/dev/full")
        for step in (1, 2):
            run.log(STEP, step=step)
        run.end()
        run.finish(wait=30)
    warnings = capsys.readouterr().err.splitlines()
    assert "No space left on device" in warnings[0] and "http" in warnings[1]
    assert len(warnings) == 2


def test_a_folder_that_cannot_be_made_costs_the_trackers_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Training goes on without them."""
    (tmp_path / "file").touch()
    run = begin(tmp_path / "file" / "run", "http://127.0.0.1:9")
    run.log(STEP, step=1)
    run.end()
    assert run.finish(wait=5) == {}
    assert "training goes on without them" in capsys.readouterr().err


def test_what_a_tracker_missed_can_be_sent_later(tmp_path: Path) -> None:
    """By the command that the warning names, once the tracker is there."""
    url = refusing()
    run = begin(tmp_path, url)
    run.log(STEP, step=1)
    run.end(failed=True)
    assert run.finish(wait=30) == {}
    with serving(port=urlsplit(url).port or 0) as server:
        subprocess.run(command(tmp_path, "http"), check=True, capture_output=True)
    assert [kind for kind, _ in server.got] == ["begin", "figures", "end"]
    assert server.got[-1] == ("end", {"failed": True})


KILLED = """
import os, sys
from pathlib import Path
from tests.training.trackers.test_spooled import STEP, begin
begin(Path(sys.argv[1]), sys.argv[2]).log(STEP, step=1)
os._exit(9)
"""


def test_a_training_that_is_killed_leaves_no_process(tmp_path: Path) -> None:
    """The one that sends notices, says that the run failed, and ends."""
    with serving() as server:
        subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), server.url], check=False)
        for _ in range(900):
            if not running(tmp_path):
                break
            time.sleep(0.1)
    assert server.got[-1] == ("end", {"failed": True}) and not running(tmp_path)


def running(folder: Path) -> bool:
    """Return whether a process sends the run in a folder."""
    words = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return any("tests.training.trackers.sending" in w and str(folder) in w for w in words)


def made(folder: Path, name: str) -> Path:
    """Return a bundle's file in artifacts/TASK whose model was trained in the run of a name."""
    for inside in ("model", "bundle"):
        (folder / inside).mkdir(exist_ok=True)
    Runs(name, {}).write(folder / "model")
    (folder / "bundle" / "card.md").write_text("# digits")
    return folder / "bundle" / "card.md"


def test_the_bundle_goes_to_the_trackers_that_have_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the scores, as figures of the last step; one that was away is not tried again."""
    with serving() as server:
        run = begin(tmp_path / FOLDER, server.url, "http", "full")
        run.log(STEP, step=20)
        run.end()
        run.finish(wait=30)
        assert "tracker full" in capsys.readouterr().err
        card = made(tmp_path, run.name)
        add(tmp_path, figures={"test": 0.9}, files=[card], wait=30, command=command)
    added = server.got[-3:]
    assert added[0] == ("figures", {"20": {"test": 0.9}})
    assert added[1] == ("file", {"card.md": "# digits"}) and added[2][0] == "end"
    assert capsys.readouterr().err == ""


def test_nothing_is_added_to_the_run_of_another_model(tmp_path: Path) -> None:
    """Such as where a model was fetched, and another one was trained here before."""
    with serving() as server:
        run = begin(tmp_path / FOLDER, server.url)
        run.end()
        run.finish(wait=30)
        card = made(tmp_path, "digits-of-somebody-else")
        before = len(server.got)
        add(tmp_path, figures={}, files=[card], wait=30, command=command)
        assert len(server.got) == before


def test_without_trackers_nothing_is_started(tmp_path: Path) -> None:
    """No folder, no process."""
    run = SpooledRun(tmp_path / "run", (), task="digits", parameters={}, links={})
    run.log(STEP, step=1)
    run.end()
    assert run.finish(wait=0) == {} and not (tmp_path / "run").exists()
    assert os.listdir(tmp_path) == []
