"""Images in the demo: a scanner inverts them, or a camera is mounted sideways."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray

from demo.inputs.demo_input import PlainInput
from demo.shift import Shift
from perennial.kinds.inputs.image import ImageInput

Images = NDArray[Any]


class DemoImages(PlainInput):
    """Images of one task."""

    kind: ImageInput

    @property
    def shifts(self) -> Mapping[str, Shift]:
        """The shifts that keep the images' shape and limits."""
        found, kind = {}, self.kind
        if kind.low is not None and kind.high is not None:
            found["inverted"] = Shift.single(
                "a new scanner sends dark on a light background; the old one sent light on dark",
                self._of(inverted_around(kind.low + kind.high)),
            )
        if kind.shape[0] == kind.shape[1]:
            cause = "the camera is mounted sideways after a service visit"
            found["rotated"] = Shift.single(cause, self._of(rotated))
        return found

    def _of(self, change: Callable[[Images], Images]) -> Callable[[pyarrow.Table], pyarrow.Table]:
        def changed(rows: pyarrow.Table) -> pyarrow.Table:
            return self.kind.arrow_of(change(self.kind.from_arrow(rows)))

        return changed


def inverted_around(white: float) -> Callable[[Images], Images]:
    """Return what inverts images whose lowest and highest value sum to `white`."""
    return lambda images: np.asarray(white - images, images.dtype)


def rotated(images: Images) -> Images:
    """Return images turned by a quarter."""
    return np.ascontiguousarray(np.rot90(images, axes=(1, 2)))


INPUT = DemoImages
