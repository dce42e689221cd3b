"""The real libraries, MLflow's own server among them; they have an environment of their own."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from demo.workspace import ROOT
from tests.training.trackers import wandb_file
from tests.training.trackers.mlflow_server import mlflow_server
from tests.training.trackers.servers import hanging, refusing, serving
from training.trackers.addition import add
from training.trackers.runs import Runs
from training.trackers.sender import Command, interpreter, send_command
from training.trackers.spooled import FOLDER, SpooledRun
from training.trackers.state import State

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]

LINKS = {
    "commit": "9f2c",
    "pipeline": "https://git.example/p/1",
    "project_page": "https://git.example",
}
PARAMETERS = {"model": "cnn", "parameters.epochs": 3}


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    """Make the trackers' environment where it is not there yet."""
    command = [str(ROOT / "requirements" / "install.sh"), "python", "trackers"]
    subprocess.run(command, check=True, env={**os.environ, "VENV": sys.prefix}, timeout=600)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run MLflow's server."""
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as url:
        yield url


def with_variables(**variables: str) -> Command:
    """Return the command that sends a run, with variables of the environment."""
    given = [f"{name}={value}" for name, value in variables.items()]
    return lambda folder, tracker: ["env", *given, *send_command(folder, tracker)]


def train(artifacts: Path, tracker: str, command: Command, *, wait: float = 120) -> list[Any]:
    """Track three epochs; return the figures, as our own history has them."""
    run = SpooledRun(
        artifacts / FOLDER,
        [tracker],
        task="digits",
        parameters=PARAMETERS,
        links=LINKS,
        command=command,
    )
    history = [{"accuracy": 0.1 * step, "val_loss": 3.5 - step} for step in (1, 2, 3)]
    for step, figures in enumerate(history, start=1):
        run.log(figures, step=step)
    run.end()
    links = run.finish(wait=wait)
    (artifacts / "model").mkdir(parents=True, exist_ok=True)
    Runs(run.name, links).write(artifacts / "model")
    return history


def ask(url: str, call: str, **query: str) -> Any:
    """Ask MLflow's server, as its page does."""
    words = "&".join(f"{name}={value}" for name, value in query.items())
    address = f"{url}/api/2.0/mlflow/{call}?{words}"
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


