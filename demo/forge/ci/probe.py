"""Evaluates rules by giving the tool a file with one job for each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.forge.ci.tool import Tool, Workplace

# A rule, and the variables that it sees.
Question = tuple[Mapping[str, Any], Mapping[str, object]]


@dataclass(frozen=True)
class Probe:
    """Evaluates rules as in a pipeline of this checkout.

    changes: evaluate rules:changes.
    """

    tool: Tool
    place: Workplace
    changes: bool

    def matches(self, rules: Sequence[Question]) -> list[bool]:
        """Tell which of several rules match; all at once, since each call of the tool costs."""
        if not rules:
            return []
        file = self.place.state / "probe.json"
        questions = {
            f"probe-{number}": {
                "rules": [{**_condition(rule), "when": "always"}],
                "variables": variables,
                "script": [":"],
            }
            for number, (rule, variables) in enumerate(rules)
        }
        file.write_text(json.dumps(questions))
        listing = self.tool.read(self.place, file=file, changes=self.changes, schema=False)
        return [job["when"] != "never" for job in listing.jobs]


def _condition(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: rule[key] for key in ("if", "changes", "exists") if key in rule}
