"""GitLab's own JSON schema of pipeline files, as gitlab-ci-local carries it."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from demo.workspace import ROOT

PROGRAM = ROOT / "node_modules" / "gitlab-ci-local" / "dist" / "index.js"
ID = '$id:"https://gitlab.com/.gitlab-ci.yml"'


@cache
def load() -> dict[str, Any]:
    """Return the schema; it stands in the program's bundle as a JavaScript literal."""
    code = PROGRAM.read_text()
    literal = _braces(code, code.rindex("{", 0, code.index(ID)))
    print_it = f"process.stdout.write(JSON.stringify({literal}))"
    node = Path(sys.executable).with_name("node")
    done = subprocess.run([node, "-"], input=print_it, capture_output=True, text=True, check=True)
    schema: dict[str, Any] = json.loads(done.stdout)
    return schema


def _braces(code: str, start: int) -> str:
    """Return the literal that opens at `start`, strings skipped."""
    depth, quote, place = 0, "", start
    while True:
        sign = code[place]
        if quote:
            if sign == "\\":
                place += 1
            elif sign == quote:
                quote = ""
        elif sign in "\"'`":
            quote = sign
        else:
            depth += (sign == "{") - (sign == "}")
            if depth == 0:
                return code[start : place + 1]
        place += 1
