"""The file's `workflow`: whether a pipeline exists, and which jobs a newer commit cancels."""

from collections.abc import Mapping
from typing import Any

from demo.forge.ci.probe import Probe
from demo.forge.ci.tool import Listing
from demo.forge.errors import PipelineRefused

MODES = ("conservative", "interruptible", "none")


def matching_rule(probe: Probe, listing: Listing) -> Mapping[str, Any]:
    """Return the first rule of `workflow` that matches; an empty one where there are no rules.

    The tool takes variables from these rules, but does not mind whether they say never.
    Raises PipelineRefused where none matches, or one that says never.
    """
    rules = listing.document.get("workflow", {}).get("rules")
    if not rules:
        return {}
    variables = listing.document.get("variables", {})
    answers = probe.matches([(rule, variables) for rule in rules])
    for rule, matches in zip(rules, answers, strict=True):
        if matches and rule.get("when") != "never":
            found: Mapping[str, Any] = rule
            return found
        if matches:
            break
    raise PipelineRefused(["Pipeline filtered out by workflow rules."], broken=False)


def on_new_commit(listing: Listing, rule: Mapping[str, Any]) -> str:
    """Return which jobs of the pipeline a newer commit cancels; a rule's word comes first.

    Raises PipelineRefused.
    """
    default = listing.document.get("workflow", {}).get("auto_cancel") or {}
    mode = {**default, **(rule.get("auto_cancel") or {})}.get("on_new_commit", "conservative")
    if mode not in MODES:
        known = ", ".join(MODES)
        raise PipelineRefused([f"workflow:auto_cancel:on_new_commit must be one of: {known}"])
    return str(mode)
