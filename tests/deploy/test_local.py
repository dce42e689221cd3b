"""Deploying on one machine swaps a link, proves it, and can go back."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.bundles import make_bundle
from tests.service import fakes

VERBS = Path(__file__).resolve().parents[2] / "deploy" / "local"
ANSWER = {"label": "1", "confidence": 0.8}
MANIFEST = {"task": "cats", "self_test": {"instance": [[0.0]], "answer": ANSWER, "tolerance": 1e-4}}
FORMAT_2 = {
    "labels": ["0", "1"],
    "self_test": {"instance": [[0.0]], "probabilities": [0.2, 0.8], "tolerance": 1e-4},
}


def _bundle(folder: Path, version: str, manifest: dict[str, Any] = MANIFEST) -> Path:
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(manifest | {"version": version}))
    return folder


def _digest(bundle: Path) -> str:
    return hashlib.sha256((bundle / "manifest.json").read_bytes()).hexdigest()


def _call(verb: str, *arguments: str, bundles: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "PERENNIAL_BUNDLES": str(bundles)}
    command = [str(VERBS / verb), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two bundles and an empty folder to deploy into."""
    return _bundle(tmp_path / "a", "1.0.0"), _bundle(tmp_path / "b", "2.0.0"), tmp_path / "into"


def test_deploying_points_production_at_the_bundles_digest(two: tuple[Path, Path, Path]) -> None:
    """The link is relative and names the content."""
    first, _, into = two
    assert _call("deploy", str(first), bundles=into).returncode == 0
    assert os.readlink(into / "production") == _digest(first)
    assert (into / "production" / "manifest.json").is_file()


def test_a_deploy_clears_what_a_killed_one_left(two: tuple[Path, Path, Path]) -> None:
    """And leaves what another has begun within the hour."""
    first, _, into = two
    old, new = into / ".incoming-old", into / ".incoming-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    assert _call("deploy", str(first), bundles=into).returncode == 0
    assert not old.exists() and new.exists()


def test_a_rollback_goes_back_to_what_served_before(two: tuple[Path, Path, Path]) -> None:
    """After two deploys the first one serves again."""
    first, second, into = two
    _call("deploy", str(first), bundles=into)
    _call("deploy", str(second), bundles=into)
    assert os.readlink(into / "production") == _digest(second)
    assert _call("rollback", str(second), bundles=into).returncode == 0
    assert os.readlink(into / "production") == _digest(first)


@pytest.mark.parametrize("sick", ["never-pulled", "b"])
def test_a_bundle_that_never_served_is_not_rolled_back(
    two: tuple[Path, Path, Path], tmp_path: Path, sick: str
) -> None:
    """A deploy that failed before the swap must not take the healthy champion away."""
    first, second, into = two
    for bundle in (second, first):
        _call("deploy", str(bundle), bundles=into)
    result = _call("rollback", str(tmp_path / sick), bundles=into)
    assert result.returncode == 0 and "the bundle never served" in result.stdout
    assert os.readlink(into / "production") == _digest(first)


def test_a_bundle_of_another_task_is_refused(tmp_path: Path) -> None:
    """Two tasks with one folder would take each other's place; the message says what to set."""
    into = tmp_path / "into"
    make_bundle(tmp_path / "cats", task="cats")
    make_bundle(tmp_path / "news", task="news")
    assert _call("deploy", str(tmp_path / "cats"), bundles=into).returncode == 0
    result = _call("deploy", str(tmp_path / "news"), bundles=into)
    assert result.returncode == 1
    assert "serves the task cats, expected news; use a folder of its own" in result.stderr
    assert os.readlink(into / "production") == _digest(tmp_path / "cats")


def test_deploying_again_keeps_the_way_back(two: tuple[Path, Path, Path]) -> None:
    """A pipeline that runs twice does not make a bundle its own predecessor."""
    first, second, into = two
    for bundle in (first, second, second):
        assert _call("deploy", str(bundle), bundles=into).returncode == 0
    assert os.readlink(into / "previous") == _digest(first)


