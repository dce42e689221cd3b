"""Finds the columns that somebody names, as the file or as the task calls them."""

from collections.abc import Sequence
from difflib import get_close_matches

from perennial.errors import Described
from training.bring.found import listed
from training.bring.headed import Headed
from training.bring.names import name
from training.bring.request import Request
from training.errors import BadParameter

SHOWN = 20  # columns of a wide file, in a message
# Where the task names the column, and not somebody.
FILE = "FILE"


def roles(request: Request, columns: Sequence[Headed]) -> dict[str, str]:
    """Return which variable names which column, by the column's name. Raises BadParameter."""
    found: dict[str, str] = {}
    for wanted, variable in request.roles().items():
        column = named(wanted, variable, columns)
        if column.name in found:
            expected = f"a column that {found[column.name]} does not name too"
            raise BadParameter(variable, wanted, expected)
        found[column.name] = variable
    return found


def named(wanted: str, variable: str, columns: Sequence[Headed]) -> Headed:
    """Return the column of a name; of several that are alike, the one that is the same.

    variable: what named it, for the message.  Raises BadParameter.
    """
    ways = (
        [column for column in columns if column.header == wanted],
        [column for column in columns if column.name == wanted],
        [column for column in columns if column.name == name(wanted, 0)],
    )
    if len(ways[0]) > 1:
        got = Described(f"{wanted}, which {len(ways[0])} columns are called")
        raise BadParameter(variable, got, "a name that one column has; rename the others")
    for way in ways:
        if len(way) == 1:
            return way[0]
    raise unknown(wanted, variable, columns)


def unknown(wanted: str, variable: str, columns: Sequence[Headed]) -> BadParameter:
    """Return the error that a file has no such column, with those that it has."""
    known = [column.header or column.name for column in columns]
    if known.count(wanted) > 1:
        got = Described(f"{known.count(wanted)} columns called {wanted!r}")
        return BadParameter(variable, got, "one of each name; rename the others")
    near = get_close_matches(name(wanted, 0), [column.name for column in columns], 1)
    meant = "".join(f"; perhaps {one.header!r}" for one in columns if one.name in near)
    # Names that are numbers are the values of a first row.
    headless = any(one.header.replace(".", "").replace(",", "").isdigit() for one in columns)
    advice = "; the first line has to name the columns" if headless else ""
    if variable == FILE:
        got = Described(f"the columns {listed(known, SHOWN)}")
        return BadParameter(variable, got, f"one called {wanted!r}{meant}{advice}")
    return BadParameter(variable, wanted, f"one of {listed(known, SHOWN)}{meant}{advice}")
