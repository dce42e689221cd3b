"""The report on one screen, for the job's log: plain text, at most 25 lines of 80 columns."""

from textwrap import wrap

import numpy as np

from perennial.plural import plural
from perennial.statistics.figures import decimals, figure
from training.artifacts.files import read_json
from training.gate.figures import p_value
from training.report.data_checks import read
from training.report.drift import signal_drift
from training.report.report_inputs import ReportInputs
from training.report.sections.cost import cost_figures
from training.report.sections.data import SUMMARY, since_main

WIDTH = 80
# The figures of the cost section that fit on the screen.
COSTS = (
    "training, wall time",
    "training, energy estimate",
    "bundle size",
    "answer to 1 row, p50",
    "answer to 1 row, p99",
)


def summary(inputs: ReportInputs) -> str:
    """Return verdict, scores, cost, data and pipeline."""
    new = inputs.challenger.bundle.manifest
    title = f"{new.task} {new.version}"
    if inputs.champion is not None:
        title += f" against main's {inputs.champion.bundle.manifest.version}"
    lines = [title, *_verdict(inputs), "", *_scores(inputs), "", *_cost(inputs), "", _data(inputs)]
    return "\n".join(line[:WIDTH].rstrip() for line in lines)


def _verdict(inputs: ReportInputs) -> list[str]:
    decision = inputs.result.decision
    text = f"verdict: {decision.verdict}: {'; '.join(decision.reasons)}"
    return wrap(text, WIDTH, subsequent_indent="  ", max_lines=4, placeholder=" ...")


def _scores(inputs: ReportInputs) -> list[str]:
    """Return a table for the rows that the verdict is about: fresh rows, or else all."""
    fresh = bool(inputs.fresh.any())
    chosen = inputs.fresh if fresh else np.ones(len(inputs.rows.labels), dtype=np.bool_)
    truth, kind = inputs.rows.labels[chosen], "fresh" if fresh else "test"
    lines = [_line(f"{len(truth):,} {kind} rows", *_heads(inputs))]
    shown = [metric for metric in inputs.output.metrics.values() if metric.brief]
    for metric in shown if len(truth) else ():
        here = metric.score(inputs.new[chosen], truth)
        if inputs.old is None:
            lines.append(_line(metric.title, figure(here)))
            continue
        main = metric.score(inputs.old[chosen], truth)
        arrow = "higher" if metric.higher_is_better else "lower"
        note = f"{here - main:+,.{decimals(main, here)}f} ({arrow} is better)"
        lines.append(_line(metric.title, figure(main, here), figure(here, main), note))
    found = inputs.result.fresh or inputs.result.base
    if found is not None and found.difference is not None:
        test = f"{p_value(found.difference.p)}, {inputs.output.loss_test.name}"
        lines.append(f"difference in {inputs.headline.title}: {test}")
    return lines


def _heads(inputs: ReportInputs) -> tuple[str, ...]:
    return ("here",) if inputs.champion is None else ("main", "here", "")


def _cost(inputs: ReportInputs) -> list[str]:
    lines = [_line("cost", *_heads(inputs))]
    for one in cost_figures(inputs):
        if one.name in COSTS:
            main, here, times = one.cells
            cells = (here,) if inputs.champion is None else (main, here, times)
            lines.append(_line(one.name, *cells))
    return lines


def _line(name: str, *cells: str) -> str:
    """Return a name and its cells in columns; the last of three is free text.

    >>> _line("accuracy", "0.9000", "0.9500", "+0.0500")
    'accuracy                         0.9000       0.9500  +0.0500'
    """
    columns = "".join(f"{cell:>13}" for cell in cells[:2])
    return f"{name:<26}{columns}  {cells[2] if len(cells) > 2 else ''}".rstrip()


def _data(inputs: ReportInputs) -> str:
    """Return what changed in the rows, and how many warnings the validation gave."""
    splits = read_json(inputs.folder / SUMMARY)["splits"]
    parts = [f"data: {sum(split['rows'] for split in splits.values()):,} rows"]
    changed = since_main(inputs)
    if changed is not None:
        parts.append("same as main's" if changed.nothing else f"{len(changed.new.labels):,} new")
        if inputs.champion is not None and len(changed.new.labels):
            found = signal_drift(inputs.champion, changed.new)
            parts.append(f"{sum(one.drifts for one in found)} of {len(found)} signals drift")
    document = read(inputs)
    parts.append(
        "validation not recorded"
        if document is None
        else plural(len(document["warnings"]), "validation warning")
    )
    return ", ".join(parts)
