"""WordPiece: texts as the numbers of their pieces, as tokenizer.json says, in training and service.

It does what the `tokenizers` package does with a file of uncased BERT, in a hundredth of its size.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.normal_form import normal_form

FILE = "tokenizer.json"
PADDING, UNKNOWN, START, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
INSIDE = "##"  # in front of a piece that does not begin a word
LONGEST_WORD = 100  # characters; a longer word is unknown
REMEMBERED = 100_000  # words; a client could send any number of different ones
# Where words of Chinese characters would be looked for in vain: each is a word.
IDEOGRAPHS = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)
ASCII_SYMBOLS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
EXPECTED: Mapping[str, Any] = {
    "model": {
        "type": "WordPiece",
        "unk_token": UNKNOWN,
        "continuing_subword_prefix": INSIDE,
        "max_input_chars_per_word": LONGEST_WORD,
    },
    "normalizer": {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": True,
        "strip_accents": None,
        "lowercase": True,
    },
    "pre_tokenizer": {"type": "BertPreTokenizer"},
}


@dataclass(frozen=True)
class WordPiece:
    """A vocabulary, and how many pieces of a text count, [CLS] and [SEP] among them.

    >>> vocabulary = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "oil": 4, "##s": 5, "$": 6}
    >>> WordPiece(vocabulary, 8).numbers(["Oils: $", "oil"]).tolist()
    [[2, 4, 5, 1, 6, 3], [2, 4, 3, 0, 0, 0]]
    """

    vocabulary: Mapping[str, int]
    most: int

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a tokenizer.json. Raises ValueError for one of another kind."""
        return cls.of(json.loads(path.read_bytes()))

    @classmethod
    def of(cls, document: Any) -> Self:
        """Return the tokenizer of a document of the `tokenizers` package. Raises ValueError."""
        if not isinstance(document, dict):
            raise ValueError(f"got {type(document).__name__}, expected an object")
        for part, wanted in EXPECTED.items():
            found = document.get(part)
            for key, value in wanted.items():
                got = found.get(key) if isinstance(found, dict) else None
                if got != value or isinstance(got, bool) != isinstance(value, bool):
                    raise ValueError(f"{part}.{key}: got {got!r}, expected {value!r}")
        vocabulary, most = document["model"].get("vocab"), document.get("truncation")
        if not _is_vocabulary(vocabulary):
            raise ValueError("model.vocab: expected whole numbers by pieces, [PAD] being 0")
        length = most.get("max_length") if isinstance(most, dict) else None
        if not isinstance(length, int) or not 2 < length <= 4096:
            raise ValueError(f"truncation.max_length: got {length!r}, expected from 3 to 4096")
        return cls(vocabulary, length)

    def document(self) -> dict[str, Any]:
        """Return what `of` takes, and the `tokenizers` package too."""
        special = [PADDING, UNKNOWN, START, END]
        added = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
        ends = {name: {"SpecialToken": {"id": name, "type_id": 0}} for name in (START, END)}
        return {
            "version": "1.0",
            "truncation": {"max_length": self.most, "strategy": "LongestFirst", "stride": 0}
            | {"direction": "Right"},
            "padding": None,
            "added_tokens": [
                {"id": self.vocabulary[name], "content": name, "special": True, **added}
                for name in special
            ],
            **{part: dict(wanted) for part, wanted in EXPECTED.items() if part != "model"},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [ends[START], {"Sequence": {"id": "A", "type_id": 0}}, ends[END]],
                "pair": [ends[START], {"Sequence": {"id": "A", "type_id": 0}}, ends[END]]
                + [{"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {
                    name: {"id": name, "ids": [self.vocabulary[name]], "tokens": [name]}
                    for name in (START, END)
                },
            },
            "decoder": None,
            "model": {**EXPECTED["model"], "vocab": dict(self.vocabulary)},
        }

    def write(self, path: Path) -> None:
        """Write it as tokenizer.json."""
        text = json.dumps(self.document(), ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")

    def numbers(self, texts: Iterable[str]) -> NDArray[np.int64]:
        """Return the numbers of the pieces of texts, shape (texts, pieces), 0 beyond a text."""
        rows = [self._row(text) for text in texts]
        found = np.zeros((len(rows), max(map(len, rows), default=2)), np.int64)
        for place, row in enumerate(rows):
            found[place, : len(row)] = row
        return found

    def _row(self, text: str) -> list[int]:
        pieces: list[int] = []
        for word in words(text):
            pieces += self._pieces_of(word)
            if len(pieces) >= self.most - 2:
                break
        vocabulary = self.vocabulary
        return [vocabulary[START], *pieces[: self.most - 2], vocabulary[END]]

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        known = self._known.get(word)
        if known is None:
            known = self._split(word)
            if len(self._known) < REMEMBERED and len(word) <= LONGEST_WORD:
                self._known[word] = known
        return known

    def _split(self, word: str) -> tuple[int, ...]:
        """Return the longest pieces from the left, or the unknown one where that leads nowhere."""
        pieces: list[int] = []
        start, size = 0, len(word)
        while start < size <= LONGEST_WORD:
            prefix = INSIDE if start else ""
            ends = range(min(size, start + self._longest), start, -1)
            end = next((e for e in ends if prefix + word[start:e] in self.vocabulary), None)
            if end is None:
                return (self.vocabulary[UNKNOWN],)
            pieces.append(self.vocabulary[prefix + word[start:end]])
            start = end
        return tuple(pieces) if pieces else (self.vocabulary[UNKNOWN],)

    @cached_property
    def _known(self) -> dict[str, tuple[int, ...]]:
        return {}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.vocabulary))


def _is_vocabulary(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and all(isinstance(number, int) for number in found.values())
        and {UNKNOWN, START, END} <= set(found)
        and found.get(PADDING) == 0
        and min(found.values()) == 0
    )


def words(text: str) -> Iterator[str]:
    """Yield words without accents in lower case, and each symbol and ideograph by itself.

    >>> list(words("Zürich's 語-ok"))
    ['zurich', "'", 's', '語', '-', 'ok']
    """
    spaced = text.translate(_CLEANED)
    plain = "".join(mark for mark in normal_form(spaced, "NFD") if not _is_mark(mark))
    return iter(plain.translate(_LOWERED).split())


def _is_mark(character: str) -> bool:
    return character > "\u02ff" and unicodedata.category(character) == "Mn"


class _Table(dict[int, str | int | None]):
    """What becomes of each character; looked up once for those below 0x10000."""

    def __init__(self, becomes: Callable[[str], str | int | None]) -> None:
        super().__init__()
        self._becomes = becomes

    def __missing__(self, code: int) -> str | int | None:
        found = self._becomes(chr(code))
        if code < 0x10000:
            self[code] = found
        return found


def _cleaned(character: str) -> str | int | None:
    """Return a space for white space and around ideographs; None drops control characters."""
    code, category = ord(character), unicodedata.category(character)
    if character in "\t\n\r" or character.isspace() and category == "Zs":
        return " "
    if code in (0, 0xFFFD) or category in ("Cc", "Cf", "Co"):
        return None
    ideograph = any(low <= code <= high for low, high in IDEOGRAPHS)
    return f" {character} " if ideograph else code


def _lowered(character: str) -> str:
    """Return a letter in lower case, and punctuation and ASCII's symbols between spaces."""
    symbol = character in ASCII_SYMBOLS or unicodedata.category(character)[0] == "P"
    return f" {character} " if symbol else character.lower()


_CLEANED, _LOWERED = _Table(_cleaned), _Table(_lowered)
