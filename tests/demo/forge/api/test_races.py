"""Two calls at the same time: neither undoes what the other wrote."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo.forge.api import model_registry, notes, schedules
from demo.forge.api.params import File
from demo.forge.api.routing import Call
from demo.forge.configuration import parse_config
from demo.forge.errors import ApiError
from demo.forge.forge import Forge
from demo.forge.records.merge_request import MergeRequest
from demo.forge.records.schedule import Schedule
from tests.demo.forge.fixtures import configuration


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """A forge without a server."""
    return Forge(tmp_path, parse_config(configuration()), url="http://127.0.0.1:1")


class Contended:
    """The state's lock, before which another call takes it once."""

    def __init__(self, forge: Forge, other: Callable[[], object]) -> None:
        self._lock, self._other = forge.state.lock, iter([other])

    def __enter__(self) -> None:
        for other in self._other:
            other()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _call(forge: Forge, path: dict[str, str], **params: Any) -> Call:
    return Call(forge, forge.config.tokens[0], path, params, forge.url)


def test_variables_of_a_schedule_add_up(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that comes while another is added is kept."""
    now, by = forge.state.clock(), forge.config.tokens[0]
    forge.state.schedules[7] = Schedule(7, "", "main", "0 3 * * *", "UTC", True, by, now, now)
    one, other = (
        _call(forge, {"schedule": "7"}, key=key, value="1", variable_type="env_var") for key in "AB"
    )
    contended = Contended(forge, lambda: schedules.add_variable(other))
    monkeypatch.setattr(forge.state, "lock", contended)
    schedules.add_variable(one)
    assert forge.state.schedules[7].variables == {"A": "1", "B": "1"}


def test_a_file_is_stored_once(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two files with the same name, the first stays and the second is refused."""
    now = forge.state.clock()
    forge.state.models.create_model("digits", "", at=now, user_id=1)
    version = forge.state.models.create_version("digits", "1.0.0", "", {}, at=now, user_id=1)
    path = {"version": str(version.id), "file": "model.onnx"}
    late, first = (_call(forge, path, file=File("", name)) for name in (b"late", b"first"))
    contended = Contended(forge, lambda: model_registry.add_file(first))
    monkeypatch.setattr(forge.state, "lock", contended)
    with pytest.raises(ApiError, match="once"):
        model_registry.add_file(late)
    assert version.files == {"model.onnx": b"first"}


def test_a_deleted_note_is_not_changed(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that comes after the deletion is answered with 404."""
    now, by = forge.state.clock(), forge.config.tokens[0]
    request = MergeRequest(1, 1, "title", "", "topic", "main", by, "0" * 40, now, now)
    forge.state.merge_requests[1] = request
    note = forge.merge_requests.comment(request, by, "old")
    change = _call(forge, {"iid": "1", "note": str(note.id)}, body="new")
    monkeypatch.setattr(forge.state, "lock", Contended(forge, lambda: notes.delete_note(change)))
    with pytest.raises(ApiError, match="404"):
        notes.update_note(change)
    assert request.notes == []
