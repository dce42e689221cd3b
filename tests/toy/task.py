"""Ten random patterns of 8 by 8 grey levels, with so much noise that a few are mistaken."""

import numpy as np

from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.outputs.classes import ClassesOutput
from training.task.schema import Schema
from training.task.task import Rows, Task

ROWS = 1797
WHITE = 16
NOISE = 12


class Patterns:
    """Images whose labels go from 0 to 9 again and again."""

    input = ImageInput(shape=(8, 8), low=0, high=WHITE, whole=True)
    output = ClassesOutput(labels=tuple("0123456789"))
    schema = Schema(least_rows=50)
    about = "Made up by the tests."

    def load(self) -> Rows:
        """Return the same rows every time."""
        rng = np.random.default_rng(20261121)
        names = self.output.labels
        labels = np.arange(ROWS) % len(names)
        patterns = rng.integers(0, WHITE + 1, size=(len(names), *self.input.shape))
        noise = rng.integers(-NOISE, NOISE + 1, size=(ROWS, *self.input.shape))
        images = np.clip(patterns[labels] + noise, 0, WHITE).astype(np.float32)
        return Rows(self.input.arrow_of(images), [names[label] for label in labels])


TASK: Task = Patterns()
