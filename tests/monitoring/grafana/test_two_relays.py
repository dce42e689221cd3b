"""Two relays on one database are one relay to the dashboards."""

from pathlib import Path

import pytest

from monitoring.grafana.dashboards import retraining
from monitoring.grafana.variables import substitute
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay
from tests.monitoring.recording.promtool import got

NAMES = (relay.PENDING.name, relay.ALERT_INCIDENTS.name, relay.SIGNAL_INCIDENTS.name)
OF = 'alert="DataDrift",signal="hour",outcome="keep"'


@pytest.mark.parametrize("name", NAMES)
def test_what_both_read_from_it_counts_once(name: str, tmp_path: Path) -> None:
    """Of two models with three incidents each, six are shown, not twelve."""
    (query,) = [
        query.expr
        for panel in retraining.board(Thresholds()).panels
        for query in panel.queries
        if name in query.expr
    ]
    series = [
        {"series": f'{name}{{model="{model}",instance="{instance}",{OF}}}', "values": "3x4"}
        for model in ("adult", "bikes")
        for instance in ("first", "second")
    ]
    asked = [{"expr": substitute(query), "eval_time": "2m"}]
    case = {"interval": "1m", "input_series": series, "promql_expr_test": asked}
    (line,) = got(tmp_path, {"evaluation_interval": "1m", "tests": [case]}, 1)
    assert float(line.split()[-1]) == 6
