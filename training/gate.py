"""The gate: may the challenger take the champion's place? Run as `python -m training.gate`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from service.predictor import Predictor
from training import params
from training.artifacts import Split, read_json
from training.command import run, task_parser
from training.comparison import Comparison, compare, open_model, unseen
from training.errors import BadParameter, MissingArtifact
from training.params import Gate
from training.prepare import BASE

Verdict = Literal["promote", "keep", "block"]
FILE = "gate.json"


@dataclass(frozen=True)
class Decision:
    """A verdict with its reasons, each a clause with figures."""

    verdict: Verdict
    reasons: tuple[str, ...]

    def line(self) -> str:
        """Return one line for logs and for the report."""
        return f"{self.verdict}: {'; '.join(self.reasons)}"


@dataclass(frozen=True)
class Model:
    """Which bundle was compared."""

    version: str
    digest: str


@dataclass(frozen=True)
class Result:
    """What gate.json holds: the decision, the figures, the models and the limits."""

    task: str
    decision: Decision
    level: float
    floor: float
    incident: str | None
    challenger: Model
    champion: Model | None
    base: Comparison | None
    fresh: Comparison | None


def decide(
    *,
    base: Comparison | None,
    fresh: Comparison | None,
    level: float,
    floor: float,
    learnt: bool = False,
) -> Decision:
    """Return the verdict on two comparisons; without any champion, the challenger is the first.

    base, fresh: on base test rows, and on rows labelled since the latest incident began.
    level: significance of McNemar's test, usually 0.05.
    floor: least accuracy on fresh rows (base rows where there are none fresh), usually 0.5.
    learnt: whether the champion has learnt from that incident too; then it is no news to gain on.

    block: a significant loss on either, labels that cannot be learnt, or less than the floor.
    keep: no significant difference on the rows where a gain is looked for.
    promote: a significant gain on fresh rows, on base rows where there are none, or no champion.
    """
    against = _against(base=base, fresh=fresh, level=level, floor=floor)
    if against:
        return Decision("block", against)
    if base is None and fresh is None:
        return Decision("keep", ("no significant difference: there are no rows to compare on",))
    if not any(found and found.champion for found in (base, fresh)):
        return Decision("promote", ("the first model, there is no champion yet",))
    groups = [(name, found) for name, found in (("fresh", fresh), ("base", base)) if found]
    if learnt:
        groups.reverse()
    (name, found), *others = groups
    if gains(found, level):
        reason = f"a significant gain on {name} rows: {figures(found)}"
        beside = [f"no significant loss on {name} rows: {figures(other)}" for name, other in others]
        return Decision("promote", (reason, *beside))
    reason = f"no significant difference on {name} rows: {figures(found)}"
    beside = [
        f"a significant gain on {name} rows alone does not promote: {figures(other)}"
        for name, other in others
        if gains(other, level)
    ]
    return Decision("keep", (reason, *beside))


def _against(
    *, base: Comparison | None, fresh: Comparison | None, level: float, floor: float
) -> tuple[str, ...]:
    """Return every reason to block."""
    reasons = [
        f"a significant loss on {name} rows: {figures(found)}"
        for name, found in (("base", base), ("fresh", fresh))
        if found is not None and loses(found, level)
    ]
    if fresh is not None and fresh.challenger.low <= fresh.majority:
        reasons.append(
            "the fresh labels cannot be learnt: on held-out fresh rows the challenger reaches "
            f"{fresh.challenger.value:.3f} (at least {fresh.challenger.low:.3f}), always answering "
            f"their most frequent label {fresh.majority:.3f}"
        )
    name, measured = ("fresh", fresh) if fresh is not None else ("base", base)
    if measured is not None and measured.challenger.value < floor:
        found = f"{measured.challenger.value:.3f} on {measured.rows} {name} rows"
        reasons.append(f"an accuracy under the floor of {floor:g}: {found}")
    return tuple(reasons)


def gains(found: Comparison, level: float) -> bool:
    """Return whether the challenger is significantly better."""
    return (
        found.difference is not None and found.difference.value > 0 and found.difference.p < level
    )


def loses(found: Comparison, level: float) -> bool:
    """Return whether the challenger is significantly worse."""
    return (
        found.difference is not None and found.difference.value < 0 and found.difference.p < level
    )


def figures(found: Comparison) -> str:
    """Return the figures of a comparison as a clause."""
    if found.champion is None or found.difference is None:
        return f"accuracy {found.challenger.value:.3f} on {found.rows} rows"
    change = f"{found.champion.value:.3f} to {found.challenger.value:.3f}"
    return f"{change} on {found.rows} rows, {p_value(found.difference.p)}"


def p_value(p: float) -> str:
    """Return a p-value as text.

    >>> p_value(0.0312), p_value(1e-30)
    ('p = 0.031', 'p < 0.0001')
    """
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"


def judge(
    challenger: Predictor,
    champion: Predictor | None,
    prepared: Path,
    gate: Gate,
    *,
    champion_prepared: Path | None = None,
) -> Result:
    """Compare two models on the prepared test rows that neither was trained on, and decide.

    champion_prepared: the champion's own prepared splits; without, all test rows are compared.
    Raises MissingArtifact, BadParameter.
    """
    test = Split.read(prepared / "test.npz")
    test = test.where(unseen(test, champion_prepared))
    incident = read_json(prepared / "summary.json")["fresh"]
    base = compare(challenger, champion, test.where(test.source == BASE), gate=gate)
    fresh = None
    if incident is not None:
        fresh = compare(challenger, champion, test.where(test.source == incident), gate=gate)
    learnt = _learnt(incident, champion_prepared)
    decision = decide(base=base, fresh=fresh, level=gate.level, floor=gate.floor, learnt=learnt)
    models = _model(challenger), None if champion is None else _model(champion)
    if models[1] is not None and models[1].digest == models[0].digest:
        decision = Decision("keep", ("the same bundle as main's, no significant difference",))
    return Result(
        task=challenger.bundle.manifest.task,
        decision=decision,
        level=gate.level,
        floor=gate.floor,
        incident=incident,
        challenger=models[0],
        champion=models[1],
        base=base,
        fresh=fresh,
    )


def _learnt(incident: str | None, prepared: Path | None) -> bool:
    """Return whether the champion's training rows hold the incident's."""
    summary = None if prepared is None else prepared / "summary.json"
    if incident is None or summary is None or not summary.is_file():
        return False
    return incident in read_json(summary)["splits"]["train"]["sources"]


def _model(found: Predictor) -> Model:
    return Model(found.bundle.manifest.version, found.bundle.digest)


def open_models(
    task: str, challenger: Path, champion: Path | None
) -> tuple[Predictor, Predictor | None]:
    """Load both; a champion's folder that does not exist means that there is none yet.

    Raises MissingArtifact, BundleUnusable.
    """
    new = open_model(challenger, task)
    if champion is None or not champion.exists():
        return new, None
    return new, open_model(champion, task)


def write(result: Result, folder: Path) -> Path:
    """Write gate.json and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_bytes(TypeAdapter(Result).dump_json(result, indent=2) + b"\n")
    return path


