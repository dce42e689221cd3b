"""Metrics: every metric of both models on rows that neither was trained on."""

from pathlib import Path

from perennial.statistics.counts import Bools
from perennial.statistics.figures import decimals, figure, written
from perennial.statistics.metrics import Metric
from training.artifacts.files import read_json
from training.gate.comparison import difference
from training.gate.figures import p_value
from training.gate.surprise import LEAST_WRONG
from training.report.markdown import code, interval, signed, table
from training.report.report_inputs import ReportInputs
from training.report.scores import Score, compare_scores
from training.stages.evaluate import intervals
from training.stages.model_card import expected

METRICS = "metrics/metrics.json"


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return a table for fresh rows, if there are any, and one for base rows."""
    blocks = ["## Metrics" if inputs.old is None else "## Metrics against main"]
    groups = {
        f"fresh test rows (incident {code(inputs.result.incident)})": inputs.fresh,
        "base test rows": inputs.base,
    }
    shown = {name: chosen for name, chosen in groups.items() if chosen.any()}
    for name, chosen in shown.items():
        blocks.append(f"On {chosen.sum():,} {name}{_fairness(inputs)}:")
        blocks.append(_table(inputs, chosen))
        blocks += _unanswered(inputs, chosen)
    if not shown:
        blocks.append(f"There are no test rows to compare on{_fairness(inputs)}.")
    elif inputs.old is not None:
        blocks.append(_multiplicity(inputs))
    return blocks + _expected(inputs) + _label_sets(inputs)


def _expected(inputs: ReportInputs) -> list[str]:
    """Return what is expected of the rows that follow, if rows are split by time."""
    file = inputs.folder / METRICS
    said = expected(inputs.output, read_json(file)) if file.is_file() else ""
    return [said] if said else []


def _fairness(inputs: ReportInputs) -> str:
    """Return what makes the comparison fair."""
    if inputs.old is None:
        return ""
    text = " that neither model was trained on"
    if inputs.left_out:
        text += f" ({inputs.left_out:,} of all test rows excluded because main was trained on them)"
    return text


def _unanswered(inputs: ReportInputs, chosen: Bools) -> list[str]:
    """Return how many of the rows main's model cannot answer, if there are any."""
    broken = inputs.unanswered[chosen].sum()
    if not broken:
        return []
    return [
        f"Main's model returns no number for {broken} of these rows; in {inputs.headline.title} "
        "each counts as wrong, or as the largest loss."
    ]


def _table(inputs: ReportInputs, chosen: Bools) -> str:
    if inputs.old is None or inputs.losses_before is None:
        return _alone(inputs, chosen)
    limits, truth = inputs.numbers.gate, inputs.rows.labels[chosen]
    metrics = inputs.output.metrics
    old, new = inputs.old[chosen], inputs.new[chosen]
    scores = compare_scores(metrics.values(), old, new, truth, level=limits.level, seed=limits.seed)
    rows = [_row(score) for score in scores]
    lost = inputs.losses_before[chosen], inputs.losses[chosen]
    times = None if inputs.rows.times is None else inputs.rows.times[chosen]
    paired = difference(inputs.output.loss_test, *lost, limits, times)
    word = _word(inputs.headline.better(paired.value)) if paired.p < limits.level else "no"
    word = f"**{word}**" if paired.p < limits.level else word
    # From losses, since a champion's values may be no numbers, and the loss of these is known.
    both = [inputs.output.loss_test.score(each) for each in lost]
    places = decimals(*both)
    rows[list(metrics).index(inputs.output.headline)][1:] = [
        *(written(score, places) for score in both),
        signed(paired.value, places),
        interval(paired.low, paired.high, places),
        f"{word}, {p_value(paired.p)}",
    ]
    head = ["metric", "main", "here", "difference", f"{1 - limits.level:.0%} interval"]
    return table([*head, "significant"], rows, numbers=5)


def _row(score: Score) -> list[object]:
    significant = score.low > 0 or score.high < 0
    places = decimals(score.champion, score.challenger)
    return [
        _name(score.metric),
        written(score.champion, places),
        written(score.challenger, places),
        signed(score.difference, places),
        interval(score.low, score.high, places),
        _word((score.difference > 0) == score.metric.higher_is_better) if significant else "no",
    ]


def _word(better: bool) -> str:
    return "yes, better" if better else "yes, worse"


def _name(metric: Metric) -> str:
    return f"{metric.title} ({metric.unit}) {'↑' if metric.higher_is_better else '↓'}"


def _alone(inputs: ReportInputs, chosen: Bools) -> str:
    """Return the scores of a model without a champion."""
    new, truth = inputs.new[chosen], inputs.rows.labels[chosen]
    level = 1 - inputs.numbers.gate.level
    times = None if inputs.rows.times is None else inputs.rows.times[chosen]
    ends = intervals(inputs.output.loss_test, inputs.losses[chosen], times, level=level)
    shown = f"{figure(ends['low'], ends['high'])} to {figure(ends['high'])}"
    bounds = {inputs.output.headline: shown}
    rows = [
        [_name(metric), figure(metric.score(new, truth)), bounds.get(name, "")]
        for name, metric in inputs.output.metrics.items()
    ]
    return table(["metric", "here", f"{level:.0%} interval"], rows, numbers=2)


SURE = (
    f", or, where it is no worse and each model is wrong on {LEAST_WRONG} rows or more, a gain in "
    "log loss, by Student's t test"
)


def _multiplicity(inputs: ReportInputs) -> str:
    """Return which line of the table decides, and how far to trust the others."""
    level, others = inputs.numbers.gate.level, len(inputs.output.metrics) - 1
    sure = inputs.output.shares(inputs.rows.labels) is not None
    title, test = inputs.headline.title, inputs.output.loss_test.name
    text = (
        f"{'Either' if sure else 'Only'} {title} decides, by {test} at {level:.0%}"
        f"{SURE if sure else ''}. "
        "The intervals are paired bootstraps, slightly less strict than that test."
    )
    if not others:
        return text
    return (
        f"{text} A yes for one of the {others} other metrics is only a hint: they are not "
        f"corrected for multiple testing, so up to {others * level:.0%} of reports on equal models "
        "show one."
    )


def _label_sets(inputs: ReportInputs) -> list[str]:
    """Return how main's labels differ from these, if they do."""
    if inputs.champion is None:
        return []
    before = inputs.champion.bundle.manifest.output.labels
    added = [code(label) for label in inputs.labels if label not in before]
    gone = [code(label) for label in before if label not in inputs.labels]
    texts = [f"{', '.join(added)} unknown to main"] if added else []
    texts += [f"{', '.join(gone)} known to main only"] if gone else []
    return [f"The models' labels differ: {'; '.join(texts)}."] if texts else []
