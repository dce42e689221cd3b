"""Handwritten digits: 1,797 real images of 8 by 8 pixels with 17 grey levels, in 10 classes."""

from importlib.metadata import distribution

import numpy as np

from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.outputs.classes import ClassesOutput
from training.task.schema import Schema
from training.task.task import Rows, Task

# The file that sklearn.datasets.load_digits reads; importing that takes seconds in each stage.
FILE = "sklearn/datasets/data/digits.csv.gz"


class Digits:
    """The test set of the UCI handwritten digits, as scikit-learn ships it.

    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998.
    """

    input = ImageInput(shape=(8, 8), low=0, high=16, whole=True)
    output = ClassesOutput(labels=tuple("0123456789"))
    schema = Schema(least_rows=50)
    about = (
        "Reads one handwritten digit from an 8 by 8 image with values from 0 (paper) to 16 (ink). "
        "Base rows: the 1,797 images that scikit-learn ships, written by 13 people on forms; each "
        "pixel counts the dark points of a 4 by 4 block of the scan. Not for other alphabets, "
        "several digits in one image, or decisions about people."
    )

    def load(self) -> Rows:
        """Return all images; nothing is downloaded."""
        file = str(distribution("scikit-learn").locate_file(FILE))
        table = np.loadtxt(file, dtype=np.float32, delimiter=",")
        images = table[:, :-1].reshape(-1, *self.input.shape)
        labels = [self.output.labels[int(digit)] for digit in table[:, -1]]
        return Rows(self.input.arrow_of(images), labels)


TASK: Task = Digits()