@pytest.mark.parametrize("kept", ["files", "server"])
def test_mlflow_shows_the_same_figures_as_the_repository(
    kept: str, server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each step of each figure, the parameters, where the run comes from, and the bundle."""
    store = tmp_path / "store"
    command = with_variables(MLFLOW_TRACKING_URI=server if kept == "server" else str(store))
    history = train(tmp_path, "mlflow", command)
    bundle = tmp_path / "model.onnx"
    bundle.write_bytes(b"onnx")
    add(tmp_path, figures={"test_f1": 0.9}, files=[bundle], wait=120, command=command)
    assert capsys.readouterr().err == ""
    run = State.read(tmp_path / FOLDER, "mlflow").known
    if kept == "files":
        [folder] = store.glob(f"*/{run}")
        lines = (folder / "metrics" / "accuracy").read_text().splitlines()
        assert [float(line.split()[1]) for line in lines] == [row["accuracy"] for row in history]
        assert (folder / "artifacts" / "model.onnx").read_bytes() == b"onnx"
        return
    shown = ask(server, "runs/get", run_id=run)["run"]
    assert shown["info"]["status"] == "FINISHED"
    assert {one["key"]: one["value"] for one in shown["data"]["params"]} == {
        "model": "cnn",
        "parameters.epochs": "3",
    }
    tags = {one["key"]: one["value"] for one in shown["data"]["tags"]}
    assert tags["mlflow.source.git.commit"] == "9f2c"
    assert tags["mlflow.note.content"] == "[pipeline](https://git.example/p/1)"
    for name in history[0]:
        steps = ask(server, "metrics/get-history", run_id=run, metric_key=name)["metrics"]
        assert [one["value"] for one in steps] == [row[name] for row in history]
        assert [one["step"] for one in steps] == [1, 2, 3]
    assert [one["path"] for one in ask(server, "artifacts/list", run_id=run)["files"]] == [
        "model.onnx"
    ]
    page = Runs.read(tmp_path / "model").links["mlflow"]
    assert page.startswith(f"{server}/#/experiments/") and page.endswith(f"/runs/{run}")


Where = Callable[[Path], AbstractContextManager[Mapping[str, str]]]


def _mlflow_full(folder: Path) -> AbstractContextManager[Mapping[str, str]]:
    """Return a store in a folder in which nothing can be written."""
    return nullcontext({"MLFLOW_TRACKING_URI": "/dev/full/store"})


class _At:
    """A server's address as a variable."""

    def __init__(self, variable: str, server: AbstractContextManager[Any]) -> None:
        self._variable, self._server = variable, server

    def __enter__(self) -> Mapping[str, str]:
        found = self._server.__enter__()
        return {self._variable: found if isinstance(found, str) else found.url}

    def __exit__(self, *error: Any) -> None:
        self._server.__exit__(*error)


BROKEN: dict[str, tuple[Where, str]] = {
    "refuses": (
        lambda _: _At("MLFLOW_TRACKING_URI", nullcontext(refusing())),
        "Connection refused",
    ),
    "has no scheme": (
        lambda _: _At("MLFLOW_TRACKING_URI", nullcontext("127.0.0.1:5000")),
        "got '127.0.0.1:5000', expected http://127.0.0.1:5000, a database or a folder",
    ),
    "is in no job": (
        lambda _: _At("MLFLOW_TRACKING_URI", nullcontext("gitlab")),
        "expected it in GitLab's jobs only",
    ),
    "hangs": (lambda _: _At("MLFLOW_TRACKING_URI", hanging()), "timed out|stopped while"),
    "answers 500": (lambda _: _At("MLFLOW_TRACKING_URI", serving(status=500)), "500"),
    "cannot write": (_mlflow_full, "/dev/full"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_mlflow_that_is_broken_is_named_with_the_reason(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Within the time that a stage waits."""
    where, why = BROKEN[how]
    with where(tmp_path) as variables:
        train(tmp_path, "mlflow", with_variables(**variables), wait=60)
    warning = capsys.readouterr().err
    assert warning.startswith("WARNING: tracker mlflow: ") and warning.count("WARNING") == 1
    assert any(word in warning for word in why.split("|")), warning
    assert Runs.read(tmp_path / "model").links == {}


def test_a_password_in_mlflows_address_is_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in the warning nor in the log that a job keeps, though MLflow's errors have it."""
    refused, unnamed = refusing().replace("http://", "http://somebody:hunter2@"), "a:hunter2@b:1"
    told = []
    for uri in (unnamed, refused):
        train(tmp_path, "mlflow", with_variables(MLFLOW_TRACKING_URI=uri), wait=60)
        told.append(capsys.readouterr().err)
    told += [file.read_text() for file in (tmp_path / FOLDER).iterdir() if file.is_file()]
    assert "Connection refused" in told[1] and not any("hunter2" in text for text in told)


def test_a_run_of_which_mlflow_refuses_a_parameter_is_made_once(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However often it is tried again while training goes on."""
    run = SpooledRun(
        tmp_path / FOLDER,
        ["mlflow"],
        task="refused",
        parameters={"no\nname": 1},
        links={},
        command=with_variables(MLFLOW_TRACKING_URI=server),
    )
    run.log({"accuracy": 0.5}, step=1)
    time.sleep(30)
    run.end()
    run.finish(wait=60)
    assert "no\\nname" in capsys.readouterr().err
    experiment = ask(server, "experiments/get-by-name", experiment_name="refused")["experiment"]
    body = json.dumps({"experiment_ids": [experiment["experiment_id"]]}).encode()
    search = urllib.request.Request(f"{server}/api/2.0/mlflow/runs/search", body, method="POST")
    search.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(search, timeout=60) as answer:
        assert len(json.load(answer)["runs"]) == 1


def test_an_offline_run_of_wandb_has_the_figures_and_the_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file that `wandb sync` uploads, as the link says."""
    command = with_variables(WANDB_MODE="offline", WANDB_DIR=str(tmp_path / "kept"))
    history = train(tmp_path, "wandb", command)
    bundle = tmp_path / "model.onnx"
    bundle.write_bytes(b"onnx")
    add(tmp_path, figures={"test_f1": 0.9}, files=[bundle], wait=120, command=command)
    assert capsys.readouterr().err == ""
    folder = Path(Runs.read(tmp_path / "model").links["wandb"].removeprefix("wandb sync "))
    [file] = folder.glob("*.wandb")
    read = [interpreter("wandb"), wandb_file.__file__, str(file)]
    found = subprocess.run(read, check=True, capture_output=True, text=True).stdout
    assert json.loads(found) == history[-1]
    assert [one.read_bytes() for one in tmp_path.glob("kept/**/model.onnx")] == [b"onnx"]


def test_wandb_that_refuses_is_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it is to be online and its server is not there."""
    command = with_variables(
        WANDB_MODE="online",
        WANDB_BASE_URL=refusing(),
        WANDB_API_KEY="0" * 40,
        WANDB_DIR=str(tmp_path),
    )
    train(tmp_path, "wandb", command, wait=60)
    warning = capsys.readouterr().err
    assert warning.startswith("WARNING: tracker wandb: ") and warning.count("WARNING") == 1
