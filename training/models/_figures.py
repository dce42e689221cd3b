"""The figures that models log: the output's headline and the model's loss."""

from collections.abc import Callable

from perennial.kinds.output_kind import OutputKind, Truths
from perennial.statistics.counts import Floats
from perennial.statistics.metrics import METRICS
from training.model.model import Fitted, Rows

MOST = 20_000  # rows of each split; more would not change the picture of a curve
Loss = Callable[[Floats, Truths], float]


def log_loss(values: Floats, truths: Truths) -> float:
    """Return the log loss of probabilities, in nats."""
    return METRICS["log_loss"].score(values, truths)


def figures_of(fitted: Fitted, output: OutputKind, rows: Rows, loss: Loss) -> dict[str, float]:
    """Return what `Log` takes, of rows that are evenly spaced where a split has more than MOST."""
    figures = {}
    for prefix, part in (("", rows.train), ("val_", rows.validation)):
        step = -(-len(part.labels) // MOST)
        values, truths = fitted.values(part.inputs[::step]), part.labels[::step]
        figures[f"{prefix}{output.headline}"] = output.metrics[output.headline].score(
            values, truths
        )
        figures[f"{prefix}loss"] = loss(values, truths)
    return figures


def validated(
    fitted: Fitted, output: OutputKind, rows: Rows, *, most: int = MOST
) -> dict[str, float]:
    """Return what `Log` takes of the validation rows of classes, evenly spaced if over `most`."""
    step = -(-len(rows.validation.labels) // most)
    found = fitted.values(rows.validation.inputs[::step])
    truths = rows.validation.labels[::step]
    names = {output.headline: f"val_{output.headline}", "log_loss": "val_loss"}
    return {name: output.metrics[metric].score(found, truths) for metric, name in names.items()}
