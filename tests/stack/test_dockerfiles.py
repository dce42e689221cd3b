"""The images: small, without rights, and with nothing in them but what they run."""

import re
from pathlib import Path

import pytest

from tests.stack.dockerfile import FILES, ROOT, Instruction, copied, environment, in_context, read

PORTS = {"service": "PERENNIAL_PORT", "relay": "RELAY_PORT"}
# What each image is there for, and what it has no use for.
NEEDED = {"service": {"onnxruntime", "fastapi"}, "relay": {"python-gitlab", "fastapi"}}
TRAINING = {"tensorflow", "keras", "scikit-learn", "dvc"}
HEAVY = {
    "service": TRAINING | {"python-gitlab"},
    "relay": TRAINING | {"onnxruntime", "numpy", "grafana-foundation-sdk"},
}


@pytest.fixture(params=FILES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each image that is built here."""
    return str(request.param)


@pytest.fixture
def stages(name: str) -> list[list[Instruction]]:
    """Its stages."""
    return read(FILES[name])


def _only(stage: list[Instruction], name: str) -> Instruction:
    (found,) = [one for one in stage if one.name == name]
    return found


def test_every_stage_stands_on_the_one_base_a_builder_chooses(
    name: str, stages: list[list[Instruction]]
) -> None:
    """A machine that cannot pull the default names its own."""
    first = FILES[name].read_text("utf-8").split("\nFROM")[0]
    assert "\nARG BASE=python:3.11-slim" in first
    assert [_only(stage, "FROM").words[0] for stage in stages] == ["${BASE}", "${BASE}"]


def test_packages_are_hashed_and_few(name: str, stages: list[list[Instruction]]) -> None:
    """What is installed is one lock, every package by its checksum, none that others need."""
    lock = Path(_only(stages[0], "COPY").words[0])
    command = _only(stages[0], "RUN").value
    assert f"--require-hashes -r /{lock.name}" in command
    names = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text("utf-8"), re.M))
    assert NEEDED[name] <= names and not HEAVY[name] & names


def test_an_image_runs_as_nobody_in_particular(stages: list[list[Instruction]]) -> None:
    """A number, so that an engine can see that it is not root; nothing runs as root after it."""
    final = stages[-1]
    user = _only(final, "USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user.value)
    assert not {one.name for one in final[final.index(user) :]} & {"RUN", "COPY", "ADD"}


def test_commands_need_no_shell_and_no_other_program(stages: list[list[Instruction]]) -> None:
    """Signals reach Python itself, and the health check is its standard library."""
    final = stages[-1]
    check = _only(final, "HEALTHCHECK")
    assert _only(final, "CMD").words[:2] == ["python", "-m"]
    assert check.value.startswith('CMD ["python", "-c", ')
    assert set(check.flags) == {"interval", "timeout", "start-period", "retries"}


def test_the_port_is_said_once(name: str, stages: list[list[Instruction]]) -> None:
    """What is exposed is what is listened on, and what the health check asks."""
    final = stages[-1]
    assert _only(final, "EXPOSE").value == environment(final)[PORTS[name]]
    assert f"os.environ['{PORTS[name]}']" in _only(final, "HEALTHCHECK").value


def test_output_is_not_held_back(stages: list[list[Instruction]]) -> None:
    """A log line is there when it is written."""
    assert environment(stages[-1])["PYTHONUNBUFFERED"] == "1"


def test_the_service_reports_to_nobody() -> None:
    """ONNX Runtime sends its maker what it ran unless a variable says no."""
    assert environment(read(FILES["service"])[-1])["ORT_DISABLE_TELEMETRY"] == "1"


def test_an_image_says_what_it_is(stages: list[list[Instruction]]) -> None:
    """The labels of the Open Container Initiative, its version and commit among them."""
    labels = {word.split("=")[0] for word in _only(stages[-1], "LABEL").words}
    wanted = {"title", "description", "licenses", "version", "revision"}
    assert labels == {f"org.opencontainers.image.{label}" for label in wanted}


def test_only_code_is_copied(stages: list[list[Instruction]]) -> None:
    """And the relay's limits: no bundle, no secret, no compiled file, nothing from elsewhere."""
    assert "ADD" not in {one.name for stage in stages for one in stage}
    others = {source for source, _ in copied(stages[-1]) if source.suffix != ".py"}
    assert {source.parent for source in others} <= {ROOT / "monitoring/relay/models"}


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        "Makefile",
        "var/secrets/database_password",
        "var/bundles/production",
        "data/digits/digits.parquet",
        "service/Dockerfile",
        "service/__pycache__/app.cpython-311.pyc",
        "training/stages/train.py",
        "monitoring/rules/drift.rules.yml",
        "monitoring/thresholds.py",
        "requirements/training.txt",
        "requirements/monitoring.txt",
        ".venv/lib/python3.11/site.py",
    ],
)
def test_nothing_else_goes_into_a_build(path: str) -> None:
    """A build never sees secrets, data, history or other packages."""
    assert not in_context(Path(path))


@pytest.mark.parametrize(
    "path",
    [
        "service/app.py",
        "service/serving/sources/folder.py",
        "service/store/migrations/versions/0001_predictions_and_feedback.py",
        "perennial/signals/text.py",
        "perennial/kinds/inputs/text.py",
        "monitoring/relay/app.py",
        "monitoring/relay/migrations/versions/0002_wide_pipeline_ids.py",
    ],
)
def test_the_code_goes_into_a_build(path: str) -> None:
    """What an image runs is let in again after everything was kept out."""
    assert in_context(Path(path))
