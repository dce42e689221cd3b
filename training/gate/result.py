"""The gate's result: the decision and its figures, and gate.json, which holds them."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from perennial import validation
from training.errors import BadParameter, MissingArtifact
from training.gate.compared_bundle import ComparedBundle
from training.gate.comparison import Comparison, Headline
from training.gate.decision import GateDecision
from training.gate.figures import in_words

FILE = "gate.json"


@dataclass(frozen=True)
class GateResult:
    """The content of gate.json: the decision, the figures, the models and the limits.

    seen_rows_known: whether rows that the champion was trained on could be excluded; None without
    a champion, and in a gate.json that does not record it.
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
    for name, found in (("fresh", result.fresh), ("base", result.base)):
        if found is None:
            lines.append(f"{name}: no rows")
            continue
        line = f"{name}: {in_words(found)}"
        if found.difference is not None:
            low, high = found.difference.low, found.difference.high
            line += f", difference {found.difference.value:+.3f} [{low:+.3f}, {high:+.3f}]"
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


def _flattered(result: GateResult) -> str:
    found = result.fresh or result.base
    words = Headline() if found is None else found.headline
    return f"{words.title} may be too {'high' if words.higher_is_better else 'low'}"


def _name(bundle: ComparedBundle) -> str:
    return f"{bundle.version} ({bundle.digest[:12]})"
