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


class NotServing(Exception):
    """The service does not serve the bundle."""


def call(url: str, body: Any = None) -> Any:
    """Return the JSON response of a GET, or of a POST if there is a body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def check(url: str, bundle: Path) -> None:
    """Raise NotServing unless the service is ready, serves the bundle and passes its self-test."""
    text = (bundle / "manifest.json").read_bytes()
    manifest = json.loads(text)
    digest = hashlib.sha256(text).hexdigest()
    call(f"{url}/ready")
    serving = call(f"{url}/model")["digest"]
    if serving != digest:
        raise NotServing(f"/model: digest is {serving[:12]}, expected {digest[:12]}")
    test = manifest["self_test"]
    answer = call(f"{url}/predict", {"instances": [test["instance"]]})["predictions"][0]
    expected = max(test["probabilities"])
    label = manifest["labels"][test["probabilities"].index(expected)]
    if answer["label"] != label or abs(answer["confidence"] - expected) > test["tolerance"]:
        found = f"{answer['label']} at {answer['confidence']:.4f}"
        raise NotServing(
            f"/predict: the self-test row gives {found}, expected {label} at {expected:.4f}"
        )


def main(arguments: list[str] | None = None) -> int:
    """Check repeatedly until the service serves the bundle (0) or the time is up (1)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path, help="the bundle directory that must serve")
    parser.add_argument("--url", default=os.environ.get("PERENNIAL_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--seconds", type=float, default=60, help="seconds to wait (60)")
    options = parser.parse_args(arguments)
    deadline = time.monotonic() + options.seconds
    while True:
        try:
            check(options.url.rstrip("/"), options.bundle)
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
