"""CIFAR-10: what does a small photograph show? Colour images of 32 by 32 pixels, in 10 classes."""

import numpy as np

from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.pictures import pixels
from training.task.files import rows_file
from training.task.rows_file import read_table
from training.task.schema import Schema
from training.task.task import Rows, Task

FILE = rows_file("cifar10")
PICTURE, LABEL, HELD_OUT = "picture", "label", "test"
THINGS = (
    *("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
)


class Cifar10:
    """A sample of CIFAR-10, as JPEG files.

    Source: Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
    """

    input = ImageInput(shape=(32, 32, 3), low=0, high=255, whole=True)
    output = ClassesOutput(labels=THINGS)
    schema = Schema()
    about = (
        "Says which of ten things a photograph of 32 by 32 pixels shows: a kind of animal or of "
        "vehicle. Base rows: 5,000 of the 50,000 published training images, so that it trains in "
        "a minute, and 2,000 of the 10,000 test images.\n\n"
        "Source: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009, "
        "[CIFAR-10](https://www.cs.toronto.edu/~kriz/cifar.html), encoded again as JPEG, which "
        "loses a little.\n\n"
        "An example for this template. Not for other things, larger photographs, or decisions that "
        "matter: it is wrong about two of five images."
    )

    def load(self) -> Rows:
        """Return all rows, decoded as the service decodes a JPEG."""
        table, shape = read_table(FILE), self.input.shape
        images = [
            pixels(f"{FILE}: row {row}", content, "jpeg", shape)
            for row, content in enumerate(table[PICTURE].to_pylist())
        ]
        held_out = np.array(table[HELD_OUT].to_pylist(), np.bool_)
        return Rows(self.input.arrow_of(np.stack(images)), table[LABEL].to_pylist(), held_out)


TASK: Task = Cifar10()
