"""Trains a new task's first model and writes its report, by the commands that pipelines use."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from training.errors import BadParameter, TrainingError
from training.task.files import data_folder, folder, stages_file


class TrialFailed(TrainingError):
    """A stage of a new task failed; its files were removed again."""


def report_folder(task: str) -> Path:
    """Return where the first report is."""
    return Path("var", "report", task)


@contextmanager
def new_folders(task: str, root: Path) -> Iterator[None]:
    """Make the folder of a new task; remove all of its folders if anything fails or interrupts.

    Raises BadParameter where it is there: the folders are another command's.
    """
    places = (data_folder(task), Path("artifacts", task), report_folder(task))
    try:
        (root / folder(task)).mkdir(parents=True)
    except FileExistsError:
        expected = "a name of which no other 'make task' makes a task now"
        raise BadParameter("NAME", task, expected) from None
    new = [root / folder(task), *(root / one for one in places if not (root / one).exists())]
    try:
        yield
    except BaseException:
        for place in new:
            shutil.rmtree(place, ignore_errors=True)
        raise


def train(task: str, root: Path) -> None:
    """Validate the rows, train the model, export it and write the report. Raises TrialFailed."""
    _run("dvc", "repro", str(stages_file(task)), root=root)
    _run("training.report", "--task", task, "--out", str(report_folder(task)), root=root)


def _run(module: str, *arguments: str, root: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    quiet = {"DVC_NO_ANALYTICS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "PATH": path}
    command: Sequence[str] = (sys.executable, "-m", module, *arguments)
    # A session of its own: a stage that DVC has started ends with it.
    started = subprocess.Popen(
        command, cwd=root, env={**os.environ, **quiet}, start_new_session=True
    )
    try:
        code = started.wait()
    except BaseException:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        raise
    if code:
        raise TrialFailed(
            f"{module} {' '.join(arguments)}: failed, see above; no file of the task was kept"
        )
