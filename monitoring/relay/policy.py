"""What an incident does next: pure functions, which the relay and the backtest both call."""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from monitoring.relay.attempt_result import UNJUDGED, AttemptResult
from monitoring.relay.labels import Labels
from monitoring.relay.words import about, time_in_words
from perennial.plural import plural

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Signal(StrEnum):
    """What an alert is measured with, as its label `signal` says."""

    LABELS = "labels"  # accuracy, loss or intervals on labelled rows: the model is worse
    INPUTS = "inputs"  # inputs and answers alone: the model may be worse
    # `Policy.every` has passed since the last pipeline, alerts or none. Where none fires, the
    # incident begins with the last promotion, or when the relay began to count labels.
    CALENDAR = "calendar"


def strongest(signals: Collection[Signal]) -> Signal:
    """Return the strongest of some signals."""
    return next(signal for signal in Signal if signal in signals)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Limits of one model.

    cooldown: least time between two pipelines; an hour is usual. Each pipeline in a row that failed
    doubles it, from a minute at least up to a day.
    daily_budget: most pipelines in 24 hours.
    longest: how long ago an incident may have begun that is new; a week is usual.
    least_rows: labelled rows that `collect` accepts.
    fall_rows: labelled rows that a measured fall waits for; the gate tests on a fifth of them. What
    it sees on so many, and why drift waits for more: docs/decisions/incidents-that-live.md.
    lookback: how long before an incident's own rows `collect` begins to read.
    drift_rows: labelled rows that a drift without a measured fall waits for; a gate needs about so
    many to see a gain of a few points.
    flow: labels flow where at least `least_rows` come in this long: then a fall would be measured.
    growth: times the rows of the last attempt that the next one needs at most, so that attempts
    grow with the logarithm of the rows; twice the rows at most after one that had too few or was
    canceled. One that failed does not count.
    carry: how many times the rows of the former version's last attempt a drift without a measured
    fall waits for, so that a stream that never stands still costs few pipelines too.
    quiet: alerts that are away for less count as firing: at a failed scrape, or at their limit.
    pause: an alert of the same version that fires again within this time goes on with its incident.
    deploy_within: how long a promoted model may wait to be merged before anything else is tried.
    every: how often a model is trained again though no alert fires; None for never.
    """

    cooldown: timedelta = timedelta(hours=1)
    daily_budget: int = 4
    longest: timedelta = timedelta(days=7)
    least_rows: int = 100
    fall_rows: int = 300
    lookback: timedelta = timedelta(seconds=30)
    drift_rows: int = 1000
    flow: timedelta = DAY
    growth: float = 4.0
    carry: float = 1.0
    quiet: timedelta = timedelta(minutes=15)
    pause: timedelta = DAY
    deploy_within: timedelta = timedelta(days=3)
    every: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One pipeline on the version that serves.

    at: when it was decided.  signal: the strongest then.  rows: labelled rows that it could learn
    from, None if nobody knew.  result: None while it runs.
    growth: times the rows that the gate takes to see the gain that it saw, None if it saw none.
    new: labels that came since, None if nobody knows.
    """

    at: datetime
    signal: Signal
    rows: float | None
    result: AttemptResult | None = None
    growth: float | None = None
    new: float | None = None


@dataclass(frozen=True, kw_only=True)
class IncidentHistory:
    """What is known of an incident, which is of one version of a model.

    signals: of the alerts that fire, or did less than `quiet` ago; none once all have ended or
    another version serves.
    attempts: on this version, oldest first, those of earlier incidents too.
    pipelines: when pipelines of the model were started, at least those of the last 24 hours, of
    any version.
    started: when it began; attempts from before are of earlier incidents.
    fell: since when rows are of the fall that labels show; earlier attempts are of other falls.
    former: rows of the last attempt on another version, which this one has learned from; not of a
    calendar's, which had all rows of its time.
    last_failed: when the relay last failed to start one; it counts for the cooldown alone.
    """

    signals: frozenset[Signal]
    attempts: tuple[Attempt, ...] = ()
    pipelines: tuple[datetime, ...] = ()
    started: datetime | None = None
    fell: datetime | None = None
    former: float | None = None
    last_failed: datetime | None = None

    @property
    def signal(self) -> Signal:
        """The strongest signal."""
        return strongest(self.signals)


