"""Reads the part of a task's model card that people write."""

from pathlib import Path

from perennial.validation import NOTHING
from training.errors import BadParameter

CARD = "card.md"


def read_card(code: str) -> str:
    """Return the text of card.md beside a task's code, which opens its model card.

    code: the `__file__` of task.py. Of all stages only `export` depends on the card, so filling it
    in does not train again.  Raises BadParameter.
    """
    file = Path(code).with_name(CARD)
    if not file.is_file():
        raise BadParameter(str(file), NOTHING, "a text on the rows and their use, in Markdown")
    return file.read_text(encoding="utf-8").strip()
