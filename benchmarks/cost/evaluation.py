"""What a Prometheus says of its own rules, scrapes and memory."""

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

# Seconds between two looks. What is asked of Prometheus costs it processor time, too: asked every
# second, a fifth of what it took at the smallest size.
PAUSE = 5.0
PATIENCE = 600
_RESIDENT, _PROCESSOR = "process_resident_memory_bytes", "process_cpu_seconds_total"


@dataclass
class Evaluations:
    """The seconds that each evaluation of each rule took, by group and rule.

    intervals: of the groups, in seconds.
    """

    intervals: dict[str, float] = field(default_factory=dict)
    _seconds: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

    def read(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """Take in what Prometheus says of its groups at /api/v1/rules; told twice counts once."""
        for group in groups:
            self.intervals[group["name"]] = group["interval"]
            rules = self._seconds.setdefault(group["name"], defaultdict(dict))
            for rule in group["rules"]:
                if not rule["lastEvaluation"].startswith("0001"):
                    rules[rule["name"]][rule["lastEvaluation"]] = rule["evaluationTime"]

    def counts(self) -> dict[str, int]:
        """Return how often each group was evaluated, as its least evaluated rule."""
        return {
            group: min((len(times) for times in rules.values()), default=0)
            for group, rules in self._seconds.items()
        }

    def rules(self, group: str) -> dict[str, float]:
        """Return the median seconds of each rule of a group."""
        times = self._seconds[group].items()
        return {rule: median(each.values()) for rule, each in times if each}

    def groups(self) -> dict[str, float]:
        """Return the seconds of an evaluation of each group: its rules' medians, added."""
        return {group: sum(self.rules(group).values()) for group in self._seconds}

    def load(self) -> float:
        """Return the cores that evaluation keeps busy: seconds of work a second."""
        return sum(spent / self.intervals[group] for group, spent in self.groups().items())

    def slowest(self) -> str:
        """Return the group that takes the most of its interval."""
        spent = self.groups()
        return max(spent, key=lambda group: spent[group] / self.intervals[group])


@dataclass(frozen=True)
class Watched:
    """A Prometheus while rules were watched.

    resident: its memory at most, in bytes.  cores: its processor seconds a second.
    own: its own metrics at the end.
    """

    evaluations: Evaluations
    resident: float
    cores: float
    own: Mapping[str, float]


def watch(url: str, *, seconds: float) -> Watched:
    """Watch for so many seconds, and on until every group was evaluated once."""
    found, begun = Evaluations(), time.monotonic()
    first = last = own_metrics(url)
    resident = first[_RESIDENT]
    while not _over(time.monotonic() - begun, seconds, found):
        time.sleep(PAUSE)
        found.read(_get(f"{url}/api/v1/rules")["data"]["groups"])
        last = own_metrics(url)
        resident = max(resident, last[_RESIDENT])
    spent = last[_PROCESSOR] - first[_PROCESSOR]
    return Watched(found, resident, spent / (time.monotonic() - begun), last)


def _over(passed: float, seconds: float, found: Evaluations) -> bool:
    counts = found.counts()
    return passed > seconds and (all(counts.values()) or passed > seconds + PATIENCE)


def own_metrics(url: str) -> dict[str, float]:
    """Return what the Prometheus at `url` exports of itself, summed over labels.

    Summed, since asked for are totals: bytes, series, missed evaluations.
    """
    with urlopen(f"{url}/metrics", timeout=60) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        totals: dict[str, float] = defaultdict(float)
        for sample in (sample for family in families for sample in family.samples):
            totals[sample.name] += sample.value
    return dict(totals)


def _get(address: str) -> Any:
    with urlopen(address, timeout=60) as answer:
        return json.load(answer)
