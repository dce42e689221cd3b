"""What labels cost since the last look, and what is usual: wrong answers, losses, missed intervals.

Each has the label `quality`, so that one rule serves all three of them.
"""

from monitoring.recording.labels_as_one import (
    INTERVAL_REFERENCE_AS_ONE,
    INTERVALS_AS_ONE,
    LABELS_AS_ONE,
    REFERENCE_AS_ONE,
)
from monitoring.recording.series import (
    REFERENCE_ACCURACY,
    REFERENCE_ACCURACY_SIZE,
    REFERENCE_INTERVAL_COVERAGE,
    REFERENCE_LOSS,
    REFERENCE_LOSS_DEVIATION,
    REFERENCE_LOSS_SIZE,
    VERSION,
    Rule,
)
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import service as metrics

QUALITY = "quality"
ACCURACY, LOSS, COVERAGE = "accuracy", "loss", "coverage"
USUAL = "model_version_quality:usual_cost:max"
DEVIATION = "model_version_quality:usual_deviation:max"
SIZE = "model_version_quality:usual_size:max"
AS_ONE = "model_version_quality:labels_as_one:max"
ROWS = "model_version_quality:labels:look"
COST = "model_version_quality:cost:look"


def of(quality: str) -> str:
    """Return what selects one quality.

    >>> of("loss")
    '{quality="loss"}'
    """
    return f'{{{QUALITY}="{quality}"}}'


def each(**expressions: str) -> str:
    """Return the expressions of several qualities as one, told apart by the label `quality`."""
    return "\nor ".join(
        f'label_replace(\n  {expression},\n  "{QUALITY}", "{quality}", "", ""\n)'
        for quality, expression in expressions.items()
    )


def usual() -> list[Rule]:
    """Return the cost of a row of the reference, the deviation of one, and how many they are worth.

    Also how many labels count as one.
    """
    shares = f'{USUAL}{{{QUALITY}!="{LOSS}"}}'
    return [
        Rule(
            SIZE,
            each(
                accuracy=f"{REFERENCE_ACCURACY_SIZE} / {REFERENCE_AS_ONE}",
                loss=f"{REFERENCE_LOSS_SIZE} / {REFERENCE_AS_ONE}",
                coverage=f"{REFERENCE_LOSS_SIZE} / {INTERVAL_REFERENCE_AS_ONE}",
            ),
        ),
        Rule(
            AS_ONE,
            each(
                accuracy=f"{LABELS_AS_ONE} and {REFERENCE_ACCURACY_SIZE}",
                loss=f"{LABELS_AS_ONE} and {REFERENCE_LOSS_SIZE}",
                coverage=INTERVALS_AS_ONE,
            ),
        ),
        Rule(
            USUAL,
            each(
                accuracy=_share(REFERENCE_ACCURACY, REFERENCE_ACCURACY_SIZE),
                loss=REFERENCE_LOSS,
                coverage=_share(REFERENCE_INTERVAL_COVERAGE, REFERENCE_LOSS_SIZE),
            ),
        ),
        Rule(
            DEVIATION,
            f"{each(loss=REFERENCE_LOSS_DEVIATION)}\nor sqrt({shares} * (1 - {shares}))",
        ),
    ]


def _share(right: str, size: str) -> str:
    """Return the share of wrong rows; where there is none, that of one row."""
    return f"((1 - {right} > 1 / {size}) or 1 / {size} and {right})"


def looked(thresholds: Thresholds) -> list[Rule]:
    """Return the labels that came since the last look, and their cost.

    The counters are read once per interval as by `rules.counted`: so labels are whole, and
    each counts in one look alone.
    """
    confidence, loss = metrics.FEEDBACK_CONFIDENCE.name, metrics.FEEDBACK_LOSS.name
    side = metrics.FEEDBACK_INTERVAL.labels[-1]
    outside = f'{metrics.FEEDBACK_INTERVAL.name}{{{side}!="inside"}}'

    def counted(counter: str) -> str:
        return f"round({_since(counter, thresholds)}) >= 0"

    return [
        Rule(
            ROWS,
            each(
                accuracy=counted(f"{confidence}_count"),
                loss=counted(f"{loss}_count"),
                coverage=counted(metrics.FEEDBACK_INTERVAL.name),
            ),
        ),
        Rule(
            COST,
            each(
                accuracy=f"sum by ({VERSION}) ({ROWS}{of(ACCURACY)})\n"
                f"  - ({counted(metrics.FEEDBACK_RIGHT.name)})",
                loss=_since(f"{loss}_sum", thresholds),
                coverage=counted(outside),
            ),
        ),
    ]


def _since(counter: str, thresholds: Thresholds) -> str:
    interval = thresholds.count_interval
    step = seconds(interval)
    return f"{step} * sum by ({VERSION}) (irate({counter}[{2 * step - 1}s999ms:{interval}]))"
