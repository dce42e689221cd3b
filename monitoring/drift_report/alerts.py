"""The alerts that fired in the span: those of the model, and those of what it runs on."""

import re
from dataclasses import dataclass

from monitoring.drift_report.span import Span, Stretch
from monitoring.drift_report.version import Version

LABELS = "alertname, model, version"


@dataclass(frozen=True)
class Fired:
    """An alert and when it fired; version: that it names, empty where it names none."""

    name: str
    version: str
    when: list[Stretch]

    def __str__(self) -> str:
        of = f" of {self.version}" if self.version else ""
        return f"{self.name}{of} ({', '.join(map(str, self.when))})"


def fired(span: Span, version: Version) -> list[Fired]:
    """Return every alert that fired on any version of the model, or on no model in particular.

    Raises PrometheusFailed.
    """
    # An alert without the label `model` matches the empty alternative.
    model = re.escape(version.model).replace("\\", "\\\\").replace('"', '\\"')
    firing = f'ALERTS{{alertstate="firing",model=~"{model}|"}}'
    found = [
        Fired(one.labels["alertname"], one.labels.get("version", ""), when)
        for one, when in span.stretches(firing, by=LABELS)
    ]
    return sorted(found, key=lambda one: (one.when[0].start, one.name, one.version))
