"""One pipeline for each incident, whatever comes of it, as the relay did until version 0.2."""

from backtest.policy import Moment, Start
from monitoring.relay.policy import Policy

DAY = 86_400  # seconds


class Admitted:
    """Starts once for an incident, at a look at which one of its alerts fires.

    alerts: that it listens to; none: all.  lookback: of the collection, seconds.
    """

    watches = True
    gated = True

    def __init__(self, policy: Policy, lookback: float, alerts: frozenset[str] = frozenset()):
        self._policy = policy
        self._lookback = lookback
        self._alerts = alerts
        self._began: float | None = None
        self._known = False
        self._accepted: list[float] = []

    def start(self, moment: Moment) -> Start | None:
        """Return a start where the relay admits the incident."""
        heard = [name for name in moment.firing if not self._alerts or name in self._alerts]
        if not heard or (self._began is not None and moment.deployed > self._began):
            self._began, self._known = None, False
        if not heard:
            return None
        if self._began is None:
            self._began = moment.seconds
        if self._known or not self._admitted(moment.seconds):
            return None
        self._known = True
        self._accepted.append(moment.seconds)
        longest = self._policy.longest.total_seconds()
        earliest = max(self._began, moment.seconds - longest) - self._lookback
        return Start("+".join(heard), earliest)

    def _admitted(self, now: float) -> bool:
        """Return whether cooldown and budget allow a pipeline."""
        cooldown = self._policy.cooldown.total_seconds()
        today = sum(now - at < DAY for at in self._accepted)
        rested = not self._accepted or now - self._accepted[-1] >= cooldown
        return rested and today < self._policy.daily_budget
