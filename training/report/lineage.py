"""Section 9: where the model comes from."""

from pathlib import Path

from training.markdown import table
from training.report.source import Source


def section(source: Source, out: Path) -> list[str]:
    """Return where the model comes from."""
    new = source.challenger.bundle
    rows: list[list[object]] = [
        ["version", new.manifest.version],
        ["bundle digest", f"`{new.digest}`"],
        ["commit", f"`{new.manifest.commit}`"],
        ["data version", f"`{new.manifest.data_version}`"],
        ["created", new.manifest.created.isoformat(timespec="seconds")],
    ]
    if source.champion is not None:
        old = source.champion.bundle
        rows.append(["champion", f"{old.manifest.version}, `{old.digest}`"])
    if source.result.incident is not None:
        rows.append(["incident", f"`{source.result.incident}`"])
    if source.environment.pipeline:
        rows.append(["pipeline", source.environment.pipeline])
    return ["## Lineage", table(["", ""], rows)]
