"""Data: which rows the model was trained on, and what changed in them since main."""

from pathlib import Path
from typing import Any

import numpy as np

from perennial.plural import plural
from perennial.statistics.drift import PSI_LIMIT
from training.artifacts.files import read_json
from training.artifacts.splits import SPLITS
from training.report import plots
from training.report.changes import Changes, Side, changes
from training.report.data_checks import validation
from training.report.drift import Drift, signal_drift
from training.report.markdown import code, image, signed, table
from training.report.output_report import report_of
from training.report.report_inputs import ReportInputs

SUMMARY = "prepared/summary.json"
LISTED = 5  # drifting signals; the last section lists all


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return rows by source, what there is to say of labels, drift, leaks, validation."""
    here = read_json(inputs.folder / SUMMARY)["splits"]
    file = inputs.of_main(SUMMARY)
    before = read_json(file)["splits"] if file else None
    changed = since_main(inputs)
    blocks = [
        "## Data",
        _rows(inputs, here, before),
        *times(here, inputs.challenger.bundle.manifest.input.time),
    ]
    blocks += _labels_by_source(inputs, here)
    blocks += _since(inputs, changed)
    blocks += report_of(inputs).labels(inputs, here, before, out)
    blocks += _drift(inputs, changed, out)
    if inputs.left_out:
        many = f"{inputs.left_out:,} of the {len(inputs.tested.labels):,} test rows"
        blocks.append(
            f"Main's model was trained on {many}: this report's comparisons exclude them."
        )
    return blocks + validation(inputs)


def since_main(inputs: ReportInputs) -> Changes | None:
    """Return how the rows differ from main's; None without main, or if its rows are absent."""
    if inputs.main is None or inputs.champion is None:
        return None
    sides = ((inputs.folder, inputs.challenger), (inputs.main, inputs.champion))
    here, main = (
        Side(folder / "prepared", model.bundle.manifest.input, model.bundle.manifest.output)
        for folder, model in sides
    )
    return changes(here, main)


def _rows(inputs: ReportInputs, here: dict[str, Any], before: dict[str, Any] | None) -> str:
    def cell(now: int, earlier: int | None) -> str:
        same = earlier is None or earlier == now
        return f"{now:,}" if same else f"{now:,} ({signed(now - int(earlier or 0), 0)})"

    def earlier(split: str, name: str) -> int | None:
        return None if before is None else before[split]["sources"].get(name, 0)

    documents = [here] if before is None else [here, before]
    names = sorted(
        {name for one in documents for split in SPLITS for name in one[split]["sources"]}
    )
    rows: list[list[object]] = []
    for name in names:
        shown = code(name) + (" (latest incident)" if name == inputs.result.incident else "")
        found = [cell(here[one]["sources"].get(name, 0), earlier(one, name)) for one in SPLITS]
        rows.append([shown, *found])
    totals = [cell(here[one]["rows"], before[one]["rows"] if before else None) for one in SPLITS]
    head = "rows from" if before is None else "rows from (change since main)"
    return table([head, *SPLITS], [*rows, ["all", *totals]], numbers=3)


def times(here: dict[str, Any], column: str | None) -> list[str]:
    """Return from when to when the rows of each split are, if they are split by time.

    column: with the time, None if rows have none.
    """
    spans = [here[one].get("times", {}) for one in SPLITS]
    names = sorted({name for split in spans for name in split})
    if column is None or not names:
        return []
    rows: list[list[object]] = [
        [code(name), *(_span(split.get(name)) for split in spans)] for name in names
    ]
    return [
        f"Rows are split by time, the column {code(column)}: of each source the latest are for "
        "test, those before them for validation. From when to when they are, in UTC:",
        table(["times of", *SPLITS], rows),
    ]


def _span(found: list[str] | None) -> str:
    """Return from when to when, in minutes."""
    if found is None:
        return "none"
    first, last = (text[:16].replace("T", " ") for text in found)
    return f"{first} to {last}"


def _labels_by_source(inputs: ReportInputs, here: dict[str, Any]) -> list[str]:
    """Return how many labels of the latest incident came with which key, and who judges."""
    splits = [here[one]["fresh_label_sources"] for one in SPLITS]
    names = sorted({name for split in splits for name in split})
    if not names:
        return []
    rows: list[list[object]] = [
        [code(name), *(f"{split.get(name, 0):,}" for split in splits)] for name in names
    ]
    judges = "" if inputs.result.sources is None else f" The {inputs.result.sources}."
    person = inputs.result.needs_person
    merge = f" A person has to merge, because {person}." if person else ""
    return [
        f"Labels of the latest incident by source, the key that they came with.{judges}{merge}",
        table(["labels from", *SPLITS], rows, numbers=3),
    ]


def _since(inputs: ReportInputs, changed: Changes | None) -> list[str]:
    """Return what happened to the rows since main, in one sentence."""
    if inputs.main is None:
        return []
    if changed is None:
        return ["Main's rows are not recorded, so changes and drift are unknown."]
    if changed.nothing:
        return ["Rows and labels are the same as main's, so no signal drifts."]
    parts = {"new": len(changed.new.labels), "gone": changed.gone}
    parts["relabelled"] = changed.relabelled
    text = ", ".join(f"{number:,} {word}" for word, number in parts.items() if number)
    return [f"Compared with main's rows by content: {text}."]


def _drift(inputs: ReportInputs, changed: Changes | None, out: Path) -> list[str]:
    """Return the drift of the new rows from main's reference, the worst signal as a picture."""
    if inputs.champion is None or changed is None or not len(changed.new.labels):
        return []
    found = signal_drift(inputs.champion, changed.new)
    worst, drifting = found[0], [one for one in found if one.drifts]
    many = plural(len(changed.new.labels), "new row")
    if not drifting:
        near = f"the highest is {code(worst.signal.name)} with PSI {worst.effect:.2f}"
        return [f"None of {len(found)} signals drifts in the {many} ({near}; {_limits()})."]
    plots.drift(
        out / "drift.png",
        worst.signal.name,
        worst.counts / max(int(worst.counts.sum()), 1),
        np.array(worst.signal.shares),
        worst.bins,
    )
    more = len(drifting) - LISTED
    text = f"{len(drifting)} of {len(found)} signals drift in the {many} ({_limits()})"
    text += f"; the worst {LISTED} (all are under Everything else):" if more > 0 else ":"
    about = "Share of new rows per bin of the worst signal, against main's reference"
    return [text, drift_table(drifting[:LISTED]), image(about, "drift.png")]


def _limits() -> str:
    return f"limits: both PSI over {PSI_LIMIT} and G over its critical value"


def drift_table(drifts: list[Drift]) -> str:
    """Return effect and evidence of signals with their limits."""
    rows = [
        [
            code(one.signal.name),
            f"{one.effect:.3f}",
            f"{one.evidence:.1f}",
            f"{one.signal.critical_value:.1f}",
            "yes" if one.drifts else "no",
        ]
        for one in drifts
    ]
    return table(
        ["signal", f"PSI (limit {PSI_LIMIT})", "G", "critical G", "drifts"], rows, numbers=4
    )
