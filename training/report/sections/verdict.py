"""The verdict, its reasons, and what a reviewer does with it."""

from pathlib import Path

from training.gate.result import GateResult
from training.report.markdown import code, interval
from training.report.source import Environment, Source

SIGNS = {"promote": "✅", "keep": "➖", "block": "⛔"}

# Verdict to what follows from it for the reviewer.
ADVICE = {
    "promote": (
        "Merging deploys this model. Before that, see under Mistakes and Slices whether some label "
        "or source pays for the average."
    ),
    "keep": (
        "Merge for the sake of the code or the data, not of the model: what differs is within "
        "chance."
    ),
    "block": (
        "Do not merge it like this. Mistakes and Slices show where it loses, Data and Lineage what "
        "changed: rows, parameters."
    ),
}
SAME = "Merging leaves the model that serves as it is."
FIRST = "Merging deploys the first model; from then on each one is compared with its predecessor."


def section(source: Source, out: Path) -> list[str]:
    """Return the title, the verdict in one line with its reasons, and what to do."""
    manifest = source.challenger.bundle.manifest
    verdict = source.result.decision.verdict
    title = f"# {manifest.task} {manifest.version}"
    if source.champion is not None:
        title += f" against main's {source.champion.bundle.manifest.version}"
    reasons = "; ".join(source.result.decision.reasons)
    blocks = [title, f"{SIGNS[verdict]} **Verdict: {verdict}** — {reasons}."]
    if source.environment.lock == "stale":
        blocks.append(_trained_here(source.environment))
    return [*blocks, _advice(source), *_number_taken(source)]


def _number_taken(source: Source) -> list[str]:
    """Return what to do where another bundle has this version number already."""
    if source.champion is None or source.same:
        return []
    version = source.challenger.bundle.manifest.version
    if version != source.champion.bundle.manifest.version:
        return []
    return [
        f"**Before merging** raise {code(source.task + '.export.version')} in `params.yaml` and "
        f"run `dvc repro`: main's model is {code(version)} already, and a number names one bundle."
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


def _advice(source: Source) -> str:
    verdict = source.result.decision.verdict
    if source.same:
        return SAME
    if source.champion is None and verdict == "promote":
        return FIRST
    if verdict == "keep":
        return f"{ADVICE[verdict]}{_resolution(source.result)}"
    return ADVICE[verdict]


def _resolution(result: GateResult) -> str:
    """Return how much these rows could have hidden."""
    found = result.fresh or result.base
    if found is None or found.difference is None:
        return ""
    low, high = 100 * found.difference.low, 100 * found.difference.high
    bounds = interval(low, high, 1)
    return (
        f" These {found.rows} rows leave {bounds} percentage points of accuracy open "
        f"({1 - result.level:.0%} interval)."
    )
