"""The graded shifts of each kind of input; strengths range from barely visible to gross."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.drift import images, tables, texts
from benchmarks.drift.data import Inputs
from benchmarks.drift.frame import Floats, Ints

Change = Callable[[Inputs, float, np.random.Generator], Inputs]


@dataclass(frozen=True)
class Shift:
    """One way in which traffic changes, in four strengths.

    unit: of a strength.
    change: turns inputs, a strength and a random generator into shifted inputs. None means that
    only the mix of rows changes: the strength is the factor for the probability of class 0, or of
    rows whose amounts are spread most.
    """

    name: str
    unit: str
    strengths: tuple[float, float, float, float]
    change: Change | None


def _mix(name: str, *strengths: float) -> Shift:
    first, second, third, fourth = strengths
    return Shift(name, "times as likely", (first, second, third, fourth), None)


TABLE = (
    Shift("mean", "standard deviations", (0.05, 0.15, 0.4, 1.0), tables.mean),
    Shift("variance", "times the spread", (1.05, 1.15, 1.4, 2.0), tables.variance),
    Shift("one category", "of the rows", (0.01, 0.03, 0.1, 0.3), tables.category),
    Shift("missing values", "of the rows", (0.01, 0.03, 0.1, 0.3), tables.missing),
)
SHIFTS: dict[str, tuple[Shift, ...]] = {
    "tabular": (*TABLE[:3], _mix("class mix", 1.15, 1.5, 2.5, 6.0), TABLE[3]),
    "amounts": (*TABLE[:3], _mix("hard rows", 1.15, 1.5, 2.5, 6.0), TABLE[3]),
    "image": (
        Shift("blur", "pixels", (0.3, 0.4, 0.6, 1.0), images.blur),
        Shift("noise", "of the range", (0.02, 0.04, 0.08, 0.2), images.noise),
        Shift("brightness", "times the light", (0.98, 0.94, 0.85, 0.6), images.brightness),
        Shift("rotation", "degrees", (3.0, 7.0, 15.0, 35.0), images.rotation),
        _mix("class mix", 1.15, 1.5, 2.5, 6.0),
    ),
    "text": (
        _mix("topic mix", 1.15, 1.5, 2.5, 6.0),
        Shift("length", "of the words kept", (0.97, 0.9, 0.7, 0.4), texts.length),
        Shift("typos", "of the words", (0.01, 0.03, 0.1, 0.3), texts.typos),
        Shift("another language", "of the rows", (0.01, 0.03, 0.1, 0.3), texts.language),
    ),
}


def weights(labels: Ints, strength: float) -> Floats:
    """Return the probability of drawing each row if class 0 is `strength` times as likely.

    >>> weights(np.array([0, 1]), 3.0).tolist()
    [0.75, 0.25]
    """
    raw = np.where(labels == 0, strength, 1.0)
    shares: Floats = raw / raw.sum()
    return shares
