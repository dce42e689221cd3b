"""Turns the bytes of a file into text: UTF-8, UTF-16, or Windows' own encoding."""

import codecs
import re
from pathlib import Path

from perennial.errors import Described
from training.errors import BadParameter

# A mark at the beginning names the encoding.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# How files begin that are no text, and what to do about them.
OTHERS = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive; save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV"),
    (b"\x1f\x8b", "compressed; unpack it"),
)
SAMPLE = 10_000  # bytes
# Windows' encoding of Western Europe, and its letters that are others in that of Central Europe.
WINDOWS, CODEC, OTHER_CODEC = "Windows-1252", "cp1252", "cp1250"
READ, OTHERWISE = (bytes(range(128, 256)).decode(c, "replace") for c in (CODEC, OTHER_CODEC))
UNSURE = {a for a, b in zip(READ, OTHERWISE, strict=True) if a != b} - {"\ufffd"}
DIFFERENT = re.compile(f"[{''.join(sorted(UNSURE))}]")
AROUND = 20  # letters of a word, before and after


def decode(data: bytes, file: Path) -> tuple[str, str]:
    """Return the text and the name of its encoding. Raises BadParameter for what is no text.

    >>> decode("Größe;Straße".encode("cp1252"), Path("rows.csv"))
    ('Größe;Straße', 'Windows-1252')
    """
    for start, what in OTHERS:
        if data.startswith(start):
            raise BadParameter("FILE", Described(f"{file}, which is {what}"), "a CSV file")
    for mark, codec, name in MARKS:
        if data.startswith(mark):
            return _strict(data, codec, name, file), name
    if codec := _without_mark(data[:SAMPLE]):
        return _strict(data, codec, "UTF-16", file), "UTF-16"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not data[: error.start].isascii():
            line = data.count(b"\n", 0, error.start) + 1
            got = Described(f"{file}, whose byte {error.start + 1}, in line {line}, is not UTF-8")
            expected = "one encoding, as the letters before it are UTF-8"
            raise BadParameter("FILE", got, expected) from error
        return _strict(data, CODEC, WINDOWS, file), WINDOWS
    return _without_zeros(text, file), "UTF-8"


def encoding_doubts(text: str, encoding: str) -> tuple[str, ...]:
    """Return what to look at where other encodings make other letters of the same bytes.

    >>> encoding_doubts("Größe", "Windows-1252"), encoding_doubts("crème", "UTF-8")
    ((), ())
    >>> encoding_doubts("Größe;crème;thé", "Windows-1252")
    ("not UTF-8, so read as Windows-1252, such as 'crème'; if this is wrong, save it as UTF-8",)
    """
    found = DIFFERENT.search(text) if encoding == WINDOWS else None
    if found is None:
        return ()
    start, end = found.span()
    before = re.search(r"\w*$", text[max(0, start - AROUND) : start])
    after = re.match(r"\w*", text[end : end + AROUND])
    word = "".join([before[0] if before else "", found[0], after[0] if after else ""])
    return (
        f"not UTF-8, so read as {WINDOWS}, such as {word!r}; if this is wrong, save it as UTF-8",
    )


def _without_mark(sample: bytes) -> str:
    """Return the codec of UTF-16 without a mark: every other byte of Western text is 0."""
    half = max(1, len(sample) // 2)
    low, high = sample[1::2].count(0) / half, sample[::2].count(0) / half
    if max(low, high) < 0.4:
        return ""
    return "utf-16-le" if low > high else "utf-16-be"


def _strict(data: bytes, codec: str, name: str, file: Path) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        got = Described(f"{file}, whose byte {error.start + 1} is none of {name}")
        raise BadParameter("FILE", got, "text in UTF-8, UTF-16 or Windows-1252") from error
    return _without_zeros(text, file)


def _without_zeros(text: str, file: Path) -> str:
    """Return a text. Raises BadParameter where no database could store it."""
    if "\0" in text:
        raise BadParameter("FILE", Described(f"{file}, which has zero bytes"), "a CSV file")
    return text
