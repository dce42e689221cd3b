"""Claim: the rules keep up with their interval; measures their time and Prometheus' memory.

A real Prometheus scrapes stand-in replicas every 15 s and evaluates the project's generated rules,
after the history that their windows need was written to it.
"""

import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.cost import history
from benchmarks.cost.evaluation import Watched, watch
from benchmarks.cost.metrics_page import BINS, Page
from benchmarks.cost.replicas import Replicas
from benchmarks.cost.traffic import Traffic
from monitoring import generated_files
from monitoring.prometheus_config import prometheus_config
from monitoring.thresholds import Thresholds
from monitoring.thresholds import seconds as seconds_of
from perennial.metric_names import service as metrics
from tests.prometheus import Prometheus

INTERVAL = "15s"
# History of the raw counters, so that chunks in memory are as full as in real use.
LEAST_PAST = 1800
PATIENCE = 900
_RAW = metrics.SIGNAL_BIN.name
_WRITABLE = ["--web.enable-remote-write-receiver"]


@dataclass(frozen=True)
class Cost:
    """The cost of one size.

    past: seconds of raw history; if `whole`, more than the rules look back.
    scrape: seconds of the slowest scrape.
    """

    signals: int
    replicas: int
    past: float
    whole: bool
    watched: Watched
    scrape: float


def measure(
    signals: int, *, replicas: int, seconds: float, most_samples: float, folder: Path
) -> Cost:
    """Measure one size, with a raw history of at most `most_samples` samples.

    seconds: to watch the rules for; every group is evaluated at least once.
    """
    page, now = Page(signals), time.time()
    paths = [folder / path for path in generated_files.put(folder, _rules())]
    documents = [yaml.safe_load(path.read_text("utf-8")) for path in paths]
    needed = history.pasts(documents, interval=INTERVAL)
    raw = _raw(needed, most_samples / (signals * len(BINS) * replicas))
    traffic = Traffic(signals, replicas=replicas, start=now - raw.span - 60)
    print(f"writing {raw.span / 3600:.1f} h of raw counters", file=sys.stderr)
    _write_past(folder, page, traffic, replicas, [raw, *(p for p in needed if p.metric != _RAW)])

    def render(replica: int, moment: float) -> bytes:
        return page.render(traffic.counts(replica, moment))

    with Replicas(replicas, render) as served:
        config = _config(served, paths)
        with Prometheus(config, folder, patience=PATIENCE, environment=os.environ) as prometheus:
            watched = watch(prometheus.url, seconds=seconds)
            scrapes = prometheus.query("max(max_over_time(scrape_duration_seconds[5m]))")
    whole = all(past.span <= raw.span for past in needed if past.metric == _RAW)
    scrape = max(scrapes.values(), default=float("nan"))
    return Cost(signals, replicas, raw.span, whole, watched, scrape)


def _rules() -> dict[Path, str]:
    made = generated_files.generated(Thresholds())
    return {path: text for path, text in made.items() if path.match("*.rules.yml")}


def _raw(needed: Sequence[history.Past], most: float) -> history.Past:
    step = seconds_of(INTERVAL)
    longest = max((past.span for past in needed if past.metric == _RAW), default=0)
    return history.Past(_RAW, min(max(longest, LEAST_PAST), int(most) * step), step)


def _write_past(
    folder: Path, page: Page, traffic: Traffic, replicas: int, pasts: Sequence[history.Past]
) -> None:
    shutil.rmtree(folder / "data", ignore_errors=True)
    with Prometheus({}, folder, options=_WRITABLE, patience=PATIENCE) as prometheus:
        past = history.History(prometheus.url, traffic, page.bins, replicas=replicas)
        past.write(pasts, end=time.time())


def _config(served: Replicas, rules: Sequence[Path]) -> dict[str, Any]:
    paths = [str(path) for path in rules]
    config = prometheus_config(relay=[], alertmanager=[], rules=paths, interval=INTERVAL)
    config["scrape_configs"][0]["static_configs"] = served.targets()
    return config
