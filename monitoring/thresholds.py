"""Every number of the rules, alerts and dashboards, with unit and range, and the jobs' names."""

import re
from dataclasses import Field, dataclass, field, fields
from itertools import groupby, pairwise
from typing import Any

from monitoring.errors import InvalidThreshold
from perennial.statistics import drift

# Prometheus keeps no more, and refuses what 64 bits of nanoseconds do not hold.
LONGEST = "520w"
DURATION = re.compile(r"^(0|[1-9]\d*)([smhdw])$")
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_./-]*$")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def _number(default: float, *, unit: str, low: float, high: float) -> Any:
    return field(default=default, metadata={"unit": unit, "low": low, "high": high})


def _duration(default: str, *, least: int = 1) -> Any:
    return field(default=default, metadata={"unit": "Prometheus duration", "least": least})


def _durations(*default: str) -> Any:
    return field(default=default, metadata={"unit": "Prometheus durations", "each": {"least": 1}})


def _name(default: str) -> Any:
    return field(default=default, metadata={"unit": "name of a scrape job", "pattern": NAME})


def seconds(duration: str) -> int:
    """Return a Prometheus duration of one unit in seconds.

    >>> seconds("1h")
    3600
    """
    match = DURATION.match(duration)
    if match is None:
        raise InvalidThreshold("duration", duration, "a whole number and one of s, m, h, d, w")
    return int(match[1]) * SECONDS[match[2]]


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What counts as drift, as a drop or as a fault, for how long it must last, and in which jobs.

    Drift needs an effect (PSI) and evidence over its limit: in a short window with a high limit of
    the effect, or in a longer one with a lower limit.
    """

    # Counters are read once per interval, on every replica, and added up over windows from there:
    # so a long window costs no more with many replicas, and their counts add up exactly. Scrape at
    # least this often.
    count_interval: str = _duration("15s")

    # Windows. Drift is looked for in all of these, as a broken sender shows within minutes and a
    # slow change within a day; accuracy in the short and the long one. What is longer than the
    # short one is evaluated at its own, slower pace.
    drift_windows: tuple[str, ...] = _durations("5m", "20m", "1h", "3h", "6h", "1d")
    short_window: str = _duration("1h")
    long_window: str = _duration("1d")
    long_interval: str = _duration("1m")

    # Drift: the effect that is worth a retrain, and in windows under the short one, since real
    # traffic comes in bursts of like requests.
    prior: float = _number(drift.PRIOR, unit="observations", low=1e-3, high=1e6)
    psi: float = _number(drift.PSI_LIMIT, unit="PSI", low=0.001, high=10.0)
    early_psi: float = _number(0.25, unit="PSI", low=0.001, high=10.0)
    # The bundle's family-wise level holds for one look at all signals. Windows slide, so drift is
    # looked for thousands of times: the limit of evidence is raised until the level holds for each
    # window over this long.
    quiet_for: str = _duration("30d")
    # Where traffic has a rhythm (other users at night, at weekends), windows shorter than it see
    # drift in every hour: set this to 1d or 1w, and long_window to as much or a multiple. Shorter
    # windows then report only large changes: drift over cycle_psi, and a fall of accuracy or a rise
    # of the loss, which also differ between users, over cycle_drop or cycle_rise. 0s: no rhythm to
    # speak of.
    cycle: str = _duration("0s", least=0)
    cycle_psi: float = _number(1.5, unit="PSI", low=0.001, high=20.0)
    cycle_drop: float = _number(0.25, unit="accuracy", low=0.001, high=1.0)
    cycle_rise: float = _number(1.0, unit="share of the loss", low=0.001, high=100.0)
    # Numeric bins that ranks and KS are computed over, as many as `bins` in params.yaml; a signal
    # with more has neither. The cost grows with the square.
    ordered_bins: int = _number(10, unit="bins", low=2, high=99)

    # Accuracy, realised and estimated: standard errors below the reference, and the least drop
    # and the least number of rows that are worth a retrain. The windows slide, so a limit is looked
    # at thousands of times a month: at 3 standard errors a service that never changed raised 27
    # alerts in 24 simulated months, at 5 less than one. The loss, where labels are not a fixed set,
    # has the same limits but for the least rise, which is relative to the reference's loss. The
    # share of labels in their interval has those of accuracy.
    accuracy_z: float = _number(5.0, unit="standard errors", low=1.0, high=10.0)
    short_drop: float = _number(0.10, unit="accuracy", low=0.001, high=1.0)
    long_drop: float = _number(0.05, unit="accuracy", low=0.001, high=1.0)
    short_rise: float = _number(0.25, unit="share of the loss", low=0.001, high=100.0)
    long_rise: float = _number(0.10, unit="share of the loss", low=0.001, high=100.0)
    least_rows: float = _number(100, unit="rows", low=1, high=1e9)

    # Sums of wrong answers, or of losses, beyond those that a fall of short_drop, or a rise of
    # short_rise, would bring. They alert at the evidence below: a sum gets there by chance once in
    # e^20, 500 million, independent rows. It takes so many looks, one per count_interval, however
    # many labels each has, since labels that come together are alike.
    slump_evidence: float = _number(20.0, unit="natural logarithm of rows", low=5.0, high=100.0)
    slump_looks: int = _number(5, unit="looks", low=1, high=1000)

    # Labels. They are compared with the predictions of one label delay earlier: how late most of
    # them come, as `model_version:label_delay_seconds` shows. A delay far below the window may
    # stay 0. LabelsMissing compares the coverage of one window, the short or the long one, with
    # the coverage of the level window. A day and a week bridge nights and daily deliveries; where
    # labels arrive all day, 1h and 1d alert sooner. Where none arrive at weekends, set
    # labels_missing_for to 3d.
    label_delay: str = _duration("0s", least=0)
    label_window: str = _duration("1d")
    label_level_window: str = _duration("7d")
    label_fraction: float = _number(0.25, unit="share of the usual labels", low=0.01, high=0.9)
    labels_missing_for: str = _duration("3h")

    # Traffic. NoTraffic compares with the traffic one cycle ago, so that a quiet night raises no
    # alert: 1d is usual, 1w where weekends are quiet too.
    idle_window: str = _duration("15m")
    traffic_cycle: str = _duration("1d")
    least_traffic: float = _number(100, unit="predictions in the window", low=1, high=1e9)
    no_traffic_for: str = _duration("15m")

    # Age of the serving version.
    stale_days: float = _number(90, unit="days", low=1, high=3650)
    model_stale_for: str = _duration("1h")

    # How long a condition must hold before it alerts.
    retrain_for: str = _duration("30s")
    service_down_for: str = _duration("1m")
    errors_for: str = _duration("5m")
    latency_for: str = _duration("5m")
    dropped_for: str = _duration("1m")
    keys_refused_for: str = _duration("1m")
    relay_down_for: str = _duration("2m")
    retrain_failing_for: str = _duration("1m")
    # How long no label may come while an incident waits for some, before a person is asked: labels
    # that come once a day are no fault.
    retrain_waiting: str = _duration("2d")
    retrain_waiting_for: str = _duration("5m")
    mismatch_for: str = _duration("10m")

    # The service's health.
    errors_share: float = _number(0.01, unit="share of requests", low=1e-6, high=1.0)
    latency_quantile: float = _number(0.99, unit="quantile", low=0.5, high=0.9999)
    latency_seconds: float = _number(0.5, unit="seconds", low=0.001, high=60.0)
    least_requests: float = _number(0.1, unit="requests a second", low=0.0, high=1e6)
    # Above the first, rows begin to wait for the inference that runs; above the second most do.
    busy_share: float = _number(0.7, unit="share of time in inference", low=0.01, high=1.0)
    saturated_share: float = _number(0.9, unit="share of time in inference", low=0.01, high=1.0)
    health_window: str = _duration("5m")
    event_window: str = _duration("15m")

    # Names of the scrape jobs, the label `job` of what Prometheus reads from each.
    service_job: str = _name("service")
    relay_job: str = _name("relay")

    def __post_init__(self) -> None:
        for item in fields(self):
            _check(item, getattr(self, item.name))
        for shorter, longer in pairwise((self.count_interval, *self.drift_windows)):
            if seconds(shorter) >= seconds(longer):
                expected = f"increasing windows, over {self.count_interval}, the count_interval"
                raise InvalidThreshold("drift_windows", self.drift_windows, expected)
        if self.short_window not in self.drift_windows[:-1]:
            expected = f"one of {self.drift_windows[:-1]}, drift_windows but the last"
            raise InvalidThreshold("short_window", self.short_window, expected)
        if self.long_window != self.drift_windows[-1]:
            expected = f"{self.drift_windows[-1]}, the last of drift_windows"
            raise InvalidThreshold("long_window", self.long_window, expected)
        if self.psi > self.early_psi:
            raise InvalidThreshold("psi", self.psi, f"at most {self.early_psi}, early_psi")
        if seconds(self.quiet_for) < seconds(self.long_window):
            raise InvalidThreshold("quiet_for", self.quiet_for, f"at least {self.long_window}")
        if seconds(self.cycle) and seconds(self.long_window) % seconds(self.cycle):
            expected = f"0s, or a time that goes into the long window, {self.long_window}"
            raise InvalidThreshold("cycle", self.cycle, expected)
        if self.long_drop > self.short_drop:
            raise InvalidThreshold("long_drop", self.long_drop, f"at most {self.short_drop}")
        if self.long_rise > self.short_rise:
            raise InvalidThreshold("long_rise", self.long_rise, f"at most {self.short_rise}")
        if self.label_window not in self.windows:
            raise InvalidThreshold("label_window", self.label_window, f"one of {self.windows}")
        if seconds(self.label_level_window) <= seconds(self.label_window):
            expected = f"over {self.label_window}"
            raise InvalidThreshold("label_level_window", self.label_level_window, expected)
        if self.busy_share > self.saturated_share:
            expected = f"at most {self.saturated_share}"
            raise InvalidThreshold("busy_share", self.busy_share, expected)
        if seconds(self.traffic_cycle) <= seconds(self.idle_window):
            expected = f"over {self.idle_window}"
            raise InvalidThreshold("traffic_cycle", self.traffic_cycle, expected)

    @property
    def windows(self) -> tuple[str, str]:
        """The short and the long window: of accuracy, and of what dashboards show."""
        return self.short_window, self.long_window

    def psi_limit(self, window: str) -> float:
        """Return the PSI over which a signal drifts in this window."""
        early = seconds(window) < seconds(self.short_window)
        limit = self.early_psi if early else self.psi
        return max(limit, self.cycle_psi) if seconds(window) < seconds(self.cycle) else limit

    @property
    def psi_limits(self) -> str:
        """The effect that drifts in each window, for people.

        >>> Thresholds().psi_limits
        '0.25 in 5m and 20m, 0.1 in 1h, 3h, 6h and 1d'
        """
        parts = []
        for limit, group in groupby(self.drift_windows, self.psi_limit):
            *first, last = group
            parts.append(f"{limit:g} in " + " and ".join([", ".join(first)] * bool(first) + [last]))
        return ", ".join(parts)

    def least_drop(self, window: str) -> float:
        """Return the least drop of accuracy that alerts in this window."""
        limit = self.short_drop if window == self.short_window else self.long_drop
        return max(limit, self.cycle_drop) if seconds(window) < seconds(self.cycle) else limit

    def least_rise(self, window: str) -> float:
        """Return the least rise of the loss that alerts in this window, as a share of it."""
        limit = self.short_rise if window == self.short_window else self.long_rise
        return max(limit, self.cycle_rise) if seconds(window) < seconds(self.cycle) else limit


def _check(item: "Field[Any]", value: object) -> None:
    name, limits = item.name, item.metadata
    if "pattern" in limits:
        if not isinstance(value, str) or not limits["pattern"].match(value):
            raise InvalidThreshold(name, value, "a name of letters, digits, _ . / and -")
        return
    if "each" in limits:
        if not isinstance(value, tuple) or len(value) < 2:
            raise InvalidThreshold(name, value, "a tuple of two durations or more")
        for one in value:
            _check_duration(name, one, limits["each"]["least"])
        return
    if "least" in limits:
        _check_duration(name, value, limits["least"])
        return
    low, high = limits["low"], limits["high"]
    number = isinstance(value, int if item.type is int else int | float)
    number = number and not isinstance(value, bool)
    if not number or not low <= float(str(value)) <= high:
        raise InvalidThreshold(name, value, f"{low:g} to {high:g} {limits['unit']}")


def _check_duration(name: str, value: object, least: int) -> None:
    if not isinstance(value, str) or DURATION.match(value) is None:
        raise InvalidThreshold(name, value, "a whole number and one of s, m, h, d, w")
    if seconds(value) < least:
        raise InvalidThreshold(name, value, "more than 0 seconds")
    if seconds(value) > seconds(LONGEST):
        raise InvalidThreshold(name, value, f"at most {LONGEST}")
