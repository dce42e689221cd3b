"""Compares both models on the same rows and applies the gate's decision."""

from pathlib import Path
from typing import Any

from perennial.bundle.predictor import Predictor
from training.artifacts.files import read_json
from training.artifacts.splits import BASE, Split, file_of
from training.artifacts.time_order import is_past
from training.errors import BadParameter
from training.gate.compared_bundle import ComparedBundle
from training.gate.comparison import compare
from training.gate.decision import decide
from training.gate.label_sources import LabelSources, fair_judges
from training.gate.result import GateResult
from training.gate.rules.labels_alike import labels_alike
from training.gate.unseen import FITTED_SPLITS, saw_incident, seen_rows_known, unseen
from training.params import Gate


def judge(
    challenger: Predictor,
    champion: Predictor | None,
    prepared: Path,
    gate: Gate,
    *,
    champion_prepared: Path | None = None,
) -> GateResult:
    """Compare two models on the prepared test rows that neither was trained on, and decide.

    champion_prepared: the champion's own prepared splits; if the folder is absent, all test rows
    are used.
    Raises MissingArtifact, BundleUnusable, BadParameter.
    """
    check_floor(challenger, gate.floor)
    test = Split.read(file_of(prepared, "test"), challenger.bundle.manifest.input)
    test = test.where(unseen(test, champion, champion_prepared))
    summary = read_json(prepared / "summary.json")
    incident = summary["fresh"]
    old = test.where(test.source == BASE)
    base = compare(challenger, champion, old, gate=gate)
    fresh = trusted = sources = alike = None
    if incident is not None:
        rows = test.where(test.source == incident)
        taught = _taught(summary)
        rows = rows.where(fair_judges(rows, taught))
        sources = LabelSources(taught, tuple(sorted(set(rows.label_source.tolist()))))
        fresh = compare(challenger, champion, rows, gate=gate)
        alike = labels_alike(rows.labels, old.labels, challenger.bundle.manifest.output)
        trusted = compare(challenger, champion, rows.where(rows.trusted), gate=gate)
    here, main = _compared(challenger), None if champion is None else _compared(champion)
    decision = decide(
        challenger=here,
        champion=main,
        base=base,
        fresh=fresh,
        trusted=trusted,
        sources=sources,
        level=gate.level,
        floor=gate.floor,
        champion_saw_incident=saw_incident(incident, champion_prepared),
        base_is_past=is_past(test, incident),
        incident=incident,
        alike=alike,
    )
    return GateResult(
        task=challenger.bundle.manifest.task,
        decision=decision,
        level=gate.level,
        floor=gate.floor,
        incident=incident,
        challenger=here,
        champion=main,
        base=base,
        fresh=fresh,
        seen_rows_known=None if champion is None else seen_rows_known(champion_prepared),
        sources=sources,
        trusted=trusted,
        least_trusted=gate.least_trusted,
    )


def _taught(summary: dict[str, Any]) -> tuple[str, ...]:
    """Return the label sources of the fresh rows that decide a model's weights."""
    splits = [summary["splits"][name]["fresh_label_sources"] for name in FITTED_SPLITS]
    return tuple(sorted({name for split in splits for name in split}))


def check_floor(challenger: Predictor, floor: float) -> None:
    """Raise BadParameter if no model can reach the floor."""
    output = challenger.bundle.manifest.output
    highest = output.loss_test.highest
    if floor > highest:
        title = output.metrics[output.headline].title
        raise BadParameter("gate.floor", floor, f"at most {highest:g}, the highest {title}")


def _compared(found: Predictor) -> ComparedBundle:
    return ComparedBundle(found.bundle.manifest.version, found.bundle.digest)