def test_a_first_deploy_cannot_be_rolled_back(two: tuple[Path, Path, Path]) -> None:
    """The message says that there is nothing to go back to."""
    first, _, into = two
    _call("deploy", str(first), bundles=into)
    result = _call("rollback", str(first), bundles=into)
    assert result.returncode == 1 and "previous: no such bundle" in result.stderr


def test_a_second_rollback_has_nothing_to_go_back_to(two: tuple[Path, Path, Path]) -> None:
    """Only one predecessor is kept: the bundle that serves again is not its own."""
    first, second, into = two
    for verb, bundle in (("deploy", first), ("deploy", second), ("rollback", second)):
        assert _call(verb, str(bundle), bundles=into).returncode == 0
    result = _call("rollback", str(first), bundles=into)
    assert result.returncode == 1 and f"{_digest(first)} serves now" in result.stderr
    assert os.readlink(into / "production") == _digest(first)


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    """Production stays what it was."""
    result = _call("deploy", str(tmp_path), bundles=tmp_path / "into")
    assert result.returncode == 1 and "no manifest.json" in result.stderr
    assert not (tmp_path / "into").exists()


class FakeService(BaseHTTPRequestHandler):
    """Serves one digest and one prediction."""

    digest = ""
    prediction: dict[str, Any] = {}

    def do_GET(self) -> None:
        """Answer /ready and /model."""
        self._answer({"digest": self.digest, "manifest": MANIFEST})

    def do_POST(self) -> None:
        """Answer /predict."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"predictions": [self.prediction]})

    def _answer(self, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    """The address of a fake service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeService)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("other_digest", "answer", "message"),
    [
        (False, ANSWER, "passes its self-test"),
        (True, ANSWER, "/model: digest is"),
        (False, ANSWER | {"confidence": 0.7}, "confidence is 0.7, expected 0.8"),
        (False, ANSWER | {"label": "0"}, "label is '0', expected '1'"),
    ],
)
def test_verify_holds_only_when_the_bundle_answers_as_it_should(
    two: tuple[Path, Path, Path],
    service: str,
    other_digest: bool,
    answer: dict[str, Any],
    message: str,
) -> None:
    """Another digest or another answer is a failed deploy, with the value that is off."""
    first, second, into = two
    FakeService.digest = _digest(second if other_digest else first)
    FakeService.prediction = answer
    result = _call("verify", str(first), "--url", service, "--seconds", "1", bundles=into)
    assert message in result.stdout + result.stderr
    assert result.returncode == (0 if "passes" in message else 1)


def test_a_bundle_of_format_2_is_verified(tmp_path: Path, service: str) -> None:
    """A rollback may go back to a bundle of before: its labels and probabilities say the answer."""
    old = _bundle(tmp_path / "old", "1.0.0", FORMAT_2)
    FakeService.digest, FakeService.prediction = _digest(old), ANSWER
    result = _call("verify", str(old), "--url", service, "--seconds", "1", bundles=tmp_path)
    assert result.returncode == 0, result.stderr


def test_a_sick_bundle_is_found_out_and_rolled_back(tmp_path: Path) -> None:
    """A real service refuses a changed bundle, verify says so, and the champion stays deployed."""
    champion = make_bundle(tmp_path / "champion").path
    sick = make_bundle(tmp_path / "sick", version="1.1.0").path
    (sick / "model.onnx").write_bytes((sick / "model.onnx").read_bytes()[:-1] + b"x")
    into = tmp_path / "bundles"
    _call("deploy", str(champion), bundles=into)
    with fakes.running(fakes.settings(tmp_path)) as running:
        url = str(running.client.base_url)
        _call("deploy", str(sick), bundles=into)
        found = _call("verify", str(sick), "--url", url, "--seconds", "1", bundles=into)
        assert found.returncode == 1 and "/model: digest is" in found.stderr
        _call("rollback", str(sick), bundles=into)
        found = _call("verify", str(champion), "--url", url, "--seconds", "5", bundles=into)
        assert found.returncode == 0, found.stderr
    assert os.readlink(into / "production") == _digest(champion)
