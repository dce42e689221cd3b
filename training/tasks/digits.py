"""Handwritten digits: 1,797 real images of 8 by 8 pixels with 17 grey levels, in 10 classes."""

import numpy as np

from service.bundle import InputSchema
from training.tasks.task import Rows


class Digits:
    """The test set of the UCI handwritten digits, as scikit-learn ships it.

    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998.
    """

    labels = tuple(str(digit) for digit in range(10))
    input = InputSchema(kind="image", shape=(8, 8))
    about = (
        "Reads one handwritten digit from an 8 by 8 image with values from 0 (paper) to 16 (ink). "
        "Base rows: the 1,797 images that scikit-learn ships, from 43 writers who wrote on forms; "
        "each pixel counts the dark points of a 4 by 4 block of the scan. Not for other alphabets, "
        "several digits in one image, or decisions about people."
    )

    def load(self) -> Rows:
        """Return all images; nothing is downloaded."""
        from sklearn.datasets import load_digits  # a second to import; only prepare needs it

        images, labels = load_digits(return_X_y=True)
        return Rows(
            images.reshape(-1, *self.input.shape).astype(np.float32), labels.astype(np.int64)
        )
