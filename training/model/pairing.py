"""Refuses a model that does not take a task's input or does not give its output."""

from perennial.kinds.input_kind import InputKind
from training.errors import BadParameter
from training.model import found


def check_pairing(field: str, name: str, schema: InputKind, output: str) -> None:
    """Check that a model takes a task's input and gives its output, before anything is trained.

    field: where the model was named, for the message.
    Raises BadParameter, which names the models that do.
    """
    objection = found.find(name).objection(schema, output)
    if not objection:
        return
    others = [other for other in found.names() if not found.find(other).objection(schema, output)]
    wanted = f"one of {', '.join(others)}" if others else "a model of your own in training/models"
    raise BadParameter(field, name, f"{wanted}; {name} {objection}")
