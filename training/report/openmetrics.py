"""Writes metrics.txt, the figures that GitLab shows in the merge request, as OpenMetrics text.

Source: OpenMetrics 1.0, https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from collections.abc import Mapping
from math import isnan
from pathlib import Path

from training.report.markdown import capital
from training.report.report_inputs import ReportInputs
from training.report.sections.cost import cost_figures

FILE = "metrics.txt"
END = "# EOF"
PREFIX = "model"
UNITS = ("bytes", "joules", "seconds")

HELP = {"latency_seconds": "Duration of one call of the predictor without HTTP."}


def write(inputs: ReportInputs, out: Path) -> Path:
    """Write this model's figures and return the path; GitLab itself adds main's for comparison."""
    families: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    groups = {"base": inputs.base, "fresh": inputs.fresh}
    helps = dict(HELP)
    for name, metric in inputs.output.metrics.items():
        for rows, chosen in groups.items():
            if metric.brief and chosen.any():
                value = metric.score(inputs.new[chosen], inputs.rows.labels[chosen])
                if not isnan(value):
                    families.setdefault(name, []).append(({"rows": rows}, value))
                    helps[name] = metric.about or f"{capital(metric.title)} in {metric.unit}."
    for one in cost_figures(inputs):
        if one.here is not None:
            helps.setdefault(one.metric, f"{capital(one.name)}.")
            families.setdefault(one.metric, []).append((one.labels, one.here))
    lines = []
    for name, samples in families.items():
        lines += _family(inputs.task, name, helps[name], samples)
    path = out / FILE
    path.write_text("\n".join([*lines, END]) + "\n", encoding="utf-8")
    return path


def _family(
    task: str, name: str, text: str, samples: list[tuple[Mapping[str, str], float]]
) -> list[str]:
    """Return a gauge's lines. Labels have no spaces, since GitLab would split the line there."""
    full, unit = f"{PREFIX}_{name}", name.rpartition("_")[2]
    lines = [f"# TYPE {full} gauge", f"# HELP {full} {text}"]
    if unit in UNITS:
        lines.insert(1, f"# UNIT {full} {unit}")
    for labels, value in samples:
        inside = ",".join(f'{key}="{one}"' for key, one in {"task": task, **labels}.items())
        lines.append(f"{full}{{{inside}}} {value:.9g}")
    return lines
