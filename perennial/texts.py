"""Which texts every database can store."""

STORABLE = "Unicode text without NUL and unpaired surrogates"


def storable(text: str) -> bool:
    r"""Return whether SQLite and PostgreSQL store a text, and UTF-8 can hold it.

    >>> storable("Zoë 🙂"), storable("a\0"), storable("\ud800")
    (True, False, False)
    """
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)
