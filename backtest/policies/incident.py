"""The relay's own policy: an incident lives as long as its alerts, and may act again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from backtest.collecting import BEGIN
from backtest.policy import Attempt, Moment, Start
from monitoring.alerts import every
from monitoring.relay import policy as relay
from monitoring.relay.attempt_result import AttemptResult
from monitoring.relay.fall import Fall, FallRows, fall_rows
from monitoring.relay.labels import Labels, Rate
from monitoring.relay.policy import ActionKind, IncidentHistory, Signal
from monitoring.thresholds import Thresholds

DAY = 86_400


def signals(thresholds: Thresholds) -> Mapping[str, Signal]:
    """Return what each alert that asks for a retrain is measured with, by its name."""
    found = {alert.name: alert.labels for alert in every(thresholds)}
    return {name: Signal(given["signal"]) for name, given in found.items() if "signal" in given}


class Incidents:
    """Asks the relay's `next_action` at every look.

    alerts: those that it listens to, with their signals.
    """

    watches = True
    gated = True

    def __init__(self, policy: relay.Policy, alerts: Mapping[str, Signal]) -> None:
        self._policy = policy
        self._alerts = alerts
        self._began: float | None = None
        self._fall: Fall | None = None
        self._fall_rows: FallRows | None = None
        # The alerts that fired last, and when.
        self._firing: tuple[str, ...] = ()
        self._fired = 0.0
        # What has been tried: when, on which signal, with how many rows.
        self._tried: list[tuple[float, Signal, int]] = []

    def start(self, moment: Moment) -> Start | None:
        """Return a start where the relay starts one."""
        began = self._start_of(moment)
        heard, due = self._heard(moment), self._due(moment)
        firing = frozenset(self._alerts[name] for name in heard) | due
        if not firing:
            return None
        if due and not heard:
            # On all labels of the version; that of an alert begins with it.
            began = moment.deployed
        earliest = self._since(began, firing, moment) - self._policy.lookback.total_seconds()
        incident = IncidentHistory(
            started=_time(began),
            fell=None if self._fall_rows is None else self._fall_rows.since,
            signals=firing,
            attempts=self._attempts(moment),
            pipelines=tuple(_time(at) for at, _, _ in self._tried),
            former=self._former(moment),
        )
        labels = self._labels(moment, earliest)
        action = relay.next_action(incident, labels, self._policy, now=_time(moment.seconds))
        if action.kind is not ActionKind.START:
            return None
        self._tried.append((moment.seconds, incident.signal, int(labels.rows)))
        return Start("+".join(heard) or "calendar", earliest)

    def _heard(self, moment: Moment) -> tuple[str, ...]:
        """Return the alerts that fire, or that have been away for a short time only."""
        heard = tuple(name for name in moment.firing if name in self._alerts)
        if heard:
            self._firing, self._fired = heard, moment.seconds
        elif self._fired <= moment.deployed or self._away(moment) >= self._policy.quiet:
            self._firing = ()
        return self._firing

    def _away(self, moment: Moment) -> timedelta:
        return timedelta(seconds=moment.seconds - self._fired)

    def _start_of(self, moment: Moment) -> float:
        """Return when the incident of an alert that fires now began: now, if it is a new one."""
        if self._began is None or moment.deployed > self._began:
            return moment.seconds
        return moment.seconds if self._away(moment) > self._policy.pause else self._began

    def _since(self, began: float, firing: frozenset[Signal], moment: Moment) -> float:
        """Return from when on rows are the incident's own; it began at `began`."""
        falls = Signal.LABELS in firing
        if not falls:
            self._fall = None
        elif self._fall is None:
            self._fall = Fall(_time(moment.seconds), timedelta(seconds=moment.late))
        self._fall_rows = fall_rows(
            self._fall_rows if began == self._began else None,
            self._fall,
            started=_time(began),
            alone=Signal.INPUTS not in firing,
            policy=self._policy,
            now=_time(moment.seconds),
        )
        self._began = began
        if self._fall_rows is None or not falls:
            return began
        return (self._fall_rows.since - BEGIN).total_seconds()

    def _former(self, moment: Moment) -> int | None:
        """Return the rows of the last attempt on a version before, but a calendar's."""
        earlier = [one for one in self._tried if one[0] < moment.deployed]
        before = [rows for _, signal, rows in earlier if signal is not Signal.CALENDAR]
        return before[-1] if before else None

    def _due(self, moment: Moment) -> frozenset[Signal]:
        """Return the calendar's signal where its time has passed."""
        if self._policy.every is None:
            return frozenset()
        last = max([moment.deployed, *(at for at, _, _ in self._tried)])
        passed = moment.seconds - last >= self._policy.every.total_seconds()
        return frozenset({Signal.CALENDAR}) if passed else frozenset()

    def _attempts(self, moment: Moment) -> tuple[relay.Attempt, ...]:
        """Return what was tried on the serving version."""
        pairs = zip(self._tried, moment.attempts, strict=True)
        return tuple(
            relay.Attempt(
                at=_time(at),
                signal=signal,
                rows=rows,
                result=_result(attempt),
                growth=attempt.growth,
                new=moment.labels.between(at, moment.seconds),
            )
            for (at, signal, rows), attempt in pairs
            if at >= moment.deployed
        )

    def _labels(self, moment: Moment, earliest: float) -> Labels:
        rows, now = moment.labels.since(earliest), moment.seconds
        rate = moment.labels.between(now - DAY, now) / DAY
        return Labels(rows=rows, rate=Rate(rate))


def _result(attempt: Attempt) -> AttemptResult:
    return AttemptResult(attempt.verdict) if attempt.verdict else AttemptResult.TOO_FEW


def _time(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)
