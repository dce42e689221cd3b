"""The input schema of a model: the kind of input and its parameters."""

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from perennial.errors import InvalidField
from perennial.signals.bins import MISSING, OTHER
from perennial.signals.signal import OUTPUTS

# Rows of any kind: float32, or str in an object array.
Rows = NDArray[Any]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
BLOCKS = 4  # along each side of an image


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageInput(_Record):
    """An image: nested lists of numbers, shape (height, width) or (height, width, channels)."""

    kind: Literal["image"] = "image"
    shape: tuple[Annotated[int, Field(gt=0)], ...]
    dtype: ClassVar[str] = "float32"
    plain: ClassVar[bool] = True

    @model_validator(mode="after")
    def _check(self) -> "ImageInput":
        if len(self.shape) not in (2, 3) or min(self.shape[:2]) < BLOCKS:
            expected = f"height and width of at least {BLOCKS}, and channels if there are any"
            raise InvalidField("shape", self.shape, expected)
        return self

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it."""
        return row.tolist()


class NumericFeature(_Record):
    """A number, or null where it is missing."""

    name: Name
    kind: Literal["numeric"] = "numeric"


class CategoricalFeature(_Record):
    """A string, or null where it is missing; a string not in the categories counts as `other`."""

    name: Name
    kind: Literal["categorical"] = "categorical"
    categories: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "CategoricalFeature":
        taken = [*self.categories, OTHER, MISSING]
        if len(set(taken)) < len(taken):
            expected = f"distinct ones, none of them {OTHER!r} or {MISSING!r}"
            raise InvalidField("categories", self.categories, expected)
        return self

    @cached_property
    def indices(self) -> dict[str, int]:
        """The index of each category."""
        return {category: index for index, category in enumerate(self.categories)}


Feature = Annotated[NumericFeature | CategoricalFeature, Field(discriminator="kind")]


class TabularInput(_Record):
    """A list of values in the order of the features.

    The model receives float32, shape (rows, features): NaN for missing, a category's index for a
    category, and one more than the last index for `other`.
    """

    kind: Literal["tabular"] = "tabular"
    features: tuple[Feature, ...] = Field(min_length=1)
    dtype: ClassVar[str] = "float32"

    @model_validator(mode="after")
    def _check(self) -> "TabularInput":
        names = [*(feature.name for feature in self.features), *OUTPUTS]
        if len(set(names)) < len(names):
            raise InvalidField("features", names[:-3], f"distinct names, none of {OUTPUTS}")
        return self

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return (len(self.features),)

    @cached_property
    def plain(self) -> bool:
        """Whether an instance contains only numbers."""
        return all(feature.kind == "numeric" for feature in self.features)

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it."""
        cells = zip(self.features, row.tolist(), strict=True)
        return [_cell(feature, value) for feature, value in cells]


class TextInput(_Record):
    """A string with a maximum length.

    The model receives a tensor of strings, shape (rows,) or (rows, 1).
    """

    kind: Literal["text"] = "text"
    max_characters: int = Field(default=10_000, gt=0)
    shape: ClassVar[tuple[int, ...]] = ()
    dtype: ClassVar[str] = "object"
    plain: ClassVar[bool] = False

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it."""
        return str(row)


InputSchema = Annotated[ImageInput | TabularInput | TextInput, Field(discriminator="kind")]


def _cell(feature: NumericFeature | CategoricalFeature, value: float) -> float | str | None:
    if np.isnan(value):
        return None
    if isinstance(feature, NumericFeature):
        return value
    known = 0 <= value < len(feature.categories)
    return feature.categories[int(value)] if known else OTHER
