"""The id that links a client's request to our logs: the client's if valid, else a new one."""

import itertools
import os
import re
from collections.abc import Iterable

HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_PROCESS = os.urandom(6).hex().encode()
_COUNT = itertools.count()


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the id of a request with these headers.

    >>> request_id([(b"x-request-id", b"order-7")])
    b'order-7'
    >>> len(request_id([(b"x-request-id", b"two words")]))
    20
    """
    for name, value in headers:
        if name == HEADER and _SANE.fullmatch(value):
            return value
    return _PROCESS + b"%08x" % next(_COUNT)
