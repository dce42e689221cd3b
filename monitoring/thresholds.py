"""Every number of the rules, alerts and dashboards, with unit and range, and the jobs' names."""

from dataclasses import dataclass, fields
from itertools import groupby, pairwise

from monitoring.errors import InvalidThreshold
from monitoring.threshold_fields import SECONDS, check, seconds
from monitoring.threshold_fields import duration as _duration
from monitoring.threshold_fields import durations as _durations
from monitoring.threshold_fields import name as _name
from monitoring.threshold_fields import number as _number
from perennial.statistics import drift

__all__ = ["SECONDS", "Thresholds", "seconds"]


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
    # Traffic has rhythms: other users at night and at weekends. This is the longest to expect. For
    # so long the rules learn how far each signal's windows usually move, and what came in that time
    # is no news: a window shorter than the rhythm drifts if its PSI is over `news` times the
    # largest that such a window had while the signal did not drift. A window of a whole rhythm is
    # compared with the reference alone. Until a rhythm is known, drift is what is over gross_psi;
    # windows under the short one also tell what is sudden, `news` times what came till then. 0s: no
    # rhythm to speak of; nothing is learned, and rows are taken for independent.
    rhythm: str = _duration("1w", least=0)
    news: float = _number(3.0, unit="times the usual PSI", low=1.0, high=100.0)
    gross_psi: float = _number(2.0, unit="PSI", low=0.001, high=20.0)
    # What is gross is news even beyond that, if it is over so many times the usual PSI.
    gross_news: float = _number(1.2, unit="times the usual PSI", low=1.0, high=100.0)
    # Rows follow each other: so many count as one row of evidence (the design effect), until a
    # rhythm has shown how many they are, which are at most the second number. On three real streams
    # they were 15 to 39.
    design_effect: float = _number(20.0, unit="rows", low=1.0, high=1e4)
    most_design_effect: float = _number(50.0, unit="rows", low=1.0, high=1e4)
    # Labels of one hour or client are alike too. So many count as one, until the reference or a
    # day's hours have shown how many they are: 2.3 and 1.4 on two real series.
    label_design_effect: float = _number(2.0, unit="labels", low=1.0, high=1e4)
    # Evidence on rows that are worth fewer independent ones counts for less, in proportion: a few
    # clients are no population, and the tests' limits hold for many rows only.
    least_worth: float = _number(35.0, unit="independent rows", low=1.0, high=1e6)
    # A window tells nothing if it does not hold so many times the rows of the next shorter one.
    fuller: float = _number(1.5, unit="times the rows", low=1.0, high=10.0)
    # Drift is not learned from while it lasts. What came and went, such as a nightly job, is usual
    # so much later.
    forgiven_after: str = _duration("12h")
    # Pace of the rules that read a whole rhythm. Under 5m, since Prometheus forgets older samples.
    past_interval: str = _duration("3m")
    # Where users differ between day and night so does the accuracy: set this to 1d or 1w, and
    # long_window to as much or a multiple. Shorter windows then report only a fall of accuracy or
    # a rise of the loss over cycle_drop or cycle_rise. 0s: no such differences.
    cycle: str = _duration("0s", least=0)
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
    # Of the reference alone, which the sums tolerate beside the least drop: its rows are drawn once
    # for each version, not at each look. After a retrain of 300 rows it has 60, and that is 0.14.
    reference_z: float = _number(3.0, unit="standard errors", low=1.0, high=10.0)
    short_drop: float = _number(0.10, unit="accuracy", low=0.001, high=1.0)
    long_drop: float = _number(0.05, unit="accuracy", low=0.001, high=1.0)
    short_rise: float = _number(0.25, unit="share of the loss", low=0.001, high=100.0)
    long_rise: float = _number(0.10, unit="share of the loss", low=0.001, high=100.0)
    least_rows: float = _number(100, unit="rows", low=1, high=1e9)

    # Estimates without labels. Labels that contradict one by so many standard errors withdraw it,
    # if it is off by more than the gap: within 0.05 of the truth is what it is for. Where fewer
    # labels come in a rhythm, four of them count together.
    estimate_z: float = _number(3.0, unit="standard errors", low=1.0, high=10.0)
    estimate_gap: float = _number(0.04, unit="accuracy", low=0.001, high=1.0)
    estimate_loss_gap: float = _number(0.04, unit="share of the loss", low=0.001, high=100.0)
    estimate_labels: float = _number(1000, unit="labels", low=1, high=1e9)

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
            check(item, getattr(self, item.name))
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
        self._check_rhythm()
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

    def _check_rhythm(self) -> None:
        rhythm, long = seconds(self.rhythm), seconds(self.long_window)
        if rhythm and (not self.learned_windows or rhythm % long and long % rhythm):
            expected = f"0s, or a multiple or a whole part of {self.long_window}, the long window, "
            expected += f"over {self.drift_windows[0]}"
            raise InvalidThreshold("rhythm", self.rhythm, expected)
        for name in ("design_effect", "label_design_effect"):
            if getattr(self, name) > self.most_design_effect:
                expected = f"at most {self.most_design_effect}, most_design_effect"
                raise InvalidThreshold(name, getattr(self, name), expected)
        if seconds(self.past_interval) >= seconds("5m"):
            raise InvalidThreshold("past_interval", self.past_interval, "under 5m")

    @property
    def windows(self) -> tuple[str, str]:
        """The short and the long window: of accuracy, and of what dashboards show."""
        return self.short_window, self.long_window

    @property
    def watched_windows(self) -> tuple[str, ...]:
        """All windows in which drift is looked for: those set, and a whole rhythm.

        >>> Thresholds().watched_windows[-2:], Thresholds(rhythm="0s").watched_windows[-1]
        (('1d', '1w'), '1d')
        """
        longer = seconds(self.rhythm) > seconds(self.long_window)
        return (*self.drift_windows, self.rhythm) if longer else self.drift_windows

    def learned(self, window: str) -> bool:
        """Return whether the past decides what is news in this window."""
        return seconds(window) < seconds(self.rhythm)

    def early(self, window: str) -> bool:
        """Return whether a window tells sudden drift before a rhythm is known.

        >>> [window for window in Thresholds().drift_windows if Thresholds().early(window)]
        ['5m', '20m']
        """
        shortest = window == self.drift_windows[0]
        return shortest or seconds(window) < seconds(self.short_window)

    def past_step(self, window: str) -> str:
        """Return the time between two windows of the past that are looked at."""
        return min(window, self.short_window, key=seconds)

    @property
    def learned_windows(self) -> tuple[str, ...]:
        """The windows in which the past decides what is news: those shorter than the rhythm."""
        return tuple(window for window in self.drift_windows if self.learned(window))

    def effect_window(self, window: str) -> str:
        """Return the window whose design effect counts, which is neither short nor long.

        A short window holds too few rows to show how many follow each other, and a long one has too
        few of its like within a rhythm.

        >>> [Thresholds().effect_window(window) for window in ("5m", "1h", "1d", "1w")]
        ['1h', '1h', '6h', '6h']
        >>> [Thresholds(rhythm="6h").effect_window(window) for window in ("5m", "6h")]
        ['1h', '3h']
        """
        short, long = seconds(self.short_window), seconds(self.long_window)
        learned = self.learned_windows
        some = [w for w in learned if short <= seconds(w) < long] or [*learned[-1:]]
        return next((w for w in some if seconds(w) >= seconds(window)), some[-1])

    def psi_limit(self, window: str) -> float:
        """Return the PSI over which a signal drifts in this window, if no more is usual."""
        return self.early_psi if seconds(window) < seconds(self.short_window) else self.psi

    @property
    def psi_limits(self) -> str:
        """The effect that drifts in each window, for people.

        >>> Thresholds().psi_limits
        '0.25 in 5m and 20m, 0.1 in 1h, 3h, 6h, 1d and 1w'
        """
        parts = []
        for limit, group in groupby(self.watched_windows, self.psi_limit):
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
