"""Section 1: the verdict, its reasons, and what a reviewer does with it."""

from pathlib import Path

from training.report.source import Source

# Verdict to what follows from it for the reviewer.
ADVICE = {
    "promote": "Merge it: the new model is better where it was asked to be, and loses nothing.",
    "keep": "Main's model is as good. Merge for the code's or the data's sake, not the model's.",
    "block": "Do not merge as it is: the reasons above say what to repair.",
}


def section(source: Source, out: Path) -> list[str]:
    """Return the title, the verdict in one line, its reasons, and advice."""
    manifest = source.challenger.bundle.manifest
    decision = source.result.decision
    blocks = [
        f"# {manifest.task} {manifest.version}",
        f"**Verdict: {decision.verdict}** — {'; '.join(decision.reasons)}.",
    ]
    return [*blocks, ADVICE[decision.verdict]]
