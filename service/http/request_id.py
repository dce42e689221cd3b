"""The id that links a client's request to our logs: the client's if valid, else a new one."""

import itertools
import os
import re
from collections.abc import Mapping

HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_PROCESS = os.urandom(6).hex().encode()
_COUNT = itertools.count()


def request_id(headers: Mapping[bytes, bytes]) -> bytes:
    """Return the id of a request with these headers.

    >>> request_id({b"x-request-id": b"order-7"})
    b'order-7'
    >>> len(request_id({b"x-request-id": b"two words"}))
    20
    """
    given = headers.get(HEADER)
    if given is not None and _SANE.fullmatch(given):
        return given
    return _PROCESS + b"%08x" % next(_COUNT)
