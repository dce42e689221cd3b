"""Runs the CML program and explains its errors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.job import Job
from perennial.gitlab.refusal import SILENCE, Answer, sentence
from training.gitlab import note

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ACTION = "post the report through CML"
TIMEOUT_SECONDS = 300
# How many notes it reads, newest first: one page of GitLab's.
REACH = 20
# Of a refusal CML prints only HTTP's reason phrase.
REASONS = {
    "Unauthorized": 401,
    "Forbidden": 403,
    "Not Found": 404,
    "Request Entity Too Large": 413,
    "Content Too Large": 413,
    "Payload Too Large": 413,
    "Too Many Requests": 429,
    "Internal Server Error": 500,
    "Bad Gateway": 502,
    "Service Unavailable": 503,
}


def label(task: str) -> str:
    """Return the task's name in CML's watermark; CML cannot find one that needs escaping.

    >>> label("ag_news")
    'ag-news'
    """
    return re.sub(r"[^A-Za-z0-9-]", "-", task)


def has_watermark(body: str, task: str) -> bool:
    """Return whether CML would take a note for its own report of the task."""
    return f'"CML watermark {label(task)}")' in body


def comment(verb: str, folder: Path, *, task: str, job: Job, run: Run = subprocess.run) -> int:
    """Have CML post the report, images included; return the note's number.

    verb: "create", or "update" for the oldest note within its reach that has its watermark.
    Raises GitLabRefused.
    """
    command = ["cml", "comment", verb, "--publish-native", "--driver=gitlab"]
    command += [f"--repo={job.target_url}", f"--target=pr/{job.merge_request}"]
    command += [f"--watermark-title={label(task)}", str(folder / note.REPORT)]
    try:
        done = _run(run, command, job)
    except subprocess.TimeoutExpired as error:
        reason = f"CML did not finish within {TIMEOUT_SECONDS} s"
        raise GitLabRefused(sentence(ACTION, Answer(SILENCE, reason))) from error
    address = re.search(r"#note_(\d+)\s*$", done.stdout)
    if done.returncode == 0 and address:
        return int(address[1])
    raise GitLabRefused(_explained(done, folder))


def _run(run: Run, command: list[str], job: Job) -> subprocess.CompletedProcess[str]:
    known = {"NODE_EXTRA_CA_CERTS": job.ca_file} if job.ca_file else {}
    with tempfile.TemporaryDirectory() as home:  # else it changes the user's git configuration
        return run(
            command,
            env={**known, **job.environment, "HOME": home, "ITERATIVE_DO_NOT_TRACK": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )


def _explained(done: subprocess.CompletedProcess[str], folder: Path) -> str:
    """Return what an error of CML means, after printing its whole output to the log."""
    print(done.stdout + done.stderr, file=sys.stderr)
    messages = list(filter(None, map(_message, done.stderr.splitlines())))
    reason = messages[-1] if messages else f"exit code {done.returncode} without an error message"
    reason = " ".join(reason.split())
    if reason.startswith("request to "):
        return sentence(ACTION, Answer(SILENCE, reason))
    status = REASONS.get(reason)
    if status is None:
        return f"{ACTION}: {reason}"
    if status == 413:  # CML does not name the file
        largest = max(folder.iterdir(), key=lambda file: file.stat().st_size)
        reason += f", perhaps {largest.name} of {largest.stat().st_size:,} bytes"
    return sentence(ACTION, Answer(status, reason))


def _message(line: str) -> str:
    """Return the message of a line of the log if it is an error, else nothing."""
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    return str(entry.get("message", "")) if entry.get("level") == "error" else ""
