"""Serve the toys, let a real Prometheus evaluate the rules, and wait for their alerts."""

import sys
import time
from pathlib import Path

from monitoring import generated_files, limits
from monitoring.__main__ import main as monitoring
from monitoring.prometheus_config import prometheus_config
from monitoring.thresholds import Thresholds
from tests import bundles
from tests.perennial.kinds.toys.through import make
from tests.prometheus import Prometheus
from tests.service import fakes

# The committed rules but for their pace: a test has seconds, not minutes.
THRESHOLDS = Thresholds(
    count_interval="1s",
    long_interval="1s",
    past_interval="1s",
    gross_psi=0.1,
    design_effect=1.0,
    retrain_for="1s",
)
OFTEN, ROWS, WRONG = 5, 40, 20.0
EXPECTED = {"LossRise", "PredictionDrift", "DataDrift"}


def ask(service: fakes.Running) -> None:
    """Send rows that are all alike, and labels that are far from the answers."""
    for prediction in service.predict(*["11111111"] * ROWS):
        label = prediction["amount"] + WRONG
        body = {"prediction_id": prediction["prediction_id"], "label": label}
        assert service.client.post("/feedback", json=body).status_code == 201


def firing(prometheus: Prometheus) -> set[str]:
    """Return the alerts that fire."""
    return {dict(one)["alertname"] for one in prometheus.query('ALERTS{alertstate="firing"}')}


def main(folder: Path) -> None:
    """Watch the toys until every alert fires that has to."""
    general = Thresholds()
    for path, text in generated_files.generated(general, own=limits.own(general)).items():
        assert path.read_text("utf-8") == text, f"{path} depends on which kinds there are"
    generated_files.write(folder, THRESHOLDS)
    bundles.production(folder / "bundles", make(folder / "bundles" / "one").path)
    with fakes.running(fakes.settings(folder)) as service:
        address = f"{service.client.base_url.host}:{service.client.base_url.port}"
        rules = [str(folder / "monitoring/rules/*.rules.yml")]
        config = prometheus_config(service=[address], alertmanager=[], rules=rules, interval="1s")
        with Prometheus(config, folder) as prometheus:
            prometheus.wait(lambda: prometheus.query("up == 1"), what="see", seconds=60)
            time.sleep(1.5)
            for _ in range(OFTEN):
                ask(service)
                time.sleep(1)
            prometheus.wait(lambda: firing(prometheus) >= EXPECTED, what="fire", seconds=60)
            assert firing(prometheus) == EXPECTED
            where = ["--prometheus", prometheus.url, "--model", "toys", "--since", "1h"]
            assert monitoring(["drift", *where, "--out", str(folder / "drift.html")]) == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
