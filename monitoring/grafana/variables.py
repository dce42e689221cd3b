"""The variables of the dashboards: their names as they stand in expressions, and what they hold."""

import re
from dataclasses import dataclass

from monitoring.recording.series import Window
from perennial.metric_names import service as metrics

DATASOURCE = "datasource"
# The data source that grafana/provisioning makes; a dashboard may be turned to another one.
DATASOURCE_UID, DATASOURCE_NAME = "perennial-prometheus", "Prometheus"
EVERY = ".+"

OF_MODEL = 'model=~"$model"'
OF_VERSION = f'{OF_MODEL},version=~"$version"'
OF_SIGNAL = f'{OF_VERSION},signal=~"$signal"'
# Recorded series carry their window in their name: the variable chooses among them.
WINDOW = Window("$window")
RATE = "$__rate_interval"


@dataclass(frozen=True)
class Asked:
    """A variable whose values Prometheus knows; `query` is Grafana's way to ask for them."""

    name: str
    label: str
    metric: str
    selector: str
    description: str

    @property
    def query(self) -> str:
        """The values of the label of the variable's name."""
        of = f"{self.metric}{{{self.selector}}}" if self.selector else self.metric
        return f"label_values({of}, {self.name})"


MODEL = Asked("model", "Model", metrics.CREATED.name, "", "A task's model.")
VERSION = Asked(
    "version",
    "Version",
    metrics.CREATED.name,
    OF_MODEL,
    "Versions loaded since the service started; panels that say so show only the one that serves.",
)
SIGNAL = Asked(
    "signal", "Signal", metrics.CRITICAL_VALUE.name, OF_VERSION, "Monitored inputs and outputs."
)


def substitute(expr: str, **values: str) -> str:
    """Return an expression as Grafana sends it: every variable replaced by its value.

    Values not given are All for model, version and signal, and 1m for $__rate_interval.
    Raises KeyError where the expression has a variable that has no value.

    >>> substitute('x:$window{model=~"$model"}', window="1h")
    'x:1h{model=~".+"}'
    """
    known = dict.fromkeys(("model", "version", "signal"), EVERY) | {"__rate_interval": "1m"}
    return re.sub(r"\$(\w+)", lambda found: (known | values)[found[1]], expr)
