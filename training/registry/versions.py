"""The versions of a model and the one that serves, read from GTO's tags in git.

`digits@v1.1.0` is a version, `digits#production#3` the third deployment to production.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gto.constants import Action
from gto.tag import parse_name

from perennial.bundle import Bundle, Manifest
from training.gitlab.git import Repository

STAGE = "production"
UNKNOWN = "not in the tag's message"
UNREGISTERED = "an unregistered version"
# Kinds of rows that a manifest has scores for, and their names.
ROWS = {"base": "base test rows", "fresh": "rows collected after the latest incident"}

SCORE = "Score"
# What tags had before a score's line began with SCORE: `Accuracy: 0.97 on 400 base test rows`.
OLD_SCORE = re.compile(rf"[-\d.]+ .*on \d+ ({'|'.join(ROWS.values())})$")


@dataclass(frozen=True)
class Facts:
    """The facts in the message of a version's tag, one per line.

    scores: what the score is, such as accuracy, and its value in words.
    """

    why: str
    bundle: str
    data: str
    scores: tuple[tuple[str, str], ...]
    pipeline: str = ""

    def message(self, task: str, version: str) -> str:
        """Return the tag's message in the form that `read` reads."""
        lines = [f"{task} {version}", "", f"Why: {self.why}", f"Bundle: {self.bundle}"]
        scores = [f"{SCORE}: {title}: {score}" for title, score in self.scores]
        lines += [f"Data: {self.data}", *scores]
        return "\n".join(lines + ([f"Pipeline: {self.pipeline}"] if self.pipeline else []))

    @classmethod
    def read(cls, message: str) -> "Facts":
        """Read a tag's message; one written by hand may lack any fact.

        >>> Facts.read("Score: log-loss: 0.31\\nWhy: a try").scores
        (('log-loss', '0.31'),)
        """
        first, scores = dict.fromkeys(("why", "bundle", "data", "pipeline"), ""), []
        for line in message.splitlines():
            name, _, value = line.partition(": ")
            if name.lower() in first:
                first[name.lower()] = first[name.lower()] or value.strip()
            elif (score := _score(line)) is not None:
                scores.append(score)
        return cls(scores=tuple(scores), **first)

    @classmethod
    def of(cls, bundle: Bundle, *, why: str, pipeline: str = "") -> "Facts":
        """Return the facts of a bundle."""
        manifest = bundle.manifest
        scores = tuple(scores_of(manifest))
        return cls(" ".join(why.split()), bundle.digest, manifest.data_version, scores, pipeline)


def scores_of(manifest: Manifest) -> list[tuple[str, str]]:
    """Return the headline metric on each kind of rows, with its 95 % interval if it is known."""
    output, scores = manifest.output, []
    title = output.metrics[output.headline].title
    for name, rows in ROWS.items():
        metric = manifest.metrics.get(f"{name}_{output.headline}")
        if metric is not None:
            bounds = output.loss_test.bounds_of(metric.value, metric.size)
            text = "" if bounds is None else f" ({bounds[0]:.4f} to {bounds[1]:.4f})"
            scores.append((title, f"{metric.value:.4f}{text} on {metric.size} {rows}"))
    return scores


def _score(line: str) -> tuple[str, str] | None:
    """Return the title and the value of a score's line; None of any other line."""
    title, _, value = line.strip().rpartition(": ")
    if title.startswith(f"{SCORE}: "):
        return title.removeprefix(f"{SCORE}: "), value
    if OLD_SCORE.match(value) or title.lower() == "accuracy":
        # The first letter was made a capital; an abbreviation has more of them.
        return title if title[1:2].isupper() else title[:1].lower() + title[1:], value
    return None


@dataclass(frozen=True)
class Tag:
    """A tag: its name, its commit, who made it and when, and its message."""

    name: str
    commit: str
    tagger: str
    at: datetime
    message: str


@dataclass(frozen=True)
class Versions:
    """Every tag of one model.

    versions: by version, as in v1.1.0.  assignments: of the stage, in the order they were made;
    None means that nothing is in production any more (GTO's unassign), UNREGISTERED that a tag was
    made by hand on a commit without a version.
    """

    task: str
    versions: Mapping[str, Tag]
    assignments: tuple[tuple[Tag, str | None], ...]

    @property
    def serving(self) -> tuple[Tag, str] | None:
        """Return the last assignment and its version, or None."""
        if not self.assignments:
            return None
        tag, version = self.assignments[-1]
        return None if version is None else (tag, version)


def read(task: str, repository: Repository) -> Versions:
    """Read the tags of a model, assignments in the order of deployment.

    That is the order of GTO's counter; clocks may go back.
    """
    tags = _tags(task, repository)
    versions = {}
    stages: list[tuple[int, Tag, bool]] = []
    for tag in tags:
        parsed = parse_name(tag.name, raise_on_fail=False)
        action = parsed.get("action")
        if action is Action.REGISTER:
            versions[parsed["version"]] = tag
        elif parsed.get("stage") == STAGE and "counter" in parsed:
            stages.append((parsed["counter"], tag, action is Action.ASSIGN))
    by_commit = {tag.commit: version for version, tag in versions.items()}
    ordered = sorted(stages, key=lambda stage: stage[0])
    assignments = tuple(
        (tag, by_commit.get(tag.commit, UNREGISTERED) if put else None) for _, tag, put in ordered
    )
    return Versions(task, versions, assignments)


def _tags(task: str, repository: Repository) -> list[Tag]:
    """Return the tags of a model, annotated or not, in no order."""
    # A lightweight tag has the commit's own date and author.
    fields = (
        "refname:strip=2",
        "objectname",
        "*objectname",
        "creatordate:unix",
        "taggername",
        "authorname",
        "contents",
    )
    form = "%1f".join(f"%({field})" for field in fields) + "%1e"
    patterns = (f"refs/tags/{task}@*", f"refs/tags/{task}#*")
    text = repository.read("for-each-ref", f"--format={form}", *patterns)
    tags = []
    for record in text.split("\x1e"):
        if record.strip():
            name, own, commit, at, tagger, author, message = record.strip("\n").split("\x1f")
            when = datetime.fromtimestamp(int(at), UTC)
            tags.append(Tag(name, commit or own, tagger or author, when, message.strip()))
    return tags
