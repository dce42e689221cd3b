"""Reads one row of a table: a list of values in the order of the columns, or an object by name."""

from collections.abc import Iterable, Sequence
from typing import Any

from perennial.errors import Described, InvalidInput
from perennial.kinds.columns import Column
from perennial.kinds.sensitive import SensitiveColumn
from perennial.plural import plural
from perennial.validation import NOTHING

NAMED = 20  # columns in a message


class RowReader:
    """Gives the values of an instance in the order of the columns.

    A sensitive column may be missing from an object. Where there is one, no message repeats a
    value: it may stand in the place of another.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._names = tuple(column.name for column in columns)
        self._optional = {column.name for column in columns if isinstance(column, SensitiveColumn)}
        self._coders = [column.coder for column in columns]

    def codes(self, instance: Any) -> list[Any] | None:
        """Return what each column's `coder` gives; None where `values` has to look closer.

        It takes a quarter of the time of `values`, which says what is wrong with which value.
        """
        given: Iterable[Any] = ()
        try:
            if type(instance) is list:
                given = instance
            elif type(instance) is dict and len(instance) == len(self._names):
                given = map(instance.__getitem__, self._names)
            return [code(value) for code, value in zip(self._coders, given, strict=True)]
        except (LookupError, TypeError, ValueError, InvalidInput):
            return None

    def values(self, field: str, instance: Any) -> list[Any]:
        """Return the values. Raises InvalidInput."""
        if type(instance) is dict:
            self._check_names(field, instance)
            return self._read(f"{field}.{{name}}", [instance.get(name) for name in self._names])
        if type(instance) is not list or len(instance) != len(self._columns):
            short = Described(f"a list of {len(instance)}") if type(instance) is list else None
            expected = (
                f"a list of {plural(len(self._columns), 'value')} or an object: {self._listed}"
            )
            raise InvalidInput(field, short or self._shown(instance), expected)
        return self._read(f"{field}[{{index}}]", instance)

    def _read(self, place: str, given: list[Any]) -> list[Any]:
        """Return the values of all columns; place: the field of one, by its `name` or `index`."""
        values = []
        for column, value in zip(self._columns, given, strict=True):
            try:
                values.append(column.read(value))
            except InvalidInput as error:
                field = place.format(name=column.name, index=len(values))
                raise InvalidInput(field, self._shown(value), error.expected) from error
        return values

    def _check_names(self, field: str, instance: dict[str, Any]) -> None:
        if len(instance) == len(self._names) and all(name in instance for name in self._names):
            return
        known = set(self._names)
        for name in instance:
            if name not in known:
                expected = f"no such column; known are {self._listed}"
                # Not the value, which may be whom the row is about.
                kind = Described(type(instance[name]).__name__)
                raise InvalidInput(f"{field}.{name}", kind, expected)
        for column in self._columns:
            if column.name not in instance and column.name not in self._optional:
                raise InvalidInput(f"{field}.{column.name}", NOTHING, column.expected)

    def _shown(self, value: Any) -> Any:
        return Described(type(value).__name__) if self._optional else value

    @property
    def _listed(self) -> str:
        more = f", … ({len(self._names)} in all)" if len(self._names) > NAMED else ""
        return ", ".join(self._names[:NAMED]) + more
