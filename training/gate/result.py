"""The gate's result: the decision and its figures, and gate.json, which holds them."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from perennial import validation
from perennial.plural import plural
from training.errors import BadParameter, MissingArtifact
from training.gate.compared_bundle import ComparedBundle
from training.gate.comparison import Comparison, Difference, Headline
from training.gate.decision import GateDecision
from training.gate.figures import in_words, places_beside
from training.gate.label_sources import LabelSources

FILE = "gate.json"


@dataclass(frozen=True)
class GateResult:
    """The content of gate.json: the decision, the figures, the models and the limits.

    seen_rows_known: whether rows that the champion was trained on could be excluded; None without
    a champion, and in a gate.json that does not record it.
    sources: whose labels taught and judge; None without an incident or in an older gate.json.
    trusted: both models on those of the fresh rows whose labels are trusted; None without any.
    least_trusted: how many of these it takes to merge without a person.
    """

    task: str
    decision: GateDecision
    level: float
    floor: float
    incident: str | None
    challenger: ComparedBundle
    champion: ComparedBundle | None
    base: Comparison | None
    fresh: Comparison | None
    seen_rows_known: bool | None = None
    sources: LabelSources | None = None
    trusted: Comparison | None = None
    least_trusted: int = 1

    @property
    def needs_person(self) -> str | None:
        """Why nothing may merge without a person, None if it may.

        Whoever may give labels can teach a model something that only their own labels would show,
        so labels of a trusted key must have judged it.
        """
        rows = 0 if self.trusted is None else self.trusted.rows
        if rows >= self.least_trusted:
            return None
        return (
            f"{plural(rows, 'trusted label')} among the fresh rows that judge, expected at least "
            f"{self.least_trusted} (gate.least_trusted)"
        )


def write(result: GateResult, folder: Path) -> Path:
    """Write gate.json and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_bytes(TypeAdapter(GateResult).dump_json(result, indent=2) + b"\n")
    return path


def read(path: Path) -> GateResult:
    """Read gate.json.

    Raises MissingArtifact, BadParameter.
    """
    if not path.is_file():
        raise MissingArtifact(path)
    try:
        return TypeAdapter(GateResult).validate_json(path.read_bytes())
    except ValidationError as error:
        problem = validation.first(error)
        raise BadParameter(f"{path}: {problem.field()}", problem.value, problem.expected) from error


def describe(result: GateResult) -> str:
    """Return the verdict in one line, then the figures."""
    lines = [result.decision.line()]
    groups = [("fresh", result.fresh), ("base", result.base)]
    if result.trusted is not None:
        groups.insert(1, ("trusted", result.trusted))
    for name, found in groups:
        if found is None:
            lines.append(f"{name}: no rows")
            continue
        line = f"{name}: {in_words(found)}"
        if found.difference is not None:
            line += f", difference {_difference(found, found.difference)}"
        lines.append(line)
        if found.unanswered:
            lines.append(
                f"{name}: main's model returns no number for {found.unanswered} of these rows; "
                "each counts as wrong, or as the largest loss"
            )
    if result.seen_rows_known is False:
        lines.append(
            "main's training rows are not recorded, so no test row is excluded and main's "
            f"{_flattered(result)}"
        )
    champion = "none" if result.champion is None else _name(result.champion)
    lines.append(f"challenger: {_name(result.challenger)}, champion: {champion}")
    return "\n".join(lines)


def _difference(found: Comparison, difference: Difference) -> str:
    places = places_beside(found)
    change, low, high = (
        f"{each:+,.{places}f}" for each in (difference.value, difference.low, difference.high)
    )
    return f"{change} [{low}, {high}]"


def _flattered(result: GateResult) -> str:
    found = result.fresh or result.base
    words = Headline() if found is None else found.headline
    return f"{words.title} may be too {'high' if words.higher_is_better else 'low'}"


def _name(bundle: ComparedBundle) -> str:
    return f"{bundle.version} ({bundle.digest[:12]})"
