"""Prints which version serves and why, from git's tags, and compares it with the service."""

import json
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from perennial.gitlab.errors import GitLabError
from perennial.gitlab.token import sendable
from training.registry.versions import STAGE, UNKNOWN, Facts, Tag, Versions

TIMEOUT_SECONDS = 10


def ask(address: str, *, key: str = "") -> Any:
    """Return the JSON of an address. Raises OSError, HTTPException, ValueError, WrongToken.

    key: an API key of the service; a redirection does not carry it to another address.
    """
    request = urllib.request.Request(address)
    if key:
        bearer = f"Bearer {sendable('PERENNIAL_API_KEY', key)}"
        request.add_unredirected_header("Authorization", bearer)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        return json.load(answer)


def describe(known: Versions, url: str, ask: Callable[[str], Any]) -> tuple[list[str], bool]:
    """Return lines to print, and False if the service serves another version or does not answer.

    url: the address of the service, empty if unknown.
    """
    if known.serving is None:
        lines, digest = _nothing(known), ""
    else:
        lines, digest = _serving(known, *known.serving)
    if not url:
        return [*lines, "service     not asked: set PERENNIAL_URL to its address"], True
    line, agrees = _service(url, digest, known.task, ask)
    return [*lines, f"service     {line}"], agrees


def _nothing(known: Versions) -> list[str]:
    if known.assignments:
        tag, _ = known.assignments[-1]
        return [f"{known.task}: nothing is in {STAGE} since {_when(tag)}: tag {tag.name}"]
    if known.versions:
        there = ", ".join(sorted(known.versions))
        return [f"{known.task}: no version is in {STAGE} yet; registered: {there}"]
    return [
        f"{known.task}: no version is registered in this clone. The first deployment of main "
        "registers one; run 'git fetch --tags' to get the tags of the remote"
    ]


def _serving(known: Versions, tag: Tag, version: str) -> tuple[list[str], str]:
    registered = known.versions.get(version)
    if registered is None:
        lines = [
            f"{known.task}: {tag.name} put {version} into {STAGE}",
            f"commit      {tag.commit}",
            f"since       {_when(tag)}",
            f"to do       run 'gto assign {known.task} --version vX.Y.Z --stage {STAGE} --force'",
        ]
        return lines, ""
    facts = Facts.read(registered.message)
    scores = facts.scores or (("score", UNKNOWN),)
    lines = [
        f"{known.task} {version} serves",
        f"tag         {tag.name} on {registered.name}",
        f"commit      {tag.commit}",
        f"since       {_when(tag)}",
        f"registered  {_when(registered)}",
        f"why         {facts.why or UNKNOWN}",
        f"bundle      {facts.bundle or UNKNOWN}",
        *(f"{title:<11} {score}" for title, score in scores),
    ]
    before = [f"{v} from {t.at:%Y-%m-%d %H:%M}" for t, v in known.assignments[:-1] if v]
    return lines + ([f"before      {', '.join(before)}"] if before else []), facts.bundle


def _when(tag: Tag) -> str:
    return f"{tag.at:%Y-%m-%d %H:%M} UTC, by {tag.tagger or 'an unknown person'}"


def _service(url: str, digest: str, task: str, ask: Callable[[str], Any]) -> tuple[str, bool]:
    """Return what the service serves, and whether that is what git says."""
    address = f"{url.rstrip('/')}/model"
    try:
        answer = ask(address)
        there, manifest = str(answer["digest"]), answer["manifest"]
        name = f"{manifest['task']} v{manifest['version']}, bundle {there[:12]}"
    except (OSError, HTTPException, ValueError, KeyError, TypeError, GitLabError) as error:
        reason = " ".join(str(error).split())
        return f"{address} gave no usable answer: {reason}", False
    if manifest["task"] != task:
        return f"{url} serves another model: {name}", False
    if not digest:
        return f"{url} serves {name}; git names no bundle to compare with", True
    if there != digest:
        return f"{url} serves {name}: NOT what git says; deploy again or roll back", False
    return f"{url} serves the same bundle", True
