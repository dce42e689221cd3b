"""Chooses the first model of a new task, with its parameters."""

from typing import Any

from perennial.kinds.input_kind import InputKind
from training.errors import BadParameter
from training.model import found
from training.model.pairing import check_pairing

# The most useful first, for tables; any other comes after these.
FIRST = ("boosting", "linear", "network")


def choose(schema: InputKind, output: str) -> dict[str, Any]:
    """Return what params.yaml says under `train` of the best model that takes the rows.

    Raises BadParameter if none does.
    """
    known = found.names()
    order = [*(name for name in FIRST if name in known), *sorted(set(known) - set(FIRST))]
    for name in order:
        model = found.find(name)
        if not model.objection(schema, output):
            return {"model": name, "parameters": model.trial.model_dump(mode="json")}
    check_pairing("model", order[0], schema, output)
    raise BadParameter("model", order[0], "one that takes these rows")