class ActionKind(StrEnum):
    """What an incident does next."""

    NEW = "new"  # nothing is decided yet
    START = "start"  # a pipeline, now
    RUNNING = "running"  # its pipeline has not ended
    DEPLOYING = "deploying"  # a promoted model is not serving yet
    LABELS = "labels"  # wait for more labels
    REST = "rest"  # wait, as nobody knows whether there are more labels
    COOLDOWN = "cooldown"
    BUDGET = "budget"
    OVER = "over"


@dataclass(frozen=True)
class Action:
    """The next step, with its reason in words.

    at: when a wait ends at the latest, or about when at today's rate of labels; None if unknown.
    more: labels that are missing.
    """

    kind: ActionKind
    reason: str
    at: datetime | None = None
    more: int = 0


def next_action(
    incident: IncidentHistory, labels: Labels | None, policy: Policy, *, now: datetime
) -> Action:
    """Return what an incident does next.

    labels: None where nobody knows; then an incident's first attempt comes at once, later ones
    after a day, two days, four days, and so on.

    >>> from monitoring.relay.labels import Rate
    >>> began = datetime(2026, 11, 1)
    >>> drift = IncidentHistory(started=began, signals=frozenset({Signal.INPUTS}))
    >>> few = Labels(rows=60, rate=Rate(0.004))
    >>> next_action(drift, few, Policy(), now=began).reason
    'waits for 940 more labels, about 3 days at the rate of the last day'
    """
    if not incident.signals:
        return Action(ActionKind.OVER, "its alerts have ended, or another version serves")
    if incident.attempts and incident.attempts[-1].result is None:
        return Action(ActionKind.RUNNING, "its pipeline has not ended")
    attempts = tuple(one for one in incident.attempts if not _failed(one))
    if attempts and attempts[-1].result is AttemptResult.PROMOTE:
        until = attempts[-1].at + policy.deploy_within
        if now < until:
            reason = "a promoted model waits to be merged and deployed"
            return Action(ActionKind.DEPLOYING, reason, until)
    known = replace(incident, attempts=attempts)
    held = _rest(known, now) if labels is None else _few_labels(known, labels, policy, now)
    held = held or _cooldown(incident, policy, now) or _budget(incident, policy, now)
    return held or Action(ActionKind.START, _why(incident, labels))


def _failed(attempt: Attempt) -> bool:
    return attempt.result is AttemptResult.FAILED


def _few_labels(
    incident: IncidentHistory, labels: Labels, policy: Policy, now: datetime
) -> Action | None:
    """Wait for labels where a pipeline would have too few, or nearly those of the last one."""
    first = _first(incident, labels, policy)
    more = math.ceil(max(first - labels.rows, _missing(incident, labels, first, policy)))
    if more <= 0:
        return None
    reason = f"waits for {plural(more, 'more label')}"
    if labels.rate.a_second <= 0:
        return Action(ActionKind.LABELS, f"{reason}; none have come so far", more=more)
    seconds = more / labels.rate.a_second
    reason += f", about {about(seconds)} at {labels.rate}"
    at = now + timedelta(seconds=seconds) if seconds < 1e9 else None
    return Action(ActionKind.LABELS, reason, at, more)


def _first(incident: IncidentHistory, labels: Labels, policy: Policy) -> float:
    """Return the rows that any attempt needs: more where a fall would show, and none is seen."""
    if Signal.LABELS in incident.signals:
        return max(policy.fall_rows, policy.least_rows)
    if Signal.CALENDAR in incident.signals:
        return policy.least_rows
    flows = labels.rate.a_second * policy.flow.total_seconds() >= policy.least_rows
    former = policy.carry * (incident.former or 0)
    return max(former, policy.drift_rows if flows else 0, policy.least_rows)


