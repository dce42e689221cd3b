"""One pipeline for each incident, whatever comes of it, as the relay did until version 0.2."""

from datetime import timedelta

from backtest.collecting import BEGIN
from backtest.policy import Moment, Start
from monitoring.relay.admission import ModelHistory, admit
from monitoring.relay.audit import AuditEvent
from monitoring.relay.policy import Policy

DAY = timedelta(days=1)


class Admitted:
    """Asks `admit` at every look at which one of its alerts fires.

    alerts: that it listens to; none: all.  lookback: of the collection, seconds.
    """

    watches = True
    gated = True

    def __init__(self, policy: Policy, lookback: float, alerts: frozenset[str] = frozenset()):
        self._policy = policy
        self._lookback = lookback
        self._alerts = alerts
        self._began: float | None = None
        self._known: str | None = None
        self._accepted: list[float] = []

    def start(self, moment: Moment) -> Start | None:
        """Return a start where the relay admits the incident."""
        heard = [name for name in moment.firing if not self._alerts or name in self._alerts]
        if not heard or (self._began is not None and moment.deployed > self._began):
            self._began = self._known = None
        if not heard:
            return None
        if self._began is None:
            self._began = moment.seconds
        now = BEGIN + timedelta(seconds=moment.seconds)
        times = [BEGIN + timedelta(seconds=seconds) for seconds in self._accepted]
        history = ModelHistory(
            known=self._known,
            last=times[-1] if times else None,
            today=sum(now - time < DAY for time in times),
        )
        if admit(history, self._policy, now=now).event is not AuditEvent.ACCEPTED:
            return None
        self._known = "triggered"
        self._accepted.append(moment.seconds)
        longest = self._policy.longest.total_seconds()
        earliest = max(self._began, moment.seconds - longest) - self._lookback
        return Start("+".join(heard), earliest)
