"""What the recording rules say over hours of counts, evaluated in virtual time by promtool."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml

from monitoring import generated_files
from monitoring.thresholds import Thresholds
from tests.monitoring.recording.promtool import got

Counts = np.ndarray[tuple[int, int], np.dtype[np.float64]]
SIGNAL = 'model="digits",version="1.0.0",signal="contrast"'
SAMPLE = re.compile(r'\{__name__="([^"]+)"[^}]*\} (\S+?)(?:,|$)')
MINUTE = "1m"


def recorded(
    folder: Path,
    counts: Counts,
    shares: Sequence[float],
    thresholds: Thresholds,
    *,
    size: int,
    critical: float,
    rank_critical: float,
    at: Sequence[int],
) -> list[dict[str, float]]:
    """Return the series of a signal's level by name, at some minutes.

    counts: of a numeric signal by minute, shape (minutes, bins); the last two bins have no order.
    """
    files = generated_files.generated(thresholds)
    rules = next(text for path, text in files.items() if path.name == "drift.rules.yml")
    (folder / "drift.rules.yml").write_text(rules, encoding="utf-8")
    names = [group["name"] for group in yaml.safe_load(rules)["groups"]]
    # What is usual comes first, as every look reads what was known before it.
    windows = sorted((n for n in names if n[6:7].isdigit()), key=names.index, reverse=True)
    short = f"drift_{thresholds.short_window}"
    windows = [*(name for name in windows if name != short), short]
    order = ["drift_counts", "drift_reference", "drift_ranks", "drift_usual", *windows]
    case = {
        "interval": MINUTE,
        "input_series": _series(counts, shares, size, critical, rank_critical),
        "promql_expr_test": [
            {
                "expr": f'{{__name__=~"model_version_signal:.*",{SIGNAL}}}',
                "eval_time": f"{minute}m",
                "exp_samples": [],
            }
            for minute in at
        ],
    }
    document = {
        "rule_files": ["drift.rules.yml"],
        "evaluation_interval": MINUTE,
        "group_eval_order": [*order, "drift_past", "drift_distances"],
        "tests": [case],
    }
    lines = got(folder, document, len(at))
    return [{name: float(value) for name, value in SAMPLE.findall(line)} for line in lines]


def _series(
    counts: Counts, shares: Sequence[float], size: int, critical: float, rank_critical: float
) -> list[dict[str, str]]:
    always = f"x{len(counts)}"
    names = [*(f"{number:02d}" for number in range(len(shares) - 2)), "outside", "missing"]
    total = np.vstack([np.zeros((1, len(shares))), counts.cumsum(axis=0)])
    found = [
        {"series": f"model_signal_{name}{{{SIGNAL}}}", "values": f"{value!r}{always}"}
        for name, value in (
            ("reference_size", size),
            ("critical_value", critical),
            ("rank_critical_value", rank_critical),
        )
    ]
    for place, (name, share) in enumerate(zip(names, shares, strict=True)):
        of = f'{{{SIGNAL},bin="{name}"}}'
        found.append(
            {"series": f"model_signal_reference_share{of}", "values": f"{float(share)!r}{always}"}
        )
        values = " ".join(f"{value:g}" for value in total[:, place])
        found.append({"series": f"model_signal_bin_total{of}", "values": values})
    return found
