"""Cost: training, bundle size and time to answer, compared with main's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perennial.bundle import Bundle
from perennial.plural import plural
from training.artifacts.files import read_json
from training.cost.latency import ROUNDS, Latency
from training.report.markdown import code, table
from training.report.report_inputs import ReportInputs
from training.report.units import Format, duration, energy, ratio, size

TRAINING = "model/training.json"
MISSING = "not recorded"

# Name, metric and unit, by key of training.json's cost.
OF_TRAINING: dict[str, tuple[str, str, Format]] = {
    "wall_seconds": ("training, wall time", "training_seconds", duration),
    "cpu_seconds": ("training, CPU time", "training_cpu_seconds", duration),
    "memory_peak_bytes": ("training, peak memory", "training_memory_bytes", size),
    "gpu_seconds_busy": ("GPU busy", "training_gpu_seconds", duration),
    "gpu_memory_peak_bytes": ("GPU, peak memory", "training_gpu_memory_bytes", size),
    "energy_joules_estimate": ("training, energy estimate", "training_energy_joules", energy),
}


@dataclass(frozen=True)
class Figure:
    """One figure of both models, in its base unit; None if it was not recorded.

    name: in the report.  metric: name in metrics.txt, ending with the unit.
    labels: the metric's, in metrics.txt.
    """

    name: str
    metric: str
    text: Format
    here: float | None
    main: float | None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> tuple[str, str, str]:
        """Main's figure, this one, and their ratio."""
        main, here = (MISSING if one is None else self.text(one) for one in (self.main, self.here))
        if self.main is None or self.here is None:
            return main, here, ""
        return main, here, ratio(self.here, self.main)


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return a table of all figures and how they were measured."""
    rows: list[list[object]] = []
    for one in cost_figures(inputs):
        main, here, times = one.cells
        rows.append([one.name, here] if inputs.champion is None else [one.name, main, here, times])
    head = ["", "here"] if inputs.champion is None else ["", "main", "here", "here / main"]
    blocks = ["## Cost", table(head, rows, numbers=len(head) - 1), *_trained(inputs)]
    return [*blocks, _measured(inputs)]


def cost_figures(inputs: ReportInputs) -> list[Figure]:
    """Return every figure of this model and of main's; a GPU's only if either used one."""
    here, main = _cost(inputs.folder / TRAINING), _cost(inputs.of_main(TRAINING))
    found = [
        Figure(name, metric, text, here.get(key), main.get(key))
        for key, (name, metric, text) in OF_TRAINING.items()
    ]
    used = [one for one in found if one.name[:3] != "GPU" or (one.here, one.main) != (None, None)]
    before = None if inputs.champion is None else _bytes(inputs.champion.bundle)
    bundle = Figure("bundle size", "bundle_bytes", size, _bytes(inputs.challenger.bundle), before)
    return [*used, bundle, *_latency(inputs)]


def _cost(file: Path | None) -> dict[str, float | None]:
    """Return the recorded figures of a training; an older version may lack some."""
    if file is None:
        return {}
    document = read_json(file)
    cost = document.get("cost") or {}
    gpu = {f"gpu_{key}": value for key, value in (cost.get("gpu") or {}).items()}
    return {"wall_seconds": document.get("seconds"), **cost, **gpu}


def _bytes(bundle: Bundle) -> int:
    return sum(file.stat().st_size for file in bundle.path.iterdir())


def _latency(inputs: ReportInputs) -> list[Figure]:
    here = inputs.latency[0]
    main = inputs.latency[1] if inputs.champion is not None else (None,) * len(here)
    found = []
    for one, before in zip(here, main, strict=True):
        name = f"answer to {plural(one.rows, 'row')}"
        asked = {"rows_per_call": str(one.rows)}
        for percent in (50, 99):
            both = _seconds(one, percent), _seconds(before, percent)
            labels = asked | {"percentile": str(percent)}
            found.append(Figure(f"{name}, p{percent}", "latency_seconds", duration, *both, labels))
    return found


def _seconds(latency: Latency | None, percent: int) -> float | None:
    if latency is None:
        return None
    return latency.p50 if percent == 50 else latency.p99


def _trained(inputs: ReportInputs) -> list[str]:
    """Return what each model was trained with and on, and how its energy was estimated."""
    texts = []
    models = {"Here": inputs.folder / TRAINING, "Main": inputs.of_main(TRAINING)}
    for name, file in models.items():
        if file is None:
            continue
        document = read_json(file)
        cost = document.get("cost")
        text = f"{name}: {code(document['model'])} by {document['framework']}"
        text += f" {document['framework_version']}"
        if cost:
            device = (cost["gpu"] or {}).get("name", cost["device"])
            text += f", on {code(device)} in {cost['precision']}; energy from {_basis(cost)}"
        texts.append(f"{text}{_window(document)}.")
    return texts


def _window(document: Mapping[str, Any]) -> str:
    """Return how far back a retrain learned from, where it chose; see training/stages/window.py."""
    windows = document.get("windows")
    if not windows:
        return ""
    rows, all_rows = document["rows"], max(map(int, windows))
    which = f"all {rows:,}" if rows == all_rows else f"the latest {rows:,} of {all_rows:,}"
    return f"; of {len(windows)} windows it learned from {which} training rows, which lost least"


def _basis(cost: Mapping[str, Any]) -> str:
    """Return the assumptions of the estimate."""
    return f"{cost['energy_basis']}, excluding memory, cooling and power supply"


def _measured(inputs: ReportInputs) -> str:
    turns = "" if inputs.champion is None else ", both models in turns,"
    calls = " and ".join(dict.fromkeys(str(size.calls) for size in inputs.latency[0]))
    return (
        f"Answers were timed in this job{turns} with the service's own predictor on one CPU "
        f"thread, without HTTP: medians of {ROUNDS} rounds of {calls} calls each. Training times "
        "depend on the machine that trained the model: a ratio near 1 may be chance."
    )
