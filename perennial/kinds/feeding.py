"""How rows reach a model: as their kind feeds them, or as the numbers of the pieces of texts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from perennial.kinds.wordpiece import WordPiece
from perennial.signals.extraction import Rows

PIECES = "tensor(int64)"


@dataclass(frozen=True)
class Feeding:
    """What ONNX Runtime gets for rows.

    tensor: its name for the type.  feed: returns it for rows and the number of its dimensions.
    """

    tensor: str
    feed: Callable[[Rows, int], NDArray[Any]]

    @classmethod
    def of(cls, kind: InputKind, tokenizer: WordPiece | None = None) -> Self:
        """Return that of a kind of input, and of the tokenizer of models that have one."""
        if tokenizer is None:
            return cls(kind.tensor, kind.feed)
        return cls(PIECES, lambda rows, rank: tokenizer.numbers(kind.feed(rows, 1).tolist()))
