"""Read `{"instances": [...]}`: plain numbers in one vectorised step, the rest value by value."""

from typing import Any

import numpy as np

from perennial.errors import Described, InvalidInput
from perennial.http.errors import TooLarge
from perennial.kinds.input_kind import FIELD, InputKind
from perennial.kinds.reading import LARGEST
from perennial.kinds.sensitive import Pseudonym
from perennial.plural import plural
from perennial.signals import Rows
from service.http.document import Pairs, once, pairs_of, read
from service.pseudonyms import EXPECTED, is_subject

# The optional field that names the person, or the thing, whom all instances are about.
SUBJECT = "subject"
# The two quotes around the field's name; more quotes mean strings or other fields.
_QUOTES = 2
_WHITE_SPACE = b" \t\r\n"
_LARGEST_SQUARE = LARGEST**2
_QUOTED = f'"{FIELD}"'.encode()


def parse(
    body: bytes, *, schema: InputKind, limit: int, pseudonym: Pseudonym | None = None
) -> tuple[Rows, list[bytes], str | None]:
    """Return the rows, shape (rows, *schema.shape), each instance as JSON for the store, and whom
    they are about, None if the request does not say.

    limit: maximum number of instances in a request.  pseudonym: gives what is stored of a sensitive
    value that is hashed; without it, nothing is.
    Raises MalformedJson, TooLarge or InvalidInput, naming the field such as `instances[3][0]`.
    """
    document = read(body)
    instances = _instances(document, limit)
    subject = _subject(document) if len(document) > 1 else None
    rows = None
    if schema.plain and subject is None:
        rows = _fast(body, instances, schema.shape)
    if rows is None:
        rows = schema.read(instances)
        _check_names(body, document)
    elif len(instances) == 1:
        # Between brackets there are only numbers: without white space they are compact.
        sent = body[body.index(b"[") + 1 : body.rindex(b"]")].translate(None, _WHITE_SPACE)
        return rows, [schema.stored(instances[0], sent=sent)], None
    texts = [schema.stored(instance, pseudonym=pseudonym) for instance in instances]
    return rows, texts, subject


def _instances(document: Any, limit: int) -> list[Any]:
    if type(document) is not dict:
        kind = Described(type(document).__name__)
        raise InvalidInput("body", kind, 'an object {"instances": [...]}')
    if FIELD not in document:
        raise InvalidInput(FIELD, None, "a list of instances; the field is missing")
    if len(document) > 1 and (unknown := document.keys() - {FIELD, SUBJECT}):
        name = min(unknown)
        known = f"no such field; known are {FIELD!r} and {SUBJECT!r}"
        raise InvalidInput(name, Described(type(document[name]).__name__), known)
    instances = document[FIELD]
    if type(instances) is not list or not instances:
        kind = Described(type(instances).__name__ if instances else repr(instances))
        raise InvalidInput(FIELD, kind, "a list of at least one instance")
    if len(instances) > limit:
        raise TooLarge(FIELD, Described(f"{len(instances)} instances"), f"at most {limit}")
    return instances


def _subject(document: dict[str, Any]) -> str:
    """Return whom a request is about. Raises InvalidInput, which does not repeat it."""
    subject = document[SUBJECT]
    if type(subject) is not str:
        raise InvalidInput(SUBJECT, Described(type(subject).__name__), EXPECTED)
    if not is_subject(subject):
        raise InvalidInput(SUBJECT, Described(plural(len(subject), "character")), EXPECTED)
    return subject


def _fast(body: bytes, instances: list[Any], shape: tuple[int, ...]) -> Rows | None:
    """Return the rows, or None where a value may be wrong: numpy reads "1", true, null as floats.

    In a body whose only string is `instances`, a `u` or `l` means true, false or null. If the sum
    of squares is not over float32's largest number squared, every value is a float32.
    """
    if body.count(b'"') != _QUOTES or b"u" in body or b"l" in body:
        return None
    try:
        exact = np.array(instances, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return None
    if exact.shape[1:] != shape or not np.vdot(exact, exact) <= _LARGEST_SQUARE:
        return None
    rows: Rows = exact.astype(np.float32)
    return rows


def _check_names(body: bytes, document: dict[str, Any]) -> None:
    """Refuse an object that has a name twice, of which parsers keep the last.

    Each name has a colon: if there are as many as names, none occurs twice. Texts may have more.
    """
    colons = body.count(b":")
    if colons == 1:
        return
    names = sum(len(instance) for instance in document[FIELD] if type(instance) is dict)
    names += len(document) - 1
    if colons == names + 1 or (not names and body.count(_QUOTED) == 1):
        return
    pairs = pairs_of(body)
    once(pairs, "")
    for index, instance in enumerate(dict(pairs)[FIELD]):
        if isinstance(instance, Pairs):
            once(instance, f"{FIELD}[{index}].")
