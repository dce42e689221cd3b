"""A Prometheus that saw labels come in at two replicas."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from monitoring import generated_files
from monitoring.prometheus_config import prometheus_config
from monitoring.thresholds import Thresholds
from tests.monitoring.replica import Replica
from tests.prometheus import SCRAPES, Prometheus

TRIES = 20
Count = Callable[[Replica, np.random.Generator, int], None]


@contextmanager
def labelled(
    folder: Path, thresholds: Thresholds, count: Count, *, rows: int
) -> Iterator[Prometheus]:
    """Run the rules of accuracy over two replicas that count three times, a second apart.

    count: lets so many labels come at a replica; with 0 its counters begin.
    """
    generated_files.write(folder, thresholds)
    random = np.random.default_rng(2)
    with Replica() as first, Replica() as second:
        replicas = (first, second)
        for replica in replicas:
            count(replica, random, 0)
        config = prometheus_config(
            service=[replica.address for replica in replicas],
            rules=[str(folder / "monitoring/rules/accuracy.rules.yml")],
            interval=SCRAPES,
            evaluation="1s",
        )
        with Prometheus(config, folder) as server:
            server.wait(lambda: len(server.query("up == 1")) == 2, what="scrape", seconds=60)
            time.sleep(1.5)
            for _ in range(3):
                for replica in replicas:
                    count(replica, random, rows)
                time.sleep(1)
            time.sleep(2.5)
            yield server


def hold_at_an_evaluation(prometheus: Prometheus, rule: str, hold: Callable[[float], None]) -> None:
    """Call `hold` with the time of the last evaluation of a rule, or of one of the next.

    A scrape that began before an evaluation may be stored after it: then what was recorded is not
    what its counters say now of that time.
    """
    for left in reversed(range(TRIES)):
        (at,) = set(prometheus.query(f"timestamp({rule})").values())
        try:
            return hold(at)
        except AssertionError:
            if not left:
                raise
        time.sleep(1)
