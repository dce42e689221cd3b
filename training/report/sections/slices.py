"""Slices: where the model is better and where worse, by age, source, category and label."""

from collections.abc import Sequence
from pathlib import Path

from perennial.plural import plural
from perennial.statistics.figures import decimals, written
from training.gate.figures import p_value
from training.report import plots
from training.report.markdown import capital, code, folded, image, interval, signed, table
from training.report.parts import SMALL, Slice, score_by_slice, by_category, by_label, by_origin
from training.report.plots.slices import Line
from training.report.report_inputs import ReportInputs

MOST_DRAWN = 20
MOST_NAMED = 5


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return the score on every slice, drawn and in tables."""
    if not len(inputs.rows.labels):
        return []
    parts = by_origin(inputs) | by_category(inputs)
    origins, labels = score_by_slice(inputs, parts, by_label(inputs))
    drawn = [*origins, *_worst(inputs, labels, MOST_DRAWN - len(origins))]
    _draw(inputs, drawn, {part.name for part in labels}, out / "slices.png")
    title = capital(inputs.headline.title)
    blocks = [
        "## Slices",
        _summary(inputs, origins, labels, len(drawn)),
        image(f"{title} per slice with its interval", "slices.png"),
        _table(inputs, "slice", origins),
    ]
    if labels:
        every = _table(inputs, "true label", labels)
        blocks.append(folded(f"{title} on all {len(labels)} labels", every))
    return blocks


def _worst(inputs: ReportInputs, labels: Sequence[Slice], most: int) -> list[Slice]:
    """Return the labels to draw, in their order: those with the worst intervals."""
    higher = inputs.headline.higher_is_better
    order = sorted(labels, key=lambda part: part.low if higher else -part.high)
    chosen = {part.name for part in order[: max(0, most)]}
    return [part for part in labels if part.name in chosen]


def _summary(
    inputs: ReportInputs, origins: Sequence[Slice], labels: Sequence[Slice], drawn: int
) -> str:
    """Return which slices differ, how they were tested, and which are not drawn."""
    every = [*origins, *labels]
    many = plural(len(every), "slice")
    texts = [f"{capital(inputs.headline.title)} of {many}."]
    if inputs.old is not None:
        texts = [_tests(inputs, origins, labels)]
    small = sum(part.small for part in every)
    if small:
        has = "slices have" if small > 1 else "slice has"
        texts.append(f"{small} {has} fewer than {SMALL} rows, too few for a conclusion.")
    if drawn < len(every):
        shown = drawn - len(origins)
        way = "lowest" if inputs.headline.higher_is_better else "highest"
        text = f"The chart shows the {shown} of {len(labels)} labels with the {way} intervals."
        texts.append(text)
    return " ".join(texts)


def _tests(inputs: ReportInputs, origins: Sequence[Slice], labels: Sequence[Slice]) -> str:
    level, test = inputs.numbers.gate.level, inputs.output.loss_test
    names = [(code(part.name), part.p) for part in origins]
    names += [(f"label {code(part.name)}", part.p) for part in labels]
    marked = [name for name, p in names if p is not None and p < level]
    tested = sum(p is not None for _, p in names)
    more = f" and {len(marked) - MOST_NAMED} more" * (len(marked) > MOST_NAMED)
    word = "No slice differs significantly"
    if marked:
        word = f"Significantly different: {', '.join(marked[:MOST_NAMED])}{more}"
    return (
        f"{word} ({test.names} at {level:.0%}, corrected for the {tested} slices tested by "
        f"Holm's method; the intervals, {test.intervals}, are not corrected)."
    )


def _table(inputs: ReportInputs, what: str, found: Sequence[Slice]) -> str:
    level = f"{1 - inputs.numbers.gate.level:.0%}"
    places = decimals(*(score for part in found for score in (part.main or 0, part.here)))
    rows = [_row(inputs, part, places) for part in found]
    if inputs.old is None:
        return table([what, "rows", inputs.headline.title, f"{level} interval"], rows, numbers=3)
    head = [what, "rows", "main", "here", "difference", f"{level} interval", "significant"]
    return table(head, rows, numbers=6)


def _row(inputs: ReportInputs, part: Slice, places: int) -> list[object]:
    name, here = code(part.name), written(part.here, places)
    if part.main is None:
        bounds = f"{written(part.low, places)} to {written(part.high, places)}"
        return [name, part.count, here, bounds]
    word = "too few rows"
    if part.p is not None:
        better = "better" if inputs.headline.better(part.change) else "worse"
        yes = part.p < inputs.numbers.gate.level
        word = f"{f'**yes, {better}**' if yes else 'no'}, {p_value(part.p)}"
    values = [written(part.main, places), here, signed(part.change, places)]
    return [name, part.count, *values, interval(part.low, part.high, places), word]


def _draw(inputs: ReportInputs, drawn: Sequence[Slice], labels: set[str], file: Path) -> None:
    words, test = inputs.headline, inputs.output.loss_test
    factor, unit = 1.0, f"{words.title} ({inputs.metric.unit})"
    if inputs.old is not None:
        ways = "← worse    better →" if words.higher_is_better else "← better    worse →"
        step = test.step or inputs.metric.unit
        factor, unit = test.factor, f"{words.title} here − main ({step})\n{ways}"
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
