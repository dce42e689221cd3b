"""Labelled feedback becomes training rows, or nothing changes and the message says why."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from service.store.writes import utc
from tests.bundles import images
from tests.training.bad_data import feedback, with_values
from tests.training.repository import START, TASKS, Repository
from training.errors import CollectRefused, InvalidData
from training.feedback import collect
from training.task.tracking import dvc_file
from training.stages import validate

INCIDENT = "0123456789ab"
WHOLE = [f"--incident={INCIDENT}", f"--incident-started={utc(START)}"]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return an empty one."""
    return Repository(tmp_path)


def digits(rows: int) -> list[str]:
    """Return labels that depend on the row's position only."""
    return [str(i % 10) for i in range(rows)]


def test_an_incidents_rows_are_collected(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows since the incident (less the lookback) are appended, tracked, and raise the version."""
    repository.label(images(120), digits(120), at=START - 30)
    repository.label(images(50, seed=6), digits(50), model="news")
    repository.collect(*WHOLE)
    rows = repository.rows()
    assert len(rows["label"]) == 120 and set(rows["incident"]) == {INCIDENT}
    assert rows["input"][0] == images(120)[0].ravel().tolist()
    assert rows["observed_at"][0] == utc(START - 30) and rows["prediction_id"][0] == "p000001"
    assert repository.tracked == ["feedback.parquet"] and repository.version() == "1.1.0"
    out = capsys.readouterr().out
    assert "120 new of 120 labelled rows read" in out and "next model version 1.1.0" in out


def test_the_relay_finds_how_many_rows_there_were(repository: Repository) -> None:
    """Whether they were enough or not, among the job's artifacts."""
    file = repository.root / "artifacts/digits/collect/collect.json"
    repository.label(images(60), digits(60))
    with pytest.raises(CollectRefused):
        repository.collect()
    assert json.loads(file.read_text()) == {"rows": 60, "least_rows": 100}
    repository.label(images(60, seed=5), digits(60))
    repository.collect()
    assert json.loads(file.read_text()) == {"rows": 120, "least_rows": 100}


def test_comments_of_the_parameters_survive(repository: Repository) -> None:
    """Only the version's line of params.yaml changes."""
    before = repository.params.read_text()
    repository.label(images(120), digits(120))
    repository.collect()
    after = repository.params.read_text()
    assert after == before.replace("version: 1.0.0", "version: 1.1.0")


def test_without_an_incident_all_labels_are_collected(repository: Repository) -> None:
    """By hand, as with the empty values that CI passes, everything labelled counts as manual."""
    repository.label(images(120), digits(120), at=0)
    repository.collect("--incident=", "--incident-started=", "--since=")
    assert set(repository.rows()["incident"]) == {"manual"}
    assert len(repository.rows()["label"]) == 120


def test_since_limits_a_collection_by_hand(repository: Repository) -> None:
    """--since is exact, the incident's lookback does not apply to it."""
    repository.label(images(150), digits(150))
    repository.collect(f"--since={utc(START + 50)}")
    assert len(repository.rows()["label"]) == 100


def test_a_second_collection_adds_only_what_is_new(repository: Repository) -> None:
    """Rows collected before stay as they are and are not taken twice, by id or by content."""
    repository.label(images(120), digits(120))
    repository.collect()
    repository.label(images(120), digits(120), at=START + 1000)
    repository.label(images(130, seed=9), digits(130), at=START + 2000)
    repository.collect(f"--incident={INCIDENT}", f"--incident-started={utc(START + 990)}")
    incidents = repository.rows()["incident"]
    assert incidents == ["manual"] * 120 + [INCIDENT] * 130
    assert repository.version() == "1.2.0"


def test_nothing_new_is_refused_and_changes_nothing(repository: Repository) -> None:
    """A collection of the same rows again says that they were collected before."""
    repository.label(images(120), digits(120))
    repository.collect()
    before = repository.state()
    with pytest.raises(CollectRefused, match="0 new of 120 labelled rows read: 120 collected"):
        repository.collect()
    assert repository.state() == before


def test_repeats_count_once_and_contradictions_not_at_all(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of inputs sent twice one row is kept, or none where their labels differ."""
    rows = images(140)
    repository.label(rows, digits(140))
    repository.label(rows[:30], digits(140)[:30], at=START + 500)
    repository.label(rows[30:40], ["5"] * 10, at=START + 600)  # one of them agrees
    repository.collect()
    assert len(repository.rows()["label"]) == 131
    out = capsys.readouterr().out
    assert "31 repeats, 18 with contradicting labels for 9 inputs" in out


def test_scrambled_labels_of_repeated_inputs_are_counted(repository: Repository) -> None:
    """Where contradictions leave too little, the refusal says how many there were."""
    for turn in range(3):
        labels = [str((i + turn) % 10) for i in range(120)]
        repository.label(images(120), labels, at=START + 1000 * turn)
    before = repository.state()
    message = (
        r"rows: got 0 new of 360 labelled rows read: 0 collected before, 0 repeats, "
        r"360 with contradicting labels for 120 inputs, expected at least 100"
    )
    with pytest.raises(CollectRefused, match=message):
        repository.collect()
    assert repository.state() == before


def test_a_label_against_an_earlier_collection_is_a_contradiction(repository: Repository) -> None:
    """An input collected with one label does not join again with another."""
    repository.label(images(120), digits(120))
    repository.collect()
    repository.label(images(120), ["0"] * 120, at=START + 1000)
    with pytest.raises(CollectRefused, match="108 with contradicting labels for 108 inputs"):
        repository.collect()


def test_too_few_rows_are_refused(repository: Repository) -> None:
    """The message names the parameter that a person may lower."""
    repository.label(images(99), digits(99))
    with pytest.raises(
        CollectRefused,
        match=r"99 new .* at least 100 \(collect.least_rows in training/tasks/digits/params",
    ):
        repository.collect()
    assert not repository.feedback.exists() and repository.version() == "1.0.0"


def test_values_that_the_task_rules_out_are_left_out(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """A client may send anything finite; what is collected passes validation nevertheless."""
    rows = images(123)
    rows[0, 0, 0], rows[1, 0, 0], rows[2, 0, 0] = 255, -1, 0.5
    repository.label(rows, digits(123))
    repository.collect()
    assert len(repository.rows()["label"]) == 120
    assert "3 with values that the task rules out" in capsys.readouterr().out


def test_minus_zero_is_no_other_input(repository: Repository) -> None:
    """Inputs that differ in the sign of a zero are repeats."""
    rows = np.maximum(images(120), 1)
    rows[:10, 0, 0] = 0
    again = rows[:10].copy()
    again[:, 0, 0] = -0.0
    repository.label(rows, digits(120))
    repository.label(again, digits(10), at=START + 1000)
    repository.collect()
    assert len(repository.rows()["label"]) == 120


def test_a_collected_file_passes_validation(repository: Repository) -> None:
    """What two collections left is what the pipeline's first stage takes."""
    repository.label(images(120), digits(120))
    repository.collect()
    repository.label(images(120, seed=4), digits(120), at=START + 1000)
    repository.collect(f"--incident={INCIDENT}", f"--incident-started={utc(START + 990)}")
    validate.main(["--task=digits"], root=repository.root, tasks=TASKS)
    findings = repository.root / "artifacts" / "digits" / "validation" / "findings.json"
    assert json.loads(findings.read_text())["rows"][INCIDENT] == 120


@pytest.mark.parametrize("content", [b"", b"no Parquet", None])
def test_a_file_that_does_not_validate_is_not_appended_to(
    repository: Repository, content: bytes | None
) -> None:
    """Whoever damaged it, the message is validation's, and no file changes."""
    repository.label(images(120), digits(120))
    repository.feedback.parent.mkdir(parents=True)
    if content is None:
        table = with_values(feedback(), "label", {4: "eleven"})
        pyarrow.parquet.write_table(table, repository.feedback)
    else:
        repository.feedback.write_bytes(content)
    before = repository.state()
    with pytest.raises(InvalidData, match="feedback.parquet: 1 rule failed") as raised:
        repository.collect()
    expected = "row 4: eleven" if content is None else "a readable Parquet file"
    assert expected in str(raised.value)
    assert repository.state() == before


def test_a_tracked_file_that_is_not_here_is_not_replaced(repository: Repository) -> None:
    """Without the earlier rows, collecting would lose them: pull first."""
    repository.label(images(120), digits(120))
    repository.feedback.parent.mkdir(parents=True)
    dvc_file(repository.feedback).write_text("outs: []\n")
    with pytest.raises(CollectRefused, match="DVC tracks it; run 'dvc pull'"):
        repository.collect()


def test_a_failing_dvc_changes_nothing(repository: Repository) -> None:
    """Data, its .dvc file and the parameters are as before when tracking fails half-way."""
    repository.label(images(120), digits(120))
    repository.collect()
    before = repository.state()
    repository.label(images(120, seed=3), digits(120), at=START + 1000)

    def fail(file: Path) -> None:
        dvc_file(file).write_text("half")
        raise CollectRefused("dvc add: no space left")

    with pytest.raises(CollectRefused, match="no space left"):
        arguments = ["--task=digits", f"--database={repository.address}"]
        collect.main(arguments, tasks=TASKS, root=repository.root, track=fail)
    assert repository.state() == before


def test_dvc_itself_tracks_the_rows(repository: Repository) -> None:
    """The real program writes feedback.parquet.dvc and leaves the rows readable."""
    root = repository.root
    for program in (["git"], [sys.executable, "-m", "dvc"]):
        subprocess.run([*program, "init", "--quiet"], cwd=root, check=True)
    repository.label(images(120), digits(120))
    arguments = ["--task=digits", f"--database={repository.address}"]
    collect.main(arguments, tasks=TASKS, root=root)
    assert "md5:" in dvc_file(repository.feedback).read_text()
    assert len(repository.rows()["label"]) == 120
