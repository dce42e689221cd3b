"""Fetches a file over HTTP: a transfer that breaks off goes on where it stopped."""

import sys
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from training.errors import DataRefused

Say = Callable[[str], None]

ATTEMPTS = 5
PAUSE_SECONDS = 1.0  # before the second attempt; then twice as long each time
TIMEOUT_SECONDS = 30
BLOCK_BYTES = 1 << 16
PARTIAL, UNSATISFIABLE = 206, 416
# Answers that may be others a moment later.
PASSING = {408, UNSATISFIABLE, 425, 429, 500, 502, 503, 504}


def show(text: str) -> None:
    """Print a line; at a terminal, progress replaces itself."""
    end = "\r" if text.endswith("%") and sys.stderr.isatty() else "\n"
    print(text, end=end, file=sys.stderr, flush=True)


def download(
    url: str,
    target: Path,
    *,
    say: Say = show,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Write what an address has to a file that is not there yet, and say how far it is.

    Raises DataRefused where the address does not have it, or the last attempt failed.
    """
    pause = PAUSE_SECONDS
    for attempt in range(1, attempts + 1):
        try:
            _transfer(url, target, say)
            return
        except HTTPError as error:
            problem = f"{error.code} {error.reason}"
            if error.code not in PASSING:
                raise DataRefused(f"{url}: got {problem}, expected a file") from error
        except (OSError, HTTPException) as error:
            problem = str(getattr(error, "reason", error)) or type(error).__name__
        if attempt < attempts:
            say(f"{url}: {problem}; attempt {attempt + 1} of {attempts} in {pause:g} s")
            sleep(pause)
            pause *= 2
    raise DataRefused(f"{url}: {problem}, after {attempts} attempts")


def _transfer(url: str, target: Path, say: Say) -> None:
    """Fetch what is still missing. Raises OSError, HTTPException."""
    there = target.stat().st_size if target.exists() else 0
    request = Request(url, headers={"Range": f"bytes={there}-"} if there else {})
    try:
        answer: HTTPResponse = urlopen(request, timeout=TIMEOUT_SECONDS)
    except HTTPError as error:
        if error.code == UNSATISFIABLE:  # other bytes than those that were begun
            target.unlink()
        raise
    with answer:
        there = there if answer.status == PARTIAL else 0
        length = answer.headers["Content-Length"]
        whole = there + int(length) if length else None
        with target.open("ab" if there else "wb") as file:
            _copy(answer, file.write, there, whole, say)
    size = target.stat().st_size
    if whole is not None and size < whole:
        raise ConnectionError(f"the file ended after {size} of {whole} bytes")


def _copy(
    answer: HTTPResponse, write: Callable[[bytes], object], there: int, whole: int | None, say: Say
) -> None:
    said = -1
    while block := answer.read(BLOCK_BYTES):
        write(block)
        there += len(block)
        tenths = 10 * there // whole if whole else -1
        if tenths > said:
            said = tenths
            say(f"{there / 1e6:.1f} of {(whole or there) / 1e6:.1f} MB, {10 * tenths} %")
