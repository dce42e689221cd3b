"""Verdict: the verdict, its reasons, and what the reviewer should do."""

from pathlib import Path

from perennial.verdicts import Verdict
from training.gate.figures import places_beside
from training.report.markdown import code, interval
from training.report.report_inputs import Environment, ReportInputs
from training.task.files import params_file

SIGNS = {Verdict.PROMOTE: "✅", Verdict.KEEP: "➖", Verdict.BLOCK: "⛔"}

# What the reviewer should do, by verdict.
ADVICE = {
    Verdict.PROMOTE: (
        "Merging deploys this model. First check under Mistakes and Slices whether it got worse on "
        "some group of rows."
    ),
    Verdict.KEEP: (
        "Merge this for its code or data, not for its model: the difference may be chance."
    ),
    Verdict.BLOCK: (
        "Do not merge this as it is. Mistakes and Slices show where the model is worse, Data and "
        "Lineage which rows and parameters changed."
    ),
}
SAME = "Merging does not change the deployed model."
FIRST = "Merging deploys the first model; each later one is compared with its predecessor."


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return the title, the verdict in one line with its reasons, and what to do."""
    manifest = inputs.challenger.bundle.manifest
    verdict = inputs.result.decision.verdict
    title = f"# {manifest.task} {manifest.version}"
    if inputs.champion is not None:
        title += f" against main's {inputs.champion.bundle.manifest.version}"
    reasons = "; ".join(inputs.result.decision.reasons)
    blocks = [title, f"{SIGNS[verdict]} **Verdict: {verdict}** — {reasons}."]
    if inputs.environment.lock == "stale":
        blocks.append(_trained_here(inputs.environment))
    return [*blocks, _advice(inputs), *_number_taken(inputs)]


def _number_taken(inputs: ReportInputs) -> list[str]:
    """Return what to do if another bundle already has this version number."""
    if inputs.champion is None or inputs.same:
        return []
    version = inputs.challenger.bundle.manifest.version
    if version != inputs.champion.bundle.manifest.version:
        return []
    return [
        f"**Before merging** raise `export.version` in {code(params_file(inputs.task))} and run "
        f"`dvc repro -P`: main's model already has the version {code(version)}."
    ]


def _trained_here(environment: Environment) -> str:
    """Return why this pipeline trained, and where its lock is."""
    text = "`dvc.lock` did not match its inputs, so training ran in this pipeline"
    if not environment.lock_commit:
        return f"{text}; no new lock was pushed."
    lock = code(environment.lock_commit[:12])
    branch = f" {code(environment.branch)}" if environment.branch else ""
    pushed = f"the new lock was pushed to the branch{branch} as {lock}"
    return f"{text} and {pushed}: pull before you push again."


def _advice(inputs: ReportInputs) -> str:
    verdict = inputs.result.decision.verdict
    if inputs.same:
        return SAME
    if inputs.champion is None and verdict is Verdict.PROMOTE:
        return FIRST
    if verdict is Verdict.KEEP:
        return f"{ADVICE[verdict]}{_resolution(inputs)}"
    return ADVICE[verdict]


def _resolution(inputs: ReportInputs) -> str:
    """Return the interval of the difference that these rows cannot rule out."""
    result, test = inputs.result, inputs.output.loss_test
    found = result.fresh or result.base
    if found is None or found.difference is None:
        return ""
    low, high = test.factor * found.difference.low, test.factor * found.difference.high
    bounds = interval(low, high, 1 if test.step else places_beside(found))
    return (
        f" On these {found.rows:,} rows the {1 - result.level:.0%} interval of the difference in "
        f"{inputs.headline.title} is {bounds} {test.step or inputs.metric.unit}."
    )
