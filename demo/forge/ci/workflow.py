"""The file's `workflow`: whether a pipeline exists, and which jobs a newer commit cancels."""

from collections.abc import Mapping, Sequence
from typing import Any

from demo.forge.ci.probe import Question
from demo.forge.ci.tool import Listing
from demo.forge.errors import PipelineRefused

MODES = ("conservative", "interruptible", "none")


def workflow_rules(listing: Listing) -> list[Question]:
    """Return the rules of `workflow`, each with the variables that it sees."""
    variables = listing.document.get("variables", {})
    return [(rule, variables) for rule in listing.document.get("workflow", {}).get("rules") or ()]


def matching_rule(rules: Sequence[Question], answers: Sequence[bool]) -> Mapping[str, Any]:
    """Return the first rule of `workflow` that matches; an empty one where there are no rules.

    The tool takes variables from these rules, but does not mind whether they say never.
    Raises PipelineRefused where none matches, or one that says never.
    """
    if not rules:
        return {}
    for (rule, _), matches in zip(rules, answers, strict=True):
        if matches and rule.get("when") != "never":
            return rule
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
