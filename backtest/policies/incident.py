"""The relay's own policy: an incident lives as long as its alerts, and may act again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from backtest.collecting import BEGIN
from backtest.policy import Attempt, Moment, Start
from monitoring.alerts import every
from monitoring.relay import policy as relay
from monitoring.relay.policy import ActionKind, AttemptResult, IncidentHistory, Labels, Signal
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
        # What has been tried: when, on which signal, with how many rows.
        self._tried: list[tuple[float, Signal, int]] = []

    def start(self, moment: Moment) -> Start | None:
        """Return a start where the relay starts one."""
        heard = [name for name in moment.firing if name in self._alerts]
        if self._began is not None and moment.deployed > self._began:
            self._began = None
        firing = frozenset(self._alerts[name] for name in heard) | self._due(moment)
        if not firing:
            self._began = None
            return None
        if self._began is None:
            self._began = moment.seconds
        earliest = self._began - self._policy.lookback.total_seconds()
        incident = IncidentHistory(
            signals=firing,
            attempts=self._attempts(moment),
            pipelines=tuple(_time(at) for at, _, _ in self._tried),
        )
        labels = self._labels(moment, earliest)
        action = relay.next_action(incident, labels, self._policy, now=_time(moment.seconds))
        if action.kind is not ActionKind.START:
            return None
        self._tried.append((moment.seconds, incident.signal, int(labels.rows)))
        return Start("+".join(heard) or "calendar", earliest)

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
            relay.Attempt(at=_time(at), signal=signal, rows=rows, result=_result(attempt))
            for (at, signal, rows), attempt in pairs
            if at >= moment.deployed
        )

    def _labels(self, moment: Moment, earliest: float) -> Labels:
        rows, now = moment.labels.since(earliest), moment.seconds
        tried = [at for at, _, _ in self._tried if at >= moment.deployed]
        new = moment.labels.between(tried[-1], now) if tried else rows
        rate = moment.labels.between(now - DAY, now) / DAY
        return Labels(rows=rows, new=new, rate=rate)


def _result(attempt: Attempt) -> AttemptResult:
    return AttemptResult(attempt.verdict) if attempt.verdict else AttemptResult.TOO_FEW


def _time(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)
