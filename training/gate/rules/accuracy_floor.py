"""Block a challenger whose accuracy is too low, even if the champion's is lower."""

from training.gate.comparison import Comparison


def accuracy_floor(name: str, found: Comparison, *, floor: float) -> str | None:
    """Return the reason to block, or None if the accuracy is at least the floor.

    name: of the rows, `base` or `fresh`.  found: the comparison on them.
    floor: lowest allowed accuracy, a share of rows; usually 0.5, set per task.
    Source: our own rule.

    >>> from training.gate.comparison import Accuracy
    >>> found = Comparison(100, 0.1, Accuracy(0.4, 0.31, 0.5))
    >>> accuracy_floor("base", found, floor=0.5)
    'accuracy below the floor of 0.5: 0.400 on 100 base rows'
    >>> accuracy_floor("base", found, floor=0.4)
    """
    accuracy = found.challenger.value
    if accuracy >= floor:
        return None
    return f"accuracy below the floor of {floor:g}: {accuracy:.3f} on {found.rows} {name} rows"
