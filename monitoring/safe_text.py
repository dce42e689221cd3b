"""Text from elsewhere, made harmless for people to read."""


def plain(text: str, longest: int = 10**6) -> str:
    """Return a text that steers neither a terminal nor a layout, whatever a label brought.

    >>> plain("red\x1b[31m"), plain("a long one", 6)
    ('red?[31m', 'a lon…')
    """
    seen = "".join(sign if sign.isprintable() else "?" for sign in text)
    return seen if len(seen) <= longest else f"{seen[: longest - 1]}…"
