"""Lineage: origin and parameters of the model, compared with main's."""

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from perennial.bundle import Bundle
from training.model.parameters import flat
from training.report.markdown import code, table
from training.report.report_inputs import Environment, ReportInputs

PARAMS = "params.yaml"
SHORT = 12  # characters of a hash
ABSENT = "not set"

# What each value of `lock` in the environment means for dvc.lock.
LOCK = {
    "current": "matched its inputs: the model is the one recorded in it",
    "stale": "did not match its inputs: the model was trained in this pipeline",
    "": "not reported by this pipeline",
}


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return where both models come from, this pipeline, and the parameters that differ."""
    here = _origin(inputs.challenger.bundle)
    if inputs.champion is None:
        origin = table(["", "here"], [list(row) for row in here.items()])
    else:
        main = _origin(inputs.champion.bundle)
        rows = [[name, main[name], value] for name, value in here.items()]
        origin = table(["", "main", "here"], rows)
    blocks = ["## Lineage", origin, table(["", "this pipeline"], _pipeline(inputs))]
    return [*blocks, *_parameters(inputs)]


def _origin(bundle: Bundle) -> dict[str, str]:
    """Return the facts in a bundle's manifest; the commit is plain text, which GitLab links."""
    found = bundle.manifest
    return {
        "version": found.version,
        "bundle": code(bundle.digest[:SHORT]),
        "trained at commit": found.commit[:SHORT],
        "data version": code(_data_version(found.data_version)),
        "framework": f"{found.framework} {found.framework_version}",
        "created": f"{found.created.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
    }


def _data_version(digest: str) -> str:
    """Return DVC's hash, short.

    >>> _data_version("55e7065db954da631712bdfb5787d517.dir")
    '55e7065db954'
    """
    return digest.removesuffix(".dir")[:SHORT]


def _pipeline(inputs: ReportInputs) -> list[list[object]]:
    given = inputs.environment
    rows: list[list[object]] = [["`dvc.lock`", _lock(given)]]
    if given.commit:
        rows.append(["commit", given.commit[:SHORT]])
    if given.pipeline:
        number = given.pipeline.rstrip("/").rpartition("/")[2]
        rows.append(["pipeline", f"[{number}]({given.pipeline})"])
    if inputs.result.incident is not None:
        rows.append(["incident", code(inputs.result.incident)])
    return rows


def _lock(given: Environment) -> str:
    text = LOCK[given.lock]
    if given.lock_commit:
        text += f", and the new lock was pushed as {given.lock_commit[:SHORT]}"
    return text


def _parameters(inputs: ReportInputs) -> list[str]:
    """Return the parameters that differ from main's, or a sentence that none does."""
    if inputs.main is None:
        return []
    before = recorded(inputs)
    if before is None:
        return ["Main's parameters are not recorded."]
    here = flat(inputs.numbers.model_dump(exclude_unset=True))
    rows: list[list[object]] = [
        [code(name), _shown(before, name), _shown(here, name)]
        for name in dict.fromkeys([*here, *before])
        if before.get(name, ABSENT) != here.get(name, ABSENT)
    ]
    if not rows:
        return ["All parameters are the same as main's."]
    return [
        f"Parameters that differ from main's ({len(rows)} of {len(here)}):",
        table(["parameter", "main", "here"], rows, numbers=2),
    ]


def recorded(inputs: ReportInputs) -> dict[str, object] | None:
    """Return main's parameters by dotted name; None if its folder does not hold them."""
    file = inputs.of_main(PARAMS)
    if file is None:
        return None
    document: Any = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return flat(document or {})


def _shown(values: Mapping[str, object], name: str) -> str:
    return code(values[name]) if name in values else ABSENT
