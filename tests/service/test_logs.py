"""Logs as JSON lines."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import uvicorn

from service import logs


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Leave the process's logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """Return what was logged."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_ours_and_the_libraries_lines_have_one_shape() -> None:
    """Whoever logs, a line is a JSON object with event, level and time."""
    stream = io.StringIO()
    log = logs.configure("info", stream=stream)
    log.info("bundle_loaded", version="1.0.0")
    logging.getLogger("uvicorn.error").info("Started %s", "server")
    ours, theirs = lines(stream)
    assert (ours["event"], ours["version"]) == ("bundle_loaded", "1.0.0")
    assert (theirs["event"], theirs["logger"]) == ("Started server", "uvicorn.error")
    assert all({"level", "timestamp"} <= line.keys() for line in (ours, theirs))


def test_uvicorns_own_handlers_are_taken_over() -> None:
    """A server that configured its logging first does not write lines of another shape."""
    uvicorn.Config("no:app", log_level="warning")
    stream = io.StringIO()
    logs.configure("info", stream=stream)
    logging.getLogger("uvicorn.error").info("Started")
    assert [line["event"] for line in lines(stream)] == ["Started"]


def test_less_than_the_level_is_not_written() -> None:
    """Debug lines cost nothing where nobody asked for them."""
    stream = io.StringIO()
    logs.configure("warning", stream=stream).info("quiet")
    logging.getLogger("sqlalchemy").info("quiet too")
    assert lines(stream) == []


def test_a_traceback_is_part_of_its_line() -> None:
    """An exception does not break the one line, one object rule."""
    stream = io.StringIO()
    log = logs.configure("info", stream=stream)
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("failed")
    (line,) = lines(stream)
    assert "ValueError: broken" in str(line["exception"])
