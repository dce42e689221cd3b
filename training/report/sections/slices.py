"""Slices: where the model is better and where worse, by age, source, category and label."""

from collections.abc import Sequence
from pathlib import Path

from training.gate.figures import p_value
from training.report import plots
from training.report.markdown import code, folded, image, interval, signed, table
from training.report.parts import SMALL, Slice, accuracy_by_slice, by_category, by_label, by_origin
from training.report.plots.slices import Line
from training.report.report_inputs import ReportInputs

MOST_DRAWN = 20
MOST_NAMED = 5


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return accuracy on every slice, drawn and in tables."""
    if not len(inputs.rows.labels):
        return []
    parts = by_origin(inputs) | by_category(inputs)
    origins, labels = accuracy_by_slice(inputs, parts, by_label(inputs))
    drawn = [*origins, *_lowest(labels, MOST_DRAWN - len(origins))]
    _draw(inputs, drawn, {part.name for part in labels}, out / "slices.png")
    about = "Accuracy per slice with its interval"
    return [
        "## Slices",
        _summary(inputs, origins, labels, len(drawn)),
        image(about, "slices.png"),
        _table(inputs, "slice", origins),
        folded(f"Accuracy on all {len(labels)} labels", _table(inputs, "true label", labels)),
    ]


def _lowest(labels: Sequence[Slice], most: int) -> list[Slice]:
    """Return the labels to draw, in their order: those with the lowest intervals."""
    chosen = {part.name for part in sorted(labels, key=lambda part: part.low)[: max(0, most)]}
    return [part for part in labels if part.name in chosen]


def _summary(
    inputs: ReportInputs, origins: Sequence[Slice], labels: Sequence[Slice], drawn: int
) -> str:
    """Return which slices differ, how they were tested, and which are not drawn."""
    every = [*origins, *labels]
    texts = [f"Accuracy of {len(every)} slices."]
    if inputs.old is not None:
        texts = [_tests(inputs, origins, labels)]
    small = sum(part.small for part in every)
    if small:
        has = "slices have" if small > 1 else "slice has"
        texts.append(f"{small} {has} fewer than {SMALL} rows, too few for a conclusion.")
    if drawn < len(every):
        shown = drawn - len(origins)
        text = f"The chart shows the {shown} of {len(labels)} labels with the lowest intervals."
        texts.append(text)
    return " ".join(texts)


def _tests(inputs: ReportInputs, origins: Sequence[Slice], labels: Sequence[Slice]) -> str:
    level = inputs.numbers.gate.level
    names = [(code(part.name), part.p) for part in origins]
    names += [(f"label {code(part.name)}", part.p) for part in labels]
    marked = [name for name, p in names if p is not None and p < level]
    tested = sum(p is not None for _, p in names)
    more = f" and {len(marked) - MOST_NAMED} more" * (len(marked) > MOST_NAMED)
    word = "No slice differs significantly"
    if marked:
        word = f"Significantly different: {', '.join(marked[:MOST_NAMED])}{more}"
    return (
        f"{word} (exact McNemar tests at {level:.0%}, corrected for the {tested} slices tested by "
        "Holm's method; the intervals, by Agresti and Min, are not corrected)."
    )


def _table(inputs: ReportInputs, what: str, found: Sequence[Slice]) -> str:
    level = f"{1 - inputs.numbers.gate.level:.0%}"
    rows = [_row(inputs, part) for part in found]
    if inputs.old is None:
        return table([what, "rows", "accuracy", f"{level} interval"], rows, numbers=3)
    head = [what, "rows", "main", "here", "difference", f"{level} interval", "significant"]
    return table(head, rows, numbers=6)


def _row(inputs: ReportInputs, part: Slice) -> list[object]:
    name = code(part.name)
    if part.main is None:
        bounds = f"{part.low:.4f} to {part.high:.4f}"
        return [name, part.count, f"{part.here:.4f}", bounds]
    word = "too few rows"
    if part.p is not None:
        better = "better" if part.change > 0 else "worse"
        yes = part.p < inputs.numbers.gate.level
        word = f"{f'**yes, {better}**' if yes else 'no'}, {p_value(part.p)}"
    values = [f"{part.main:.4f}", f"{part.here:.4f}", signed(part.change)]
    return [name, part.count, *values, interval(part.low, part.high), word]


def _draw(inputs: ReportInputs, drawn: Sequence[Slice], labels: set[str], file: Path) -> None:
    factor, unit = 1.0, "accuracy (share of rows)"
    if inputs.old is not None:
        factor, unit = 100.0, "accuracy here − main (percentage points)\n← worse    better →"
    lines = [
        Line(
            name=f"{'label ' * (part.name in labels)}{part.name} ({part.count})",
            value=part.change * factor,
            low=part.low * factor,
            high=part.high * factor,
            small=part.small,
        )
        for part in drawn
    ]
    plots.slices(file, lines, unit=unit, zero=inputs.old is not None)
