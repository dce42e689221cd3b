"""Select columns of an Arrow table by their schema; errors name the column."""

from typing import TYPE_CHECKING

from perennial.errors import Described, InvalidField
from perennial.validation import NOTHING

if TYPE_CHECKING:
    import pyarrow


def select(table: "pyarrow.Table", schema: "pyarrow.Schema") -> "pyarrow.Table":
    """Return the columns of the schema, in its order; the table may have others too.

    Raises InvalidField for a column that is missing, twice, of another type, or that has a null
    where the schema has none.
    """
    for field in schema:
        name, places = f"column {field.name}", table.schema.get_all_field_indices(field.name)
        if not places:
            raise InvalidField(name, NOTHING, f"a column of type {field.type}")
        if len(places) > 1:
            raise InvalidField(name, Described(f"{len(places)} columns"), "one")
        found = table.schema.field(places[0]).type
        if found != field.type:
            raise InvalidField(name, Described(str(found)), f"type {field.type}")
        if not field.nullable and table.column(places[0]).null_count:
            row = table.column(places[0]).is_null().index(True).as_py()
            raise InvalidField(f"{name}, row {row}", None, "a value")
    return table.select(schema.names)
