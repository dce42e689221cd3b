"""Finds the columns that somebody names, as the file or as the task calls them."""

from difflib import get_close_matches

from training.bring.column import Raw
from training.bring.found import listed
from training.bring.names import name
from training.bring.request import Request
from training.errors import BadParameter

SHOWN = 20  # columns of a wide file, in a message


def roles(request: Request, raws: list[Raw]) -> dict[str, str]:
    """Return which variable names which column, by the column's name. Raises BadParameter."""
    found: dict[str, str] = {}
    for wanted, variable in request.roles().items():
        raw = named(wanted, variable, raws)
        if raw.name in found:
            expected = f"a column that {found[raw.name]} does not name too"
            raise BadParameter(variable, wanted, expected)
        found[raw.name] = variable
    return found


def named(wanted: str, variable: str, raws: list[Raw]) -> Raw:
    """Return the column of a name; of several that are alike, the one that is the same.

    variable: what named it, for the message.  Raises BadParameter.
    """
    ways = (
        [raw for raw in raws if raw.header == wanted],
        [raw for raw in raws if raw.name == wanted],
        [raw for raw in raws if raw.name == name(wanted, 0)],
    )
    for way in ways:
        if len(way) == 1:
            return way[0]
    known = [raw.header or raw.name for raw in raws]
    near = get_close_matches(name(wanted, 0), [raw.name for raw in raws], 1)
    meant = "".join(f"; perhaps {raw.header!r}" for raw in raws if raw.name in near)
    # Names that are numbers are the values of a first row.
    headless = any(raw.header.replace(".", "").replace(",", "").isdigit() for raw in raws)
    advice = "; the first line has to name the columns" if headless else ""
    raise BadParameter(variable, wanted, f"one of {listed(known, SHOWN)}{meant}{advice}")
