"""The figures that every model logs while it is fitted."""

# How many there are, as one more figure of a model that grows trees; others count their epochs.
TREES = "trees"


def figures(headline: str) -> tuple[str, ...]:
    """Return their names, in the order of history.csv; headline: of the output's kind.

    >>> figures("accuracy")
    ('accuracy', 'loss', 'val_accuracy', 'val_loss')
    """
    return headline, "loss", f"val_{headline}", "val_loss"