def read(path: Path) -> Result:
    """Read what `write` wrote.

    Raises MissingArtifact, BadParameter.
    """
    if not path.is_file():
        raise MissingArtifact(path)
    try:
        return TypeAdapter(Result).validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        raise BadParameter(f"{path}: {field}", first["input"], first["msg"]) from error


def describe(result: Result) -> str:
    """Return the verdict's line, then the figures."""
    lines = [result.decision.line()]
    for name, found in (("fresh", result.fresh), ("base", result.base)):
        if found is None:
            lines.append(f"{name}: no rows")
            continue
        line = f"{name}: {figures(found)}"
        if found.difference is not None:
            low, high = found.difference.low, found.difference.high
            line += f", difference {found.difference.value:+.3f} [{low:+.3f}, {high:+.3f}]"
        lines.append(line)
    champion = "none" if result.champion is None else _name(result.champion)
    lines.append(f"challenger: {_name(result.challenger)}, champion: {champion}")
    return "\n".join(lines)


def _name(model: Model) -> str:
    return f"{model.version} ({model.digest[:12]})"


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = task_parser(
        "Compare challenger and champion on the same test rows and write gate.json. "
        "Exit 0: promote or keep. Exit 1: block. Exit 2: the comparison was not possible."
    )
    found.add_argument("--champion", required=True, type=Path, help="bundle folder; may be absent")
    found.add_argument("--challenger", required=True, type=Path, help="bundle folder")
    found.add_argument("--prepared", type=Path, help="default: artifacts/TASK/prepared")
    found.add_argument(
        "--champion-prepared", type=Path, help="may be absent; default: beside the champion"
    )
    found.add_argument("--out", type=Path, help="default: artifacts/TASK/gate")
    found.add_argument("--params", type=Path, default=params.FILE, help="default: %(default)s")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gate and return the exit code."""
    options = parser().parse_args(arguments)
    folder = Path("artifacts", options.task)
    gate = params.load(options.task, options.params).gate
    models = open_models(options.task, options.challenger, options.champion)
    result = judge(
        *models,
        options.prepared or folder / "prepared",
        gate,
        champion_prepared=options.champion_prepared or options.champion.parent / "prepared",
    )
    write(result, options.out or folder / "gate")
    print(describe(result))
    return 1 if result.decision.verdict == "block" else 0


if __name__ == "__main__":
    sys.exit(run(main))
