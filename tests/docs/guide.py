"""docs/gitlab.md as a list of calls: what its tables say, done on a project through the API."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.demo.forge.fixtures import ForgeServer
from tests.docs.environment import ROOT

TEXT = (ROOT / "docs" / "gitlab.md").read_text(encoding="utf-8")
CALL = re.compile(r"\| `(POST|PUT|PATCH|DELETE) (\S+?)(?: ([^`]+))?`(?: → `\$(\w+)`)? \|$")
SPAN = re.compile(r"`([^`]+)`")
FLAGS = {"true": True, "false": False}
# A reader's own choices, where the guide says what they are for.
CHOSEN = {
    "DVC_REMOTE_URL": "s3://models/perennial",
    "DVC_REVIEW_URL": "s3://models-review/perennial",
    "PERENNIAL_DATABASE_URL": "postgresql://reader:pass@db/perennial",
    "PERENNIAL_BUNDLES": "/srv/bundles",
    "PERENNIAL_URL": "https://model.example.com",
    "PYTHON_IMAGE": f"registry.example.com/python@sha256:{'1' * 64}",
    "CML_IMAGE": f"registry.example.com/cml@sha256:{'2' * 64}",
}


@dataclass(frozen=True)
class Step:
    """One call of the API; `keeps` is the name under which later ones use the token it returns."""

    method: str
    path: str
    fields: Mapping[str, Any]
    keeps: str | None = None


def steps() -> Iterator[Step]:
    """Yield the calls of the column API, from the top of the page to its end."""
    for line in TEXT.splitlines():
        if match := CALL.search(line):
            pairs = [word.partition("=") for word in shlex.split(match[3] or "")]
            fields = {name: FLAGS.get(value, value) for name, _, value in pairs}
            yield Step(match[1], match[2], fields, match[4])


def variables(*, required: bool) -> Iterator[dict[str, Any]]:
    """Yield what the table of variables says of each but REPO_TOKEN, for each environment.

    required: those in bold, or the others.
    """
    for line in TEXT.partition("\n**You set**")[2].partition("\n**Set for you**")[0].splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if len(cells) != 6 or required is not cells[0].startswith("**`"):
            continue
        name, places, masked, protected, kind = cells[0].strip("*`"), *cells[1:5]
        for place in SPAN.findall(places):
            yield {
                "key": name,
                "environment_scope": place,
                "masked": masked == "yes",
                "protected": protected == "yes" or place in SPAN.findall(protected),
                "variable_type": "file" if kind == "File" else "env_var",
            }


def follow(server: ForgeServer, token: str, *, next_year: str) -> dict[str, str]:
    """Do all that the guide says, as the Owner of the project; return the tokens by their names."""
    known = {"NEXT_YEAR": next_year}
    for step in steps():
        fields = {name: _filled(value, known) for name, value in step.fields.items()}
        path = step.path.replace(":id", "1")
        answer = server.call(step.method, path, token, json=fields or None)
        assert answer.is_success, (step, answer.text)
        if step.keeps:
            known[step.keeps] = answer.json()["token"]
    for found in variables(required=True):
        wish = found | {"value": CHOSEN[found["key"]]}
        server.project("POST", "/variables", token, json=wish)
    return known


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    if value == ":id":
        return 1
    return known[value[1:]] if isinstance(value, str) and value.startswith("$") else value
