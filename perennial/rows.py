"""Convert instances parsed from JSON to rows for the model; errors name the invalid value."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from perennial.errors import Described, InvalidInput
from perennial.signals import (
    CategoricalFeature,
    ImageInput,
    InputSchema,
    NumericFeature,
    Rows,
    TabularInput,
)

FIELD = "instances"
_LARGEST = float(np.finfo(np.float32).max)


def read(schema: InputSchema, instances: Sequence[Any]) -> Rows:
    """Return the rows, shape (rows, *schema.shape).

    Raises InvalidInput, naming the value such as `instances[3][0]`.
    """
    fields = [f"{FIELD}[{index}]" for index in range(len(instances))]
    pairs = zip(fields, instances, strict=True)
    if isinstance(schema, ImageInput):
        for field, instance in pairs:
            _check_image(field, instance, schema.shape, whole=schema.shape)
        return np.array(instances, dtype=np.float32)
    if isinstance(schema, TabularInput):
        return np.array([_features(*pair, schema) for pair in pairs], dtype=np.float32)
    rows = np.empty(len(instances), dtype=object)
    rows[:] = [_text(*pair, schema.max_characters) for pair in pairs]
    return rows


def _number(field: str, value: Any) -> float:
    if type(value) not in (int, float):
        raise InvalidInput(field, value, "a number")
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise InvalidInput(field, value, f"a finite number from {-_LARGEST:.3g} to {_LARGEST:.3g}")
    return float(value)


def _check_image(field: str, value: Any, shape: tuple[int, ...], *, whole: tuple[int, ...]) -> None:
    if not shape:
        _number(field, value)
        return
    if type(value) is not list or len(value) != shape[0]:
        found = Described(f"a list of {len(value)}") if type(value) is list else value
        expected = f"a list of {shape[0]} {'numbers' if len(shape) == 1 else 'lists'}"
        raise InvalidInput(field, found, f"{expected} (an instance has shape {list(whole)})")
    for index, part in enumerate(value):
        _check_image(f"{field}[{index}]", part, shape[1:], whole=whole)


def _features(field: str, instance: Any, schema: TabularInput) -> list[float]:
    names = [feature.name for feature in schema.features]
    if type(instance) is not list or len(instance) != len(names):
        found = Described(f"a list of {len(instance)}") if type(instance) is list else instance
        raise InvalidInput(field, found, f"a list of {len(names)} values: {', '.join(names)}")
    cells = enumerate(zip(schema.features, instance, strict=True))
    return [_cell(f"{field}[{index}]", value, feature) for index, (feature, value) in cells]


def _cell(field: str, value: Any, feature: NumericFeature | CategoricalFeature) -> float:
    if value is None:
        return math.nan
    if isinstance(feature, CategoricalFeature):
        if type(value) is not str:
            raise InvalidInput(field, value, f"a string or null for feature {feature.name!r}")
        return feature.indices.get(value, len(feature.categories))
    if type(value) not in (int, float):
        raise InvalidInput(field, value, f"a number or null for feature {feature.name!r}")
    return _number(field, value)


def _text(field: str, value: Any, most: int) -> str:
    expected = f"a string of at most {most} characters"
    if type(value) is not str:
        raise InvalidInput(field, value, expected)
    if len(value) > most:
        raise InvalidInput(field, Described(f"a string of {len(value)}"), expected)
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidInput(field, value, "Unicode text without unpaired surrogates")
    return value
