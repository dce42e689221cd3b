"""Check over HTTP that a service serves a given bundle; every deploy target calls this."""

import argparse
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

KEY = "PERENNIAL_API_KEY"
KEY_REFUSED = 3


class NotServing(Exception):
    """The service does not serve the bundle."""


class KeyRefused(Exception):
    """The service does not take the key, which says nothing about the bundle it serves."""


def call(url: str, body: Any = None, *, key: str = "") -> Any:
    """Return the JSON response of a GET, or of a POST if there is a body.

    key: an API key of the service; a redirection does not carry it to another address.
    Raises KeyRefused where it is missing or wrong, or no header can hold it.
    """
    if not all("!" <= character <= "~" for character in key):
        # urllib's error would print it into the job's log.
        raise KeyRefused(f"{KEY}: got a hidden value, expected ASCII without spaces or line breaks")
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    if key:
        request.add_unredirected_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code not in (401, 403):
            raise
        which = f"{KEY} is not set" if not key else f"the key in {KEY} is refused"
        problem = f"{which}, expected a key with the role predict ({error.code})"
        raise KeyRefused(f"{url}: {problem}") from error


def check(url: str, bundle: Path, *, key: str = "") -> None:
    """Raise NotServing unless the service is ready, serves the bundle and passes its self-test."""
    text = (bundle / "manifest.json").read_bytes()
    manifest = json.loads(text)
    digest = hashlib.sha256(text).hexdigest()
    call(f"{url}/ready")
    serving = call(f"{url}/model", key=key)
    if serving["digest"] != digest:
        task, other = manifest["task"], serving["manifest"]["task"]
        if task != other:
            own = f"in pipelines PERENNIAL_URL_{task} is the address of {task}'s own service"
            raise NotServing(f"/model: task is {other}, expected {task}; {own}")
        raise NotServing(f"/model: digest is {serving['digest'][:12]}, expected {digest[:12]}")
    test = manifest["self_test"]
    row = {"instances": [test["instance"]]}
    answer = call(f"{url}/predict", row, key=key)["predictions"][0]
    for name, expected in expected_answer(manifest).items():
        if not same(answer[name], expected, test["tolerance"]):
            problem = f"{name} is {answer[name]!r}, expected {expected!r}"
            raise NotServing(f"/predict: of the answer to the self-test row, {problem}")


def expected_answer(manifest: Any) -> dict[str, Any]:
    """Return what a client must get for the self-test row."""
    test = manifest["self_test"]
    if "answer" in test:
        return dict(test["answer"])
    best = max(test["probabilities"])  # a bundle of format 2
    label = manifest["labels"][test["probabilities"].index(best)]
    return {"label": label, "confidence": best}


def same(found: Any, expected: Any, tolerance: float) -> bool:
    """Return whether two values are equal, numbers within the tolerance."""
    if isinstance(expected, float):
        return bool(abs(found - expected) <= tolerance)
    return bool(found == expected)


def main(arguments: list[str] | None = None) -> int:
    """Check until the service serves the bundle (0), the time is up (1) or it refuses the key."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=f"{KEY}: an API key with the role predict, where there are keys"
    )
    parser.add_argument("bundle", type=Path, help="the bundle directory that must serve")
    parser.add_argument("--url", default=os.environ.get("PERENNIAL_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--seconds", type=float, default=60, help="seconds to wait (60)")
    options = parser.parse_args(arguments)
    key = os.environ.get(KEY, "")
    deadline = time.monotonic() + options.seconds
    while True:
        try:
            check(options.url.rstrip("/"), options.bundle, key=key)
        except KeyRefused as error:
            print(f"not verified: {error}", file=sys.stderr)
            return KEY_REFUSED
        except (OSError, HTTPException, LookupError, TypeError, ValueError, NotServing) as error:
            if time.monotonic() > deadline:
                reason = " ".join(str(error).split()) or type(error).__name__
                print(f"not serving after {options.seconds:.0f} s: {reason}", file=sys.stderr)
                return 1
            time.sleep(0.5)
        else:
            print(f"{options.url} serves {options.bundle} and passes its self-test")
            return 0


if __name__ == "__main__":
    sys.exit(main())
