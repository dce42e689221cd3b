"""The figures that every model logs while it is fitted."""


def figures(headline: str) -> tuple[str, ...]:
    """Return their names, in the order of history.csv; headline: of the output's kind.

    >>> figures("accuracy")
    ('accuracy', 'loss', 'val_accuracy', 'val_loss')
    """
    return headline, "loss", f"val_{headline}", "val_loss"
