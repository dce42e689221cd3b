"""Block a challenger that is right too rarely, whatever the champion does."""

from training.gate.comparison import Comparison


def accuracy_floor(name: str, found: Comparison, *, floor: float) -> str | None:
    """Return the reason to block, or None where the accuracy is at least the floor.

    name: of the rows, `base` or `fresh`.  found: the challenger on them.
    floor: least accuracy, a share of rows; 0.5 is usual here, each task sets its own.
    Source: our own rule.

    >>> from training.gate.comparison import Accuracy
    >>> found = Comparison(100, 0.1, Accuracy(0.4, 0.31, 0.5))
    >>> accuracy_floor("base", found, floor=0.5)
    'an accuracy under the floor of 0.5: 0.400 on 100 base rows'
    >>> accuracy_floor("base", found, floor=0.4)
    """
    accuracy = found.challenger.value
    if accuracy >= floor:
        return None
    return f"an accuracy under the floor of {floor:g}: {accuracy:.3f} on {found.rows} {name} rows"
