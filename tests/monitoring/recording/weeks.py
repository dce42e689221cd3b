"""Weeks of a model's traffic, played through the rules in virtual time: half an hour is a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from monitoring import generated_files
from monitoring.thresholds import Thresholds
from tests.monitoring.recording.promtool import said

Minutes = np.ndarray[tuple[int], np.dtype[np.int64]]
Counts = np.ndarray[tuple[int, int], np.dtype[np.float64]]
DAY = 30  # minutes
QUICK = Thresholds(
    count_interval="1m",
    drift_windows=("5m", "10m", "30m"),
    short_window="10m",
    long_window="30m",
    label_window="30m",
    rhythm="210m",
    forgiven_after="15m",
    past_interval="1m",
)
BINS = ("00", "01", "02", "missing")
BY_DAY, BY_NIGHT = np.array([0.7, 0.2, 0.09, 0.01]), np.array([0.2, 0.4, 0.39, 0.01])
# Rows a minute.
BUSY, QUIET = 60, 25
# What costs most and decides nothing.
LEFT_OUT = ("drift_ranks", "drift_distances")
SIGNAL = 'model="digits",version="{version}",signal="contrast"'
FIRING = 'ALERTS{alertname="DataDrift",alertstate="firing"}'


@dataclass(frozen=True)
class Replica:
    """What one replica of a version counted, from a minute on; counts: shape (minutes, bins)."""

    instance: str
    version: str
    begin: int
    counts: Counts


def traffic(minutes: Minutes, *, quiet_days: tuple[int, ...] = (), late: int = 0) -> Counts:
    """Return the rows by minute and bin: the first half of a day is busy, nights and Sundays not.

    quiet_days: those that are like a Sunday.  late: minutes by which everything comes later.
    """
    day, hour = np.divmod(minutes - late, DAY)
    awake = (hour < DAY // 2) & (day % 7 < 5) & ~np.isin(day, quiet_days)
    expected = np.where(awake[:, None], BUSY * BY_DAY, QUIET * BY_NIGHT)
    return np.random.default_rng(5).poisson(expected).astype(np.float64)


def played(
    folder: Path,
    replicas: list[Replica],
    shares: Mapping[str, np.ndarray],
    thresholds: Thresholds = QUICK,
) -> list[int]:
    """Return the minutes in which DataDrift fires; shares: the reference of each version."""
    files = generated_files.generated(thresholds)
    texts = {path.name: text for path, text in files.items()}
    order = _written(folder, texts["drift.rules.yml"], texts["alerts.rules.yml"])
    end = max(one.begin + len(one.counts) for one in replicas)
    case = {
        "interval": "1m",
        "input_series": [series for one in replicas for series in _series(one, shares, end)],
        # Nothing is expected, so that promtool says what it got.
        "promql_expr_test": [
            {"expr": f"{FIRING} * 0 + {minute}", "eval_time": f"{minute}m", "exp_samples": []}
            for minute in range(end)
        ],
    }
    document = {
        "rule_files": ["drift.rules.yml", "alerts.rules.yml"],
        "evaluation_interval": "1m",
        "group_eval_order": order,
        "tests": [case],
    }
    text = said(folder, document)
    failed = [line for line in text.splitlines() if "err:" in line]
    assert not failed, failed[:3]
    return [int(float(found)) for found in re.findall(r"got:.*?\} ([^\s,]+)", text)]


def _written(folder: Path, drift: str, alerts: str) -> list[str]:
    """Write the rules that matter here; return their groups in the order of evaluation."""
    groups = [one for one in yaml.safe_load(drift)["groups"] if one["name"] not in LEFT_OUT]
    rules = [
        rule
        for group in yaml.safe_load(alerts)["groups"]
        for rule in group["rules"]
        if rule["alert"] == "DataDrift"
    ]
    alerting: dict[str, Any] = {"name": "alerts", "rules": rules}
    for name, content in (("drift", groups), ("alerts", [alerting])):
        text = yaml.safe_dump({"groups": content})
        (folder / f"{name}.rules.yml").write_text(text, encoding="utf-8")
    names = [group["name"] for group in groups]
    # Long windows first, as every look reads what was known before it.
    windows = sorted((n for n in names if n[6:7].isdigit()), key=names.index, reverse=True)
    short = f"drift_{QUICK.short_window}"
    windows = [*(name for name in windows if name != short), short]
    return ["drift_counts", "drift_reference", *windows, "drift_past", "drift_usual", "alerts"]


def _series(replica: Replica, shares: Mapping[str, np.ndarray], end: int) -> list[dict[str, str]]:
    of = SIGNAL.format(version=replica.version) + f',instance="{replica.instance}"'
    info = f'model="digits",version="{replica.version}",instance="{replica.instance}"'
    before = f"_x{replica.begin} " if replica.begin else ""
    length = len(replica.counts)
    after = " stale" if replica.begin + length < end else ""
    gauges: list[tuple[str, float]] = [
        (f"model_info{{{info}}}", 1),
        (f"model_signal_reference_size{{{of}}}", 1000),
        (f"model_signal_critical_value{{{of}}}", 20),
    ]
    reference = shares[replica.version]
    gauges += [
        (f'model_signal_reference_share{{{of},bin="{name}"}}', float(share))
        for name, share in zip(BINS, reference, strict=True)
    ]
    found = [
        {"series": name, "values": f"{before}{value!r}x{length - 1}{after}"}
        for name, value in gauges
    ]
    total = replica.counts.cumsum(axis=0)
    for place, name in enumerate(BINS):
        values = before + " ".join(f"{value:g}" for value in total[:, place]) + after
        found.append({"series": f'model_signal_bin_total{{{of},bin="{name}"}}', "values": values})
    return found