def _missing(incident: IncidentHistory, labels: Labels, first: float, policy: Policy) -> float:
    """Return the new rows that another attempt lacks; a fall is not held back by earlier drift."""
    if not incident.attempts or Signal.CALENDAR in incident.signals:
        return 0
    last = _last_alike(incident)
    new = (last or incident.attempts[-1]).new
    came = labels.rows if new is None else new
    if last is None:
        return (policy.least_rows if incident.signal is Signal.LABELS else first) - came
    more = min(policy.growth, last.growth or policy.growth) - 1
    if last.result in UNJUDGED:
        more = min(more, 1.0)
    return max(more * (first if last.rows is None else last.rows), policy.least_rows) - came


def _last_alike(incident: IncidentHistory) -> Attempt | None:
    """Return the attempt that the next one has to have more rows than.

    For a fall that is the last one on it; for drift the last one, or the last one on drift if that
    had more rows, as those of a fall are few. A calendar's had all rows of its time, whatever they
    are of, so it counts for neither.
    """
    attempts = [one for one in incident.attempts if one.signal is not Signal.CALENDAR]
    fell, falls = incident.fell, incident.signal is Signal.LABELS
    alike = [one for one in attempts if (one.signal is Signal.LABELS) is falls]
    if falls:
        mine = [one for one in alike if fell is None or one.at >= fell]
        return mine[-1] if mine else None
    return max([*alike[-1:], *attempts[-1:]], key=lambda one: one.rows or 0.0, default=None)


def _rest(incident: IncidentHistory, now: datetime) -> Action | None:
    started = incident.started
    mine = [one for one in incident.attempts if started is None or one.at >= started]
    if not mine:
        return None
    last = mine[-1]
    if incident.signal is Signal.LABELS and last.signal is not Signal.LABELS:
        return None
    until = last.at + DAY * 2 ** min(len(mine) - 1, 10)
    if now >= until:
        return None
    unknown = "as nobody knows how many labels came since the last try"
    reason = f"rests until {time_in_words(until)}, {unknown}"
    return Action(ActionKind.REST, reason, until)


def _cooldown(incident: IncidentHistory, policy: Policy, now: datetime) -> Action | None:
    # A time that lies ahead is of a clock that was once wrong.
    failed = () if incident.last_failed is None else (incident.last_failed,)
    last = max((at for at in (*incident.pipelines, *failed) if at <= now), default=None)
    if last is None:
        return None
    pause = policy.cooldown
    if failures := [*takewhile(_failed, reversed(incident.attempts))]:
        pause = max(pause, min(max(pause, MINUTE) * 2 ** min(len(failures) - 1, 10), DAY))
    until = last + pause
    if now >= until:
        return None
    left = about((until - now).total_seconds())
    reason = f"the last try was at {time_in_words(last)}; about {left} of the cooldown left"
    return Action(ActionKind.COOLDOWN, reason, until)


def _budget(incident: IncidentHistory, policy: Policy, now: datetime) -> Action | None:
    today = sorted(at for at in incident.pipelines if now - DAY < at <= now)
    if len(today) < policy.daily_budget:
        return None
    until = today[-policy.daily_budget] + DAY
    reason = (
        f"{plural(len(today), 'pipeline')} began in 24 hours, the limit is {policy.daily_budget}; "
        f"the next may begin at {time_in_words(until)}"
    )
    return Action(ActionKind.BUDGET, reason, until)


def _why(incident: IncidentHistory, labels: Labels | None) -> str:
    if labels is None:
        return "nobody knows how many labels there are"
    reason = f"{plural(round(labels.rows), 'labelled row')} of the incident"
    new = incident.attempts[-1].new if incident.attempts else None
    return reason if new is None else f"{reason}, {new:,.0f} since the last try"
