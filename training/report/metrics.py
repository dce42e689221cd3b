"""Section 2: every metric of both models on rows that neither was trained on."""

from pathlib import Path

from training.comparison import Bools, difference
from training.markdown import table
from training.prepare import BASE
from training.report.source import Source
from training.scores import METRICS, compare_scores
from training.statistics import wilson


def section(source: Source, out: Path) -> list[str]:
    """Return a table for fresh rows, where there are any, and one for base rows."""
    blocks = ["## Metrics"]
    for name, chosen in (("fresh", source.fresh), ("base", source.rows.source == BASE)):
        if chosen.any():
            blocks += [f"On {chosen.sum()} {name} test rows:", _table(source, chosen)]
    return blocks


def _table(source: Source, chosen: Bools) -> str:
    if source.old is None:
        return _alone(source, chosen)
    limits, truth = source.numbers.gate, source.rows.labels[chosen]
    old, new = source.old[chosen], source.new[chosen]
    scores = compare_scores(old, new, truth, level=limits.level, seed=limits.seed)
    paired = difference(old.argmax(axis=1) == truth, new.argmax(axis=1) == truth, limits)
    found = []
    for score in scores:
        low, high, significant = score.low, score.high, score.low > 0 or score.high < 0
        if score.name == "accuracy":
            low, high, significant = paired.low, paired.high, paired.p < limits.level
        better = (score.difference > 0) == score.higher_is_better
        word = f"**{'better' if better else 'worse'}**" if significant else "no"
        values = [f"{value:.4f}" for value in (score.champion, score.challenger)]
        found.append(
            [score.name, *values, f"{score.difference:+.4f}", f"[{low:+.4f}, {high:+.4f}]", word]
        )
    head = ["metric", "main", "here", "difference", f"{1 - limits.level:.0%} interval"]
    return table([*head, "significant"], found, numbers=5)


def _alone(source: Source, chosen: Bools) -> str:
    new, truth = source.new[chosen], source.rows.labels[chosen]
    correct = int((new.argmax(axis=1) == truth).sum())
    low, high = wilson(correct, len(truth))
    found = []
    for name, (metric, _) in METRICS.items():
        text = f"{metric(new, truth):.4f}"
        found.append([name, f"{text} [{low:.4f}, {high:.4f}]" if name == "accuracy" else text])
    return table(["metric", "value"], found, numbers=1)
