"""The gate: may the challenger take the champion's place? Run as `python -m training.gate`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from service.predictor import Predictor
from training import params
from training.artifacts import Split, read_json
from training.command import run, task_parser
from training.comparison import Comparison, compare, open_model, unseen
from training.decision import Decision, decide, figures
from training.errors import BadParameter, MissingArtifact
from training.params import Gate
from training.prepare import BASE

FILE = "gate.json"


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
