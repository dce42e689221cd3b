"""The policy: a pipeline where a gain is likely, and a reason in words where there is none."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitoring.relay.attempt_result import UNJUDGED, AttemptResult
from monitoring.relay.labels import Labels, Rate, rate_of
from monitoring.relay.policy import (
    Action,
    ActionKind,
    Attempt,
    IncidentHistory,
    Policy,
    Signal,
    next_action,
)
from tests.monitoring.relay.fakes import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy(
    cooldown=HOUR,
    daily_budget=2,
    least_rows=100,
    fall_rows=300,
    drift_rows=1000,
    growth=2.0,
    carry=1.5,
)
FALL, DRIFT = Signal.LABELS, Signal.INPUTS
FAILED = AttemptResult.FAILED
KEEP, BLOCK, PROMOTE = AttemptResult.KEEP, AttemptResult.BLOCK, AttemptResult.PROMOTE
A_SECOND = 1.0  # labels
SOON = START + timedelta(minutes=1)


def _labels(rows: float, *, rate: float = A_SECOND) -> Labels:
    return Labels(rows=rows, rate=Rate(rate))


def _attempt(
    rows: float | None,
    *,
    result: AttemptResult | None = KEEP,
    signal: Signal = DRIFT,
    ago: timedelta = 2 * DAY,
) -> Attempt:
    return Attempt(at=START - ago, signal=signal, rows=rows, result=result)


def _next(
    labels: Labels | None,
    *attempts: Attempt,
    signal: Signal = DRIFT,
    pipelines: tuple[datetime, ...] = (),
    former: float | None = None,
    fell: timedelta | None = None,
    policy: Policy = POLICY,
    new: float | None = None,
) -> Action:
    """Return the next step; new: labels that came since each attempt that does not say."""
    attempts = tuple(one if one.new is not None else replace(one, new=new) for one in attempts)
    history = IncidentHistory(
        started=START - 10 * DAY,
        signals=frozenset({signal}),
        attempts=attempts,
        pipelines=pipelines,
        former=former,
        fell=None if fell is None else START - fell,
    )
    return next_action(history, labels, policy, now=START)


def test_a_measured_fall_acts_once_a_gate_can_tell_that_it_is_mended() -> None:
    """300 labelled rows; before, it waits for those that are missing, and says how long."""
    assert _next(_labels(300), signal=FALL).kind is ActionKind.START
    waits = _next(_labels(260, rate=40 / 3600), signal=FALL)
    assert (waits.kind, waits.more, waits.at) == (ActionKind.LABELS, 40, START + HOUR)
    assert waits.reason == "waits for 40 more labels, about 1 hour at the rate of the last day"


def test_a_fall_waits_for_what_collect_accepts_if_that_is_more() -> None:
    """Fewer rows would only be refused."""
    assert _next(_labels(300), signal=FALL, policy=replace(POLICY, least_rows=500)).more == 200


def test_drift_without_a_fall_waits_for_the_rows_that_a_gate_needs() -> None:
    """Labels flow, so a fall would be seen: nothing is urgent, and a small sample is kept."""
    assert _next(_labels(999)).more == 1
    assert _next(_labels(1000)).kind is ActionKind.START


def test_where_labels_are_too_few_to_measure_a_fall_drift_decides() -> None:
    """Less than a hundred a day: it acts as soon as collect accepts."""
    slow = 99 / DAY.total_seconds()
    assert _next(_labels(100, rate=slow)).kind is ActionKind.START
    assert _next(_labels(99, rate=slow)).more == 1


def test_labels_that_come_once_a_week_flow_on_the_other_days() -> None:
    """None came in the last day, and the mean of two weeks is 500 a day: a fall would be seen."""
    weekly = rate_of(lately=0.0, arrived=7000, counted=14 * DAY)
    labels = Labels(rows=500, rate=weekly)
    assert _next(labels).more == 500
    assert _next(labels).reason.endswith("about 1 day at the rate of the last 14 days")


def test_where_no_labels_come_it_says_so() -> None:
    """Nobody knows when there will be enough."""
    waits = _next(_labels(0, rate=0))
    assert (waits.kind, waits.more, waits.at) == (ActionKind.LABELS, 100, None)
    assert waits.reason == "waits for 100 more labels; none have come so far"


@pytest.mark.parametrize("result", [KEEP, BLOCK, *UNJUDGED])
def test_an_attempt_in_vain_is_not_the_end(result: AttemptResult) -> None:
    """Once the rows have doubled it is tried again, and after that once they have again."""
    once = _attempt(1000, result=result)
    assert _next(_labels(1999), once, new=999).more == 1
    assert _next(_labels(2000), once, new=1000).kind is ActionKind.START
    assert _next(_labels(3999), once, _attempt(2000, result=result), new=1999).more == 1


@pytest.mark.parametrize(("result", "rows"), [(KEEP, 4000), *((one, 2000) for one in UNJUDGED)])
def test_what_nobody_judged_is_tried_again_sooner(result: AttemptResult, rows: int) -> None:
    """A verdict says that the rows show too little; that they were too few does not."""
    once, slow = _attempt(1000, result=result), replace(POLICY, growth=4.0)
    assert _next(_labels(rows - 1), once, policy=slow, new=rows - 1001).more == 1
    assert _next(_labels(rows), once, policy=slow, new=rows - 1000).kind is ActionKind.START


@pytest.mark.parametrize("signal", [DRIFT, FALL])
def test_a_failed_pipeline_waits_for_the_cooldown_alone(signal: Signal) -> None:
    """It says nothing of its rows, whether anybody counts them or not."""
    failed = _attempt(1000, result=FAILED, signal=signal, ago=HOUR)
    for labels in (_labels(1000), None):
        waits = _next(labels, failed, signal=signal, pipelines=(START - HOUR / 2,), new=0)
        assert (waits.kind, waits.at) == (ActionKind.COOLDOWN, START + HOUR / 2)
        later = _next(labels, failed, signal=signal, pipelines=(START - HOUR,), new=0)
        assert later.kind is ActionKind.START


def test_what_was_judged_before_a_failed_pipeline_counts() -> None:
    """A runner that fails neither makes a verdict older nor takes a promoted model away."""
    failed = _attempt(2000, result=FAILED, ago=2 * HOUR)
    assert _next(_labels(2000), _attempt(1000), failed, new=900).more == 100
    promoted = _attempt(1000, result=PROMOTE, ago=3 * HOUR)
    assert _next(_labels(2000), promoted, failed).kind is ActionKind.DEPLOYING


@pytest.mark.parametrize(("failed", "hours"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (99, 24)])
def test_pipelines_that_fail_in_a_row_wait_longer(failed: int, hours: int) -> None:
    """A fault that nobody mends costs a pipeline a day, not the budget of each day."""
    row = (_attempt(1000), *[_attempt(1000, result=FAILED)] * failed)
    waits = _next(_labels(10_000), *row, pipelines=(START - HOUR / 2,), new=9000)
    assert (waits.kind, waits.at) == (ActionKind.COOLDOWN, START + (hours - 0.5) * HOUR)
    none = replace(POLICY, cooldown=timedelta(0))
    assert _next(_labels(9999), *row[:2], pipelines=(START,), policy=none, new=9e3).at == SOON


def test_attempts_grow_with_the_logarithm_of_the_rows() -> None:
    """A drift that stands for a hundred thousand rows costs seven pipelines, not a hundred."""
    attempts: list[Attempt] = []
    for rows in range(0, 100_001, 100):
        last = attempts[-1].rows or 0 if attempts else 0
        if _next(_labels(rows), *attempts, new=rows - last).kind is ActionKind.START:
            attempts.append(_attempt(rows))
    assert [one.rows for one in attempts] == [1000 * 2**power for power in range(7)]


def test_drift_that_goes_on_after_a_promotion_needs_more_rows_than_the_last() -> None:
    """A stream that never stands still would use up each day's budget in its first hours."""
    assert _next(_labels(2999), former=2000).more == 1
    assert _next(_labels(3000), former=2000).kind is ActionKind.START
    assert _next(_labels(1000), former=100).kind is ActionKind.START
    assert _next(_labels(300), former=2000, signal=FALL).kind is ActionKind.START


def test_a_fall_is_never_hidden_by_drift() -> None:
    """Earlier attempts on drift had many rows; the fall needs a hundred new ones, no more."""
    drift = _attempt(50_000)
    assert _next(_labels(50_100), drift, signal=FALL, new=100).kind is ActionKind.START
    assert _next(_labels(50_099), drift, signal=FALL, new=99).more == 1
    both = _attempt(500, signal=FALL), drift
    assert _next(_labels(50_499), *both, signal=FALL, new=499).more == 1
    assert _next(_labels(50_500), *both, signal=FALL, new=500).kind is ActionKind.START


def test_an_alert_that_comes_and_goes_does_not_begin_anew() -> None:
    """The incident is new and has few rows of its own; what was tried on this version counts."""
    assert _next(_labels(150), _attempt(1000), new=1100).more == 850
    assert _next(_labels(1000), _attempt(1000), new=1100).kind is ActionKind.START


def test_nothing_else_starts_while_a_pipeline_runs() -> None:
    """Whatever has happened meanwhile."""
    running = _attempt(100, result=None)
    assert _next(_labels(10**6), running, signal=FALL).kind is ActionKind.RUNNING


def test_a_promoted_model_is_given_time_to_be_merged() -> None:
    """A person may be needed; if nobody merges it for days, more rows may make a better one."""
    waits = _next(_labels(10**6), _attempt(100, result=PROMOTE), signal=FALL)
    assert (waits.kind, waits.at) == (ActionKind.DEPLOYING, START + DAY)
    late = _attempt(100, result=PROMOTE, ago=3 * DAY)
    assert _next(_labels(10**6), late, signal=FALL).kind is ActionKind.START


def test_cooldown_and_budget_are_of_the_model_and_hold_for_falls_too() -> None:
    """They count the pipelines of every version."""
    waits = _next(_labels(300), signal=FALL, pipelines=(SOON - HOUR,))
    assert (waits.kind, waits.at) == (ActionKind.COOLDOWN, SOON)
    assert waits.reason == (
        "the last try was at 2026-11-21 07:01:00 UTC; about 1 minute of the cooldown left"
    )
    today = (START - 30 * HOUR, START - 20 * HOUR, START - 2 * HOUR)
    waits = _next(_labels(300), signal=FALL, pipelines=today)
    assert (waits.kind, waits.at) == (ActionKind.BUDGET, START + 4 * HOUR)
    assert waits.reason.startswith("2 pipelines began in 24 hours, the limit is 2; the next may")
    assert _next(_labels(300), signal=FALL, pipelines=today[:2]).kind is ActionKind.START


def test_a_clock_that_was_once_wrong_holds_nothing_up() -> None:
    """A pipeline that lies ahead is no cooldown and uses up no budget."""
    ahead = (START + DAY, START + 2 * DAY)
    assert _next(_labels(300), signal=FALL, pipelines=ahead).kind is ActionKind.START


def test_where_nobody_knows_of_labels_the_first_attempt_comes_at_once() -> None:
    """Later ones of an incident after a day, two and four; a fall is not held back by drift."""
    assert _next(None).kind is ActionKind.START
    once = _attempt(None, ago=23 * HOUR)
    waits = _next(None, once)
    assert (waits.kind, waits.at) == (ActionKind.REST, START + HOUR)
    assert _next(None, _attempt(None, ago=DAY)).kind is ActionKind.START
    assert _next(None, _attempt(None), _attempt(None, ago=DAY)).at == START + DAY
    assert _next(None, once, signal=FALL).kind is ActionKind.START
    assert _next(None, _attempt(None, ago=11 * DAY)).kind is ActionKind.START


def test_the_calendar_needs_no_more_than_collect_does() -> None:
    """A time has passed, and no alert fires."""
    assert _next(_labels(100), signal=Signal.CALENDAR).kind is ActionKind.START
    assert _next(_labels(99), signal=Signal.CALENDAR).more == 1


@pytest.mark.parametrize(("growth", "more"), [(None, 300), (1.5, 150), (1.1, 100), (9.0, 300)])
def test_a_kept_gain_waits_for_the_rows_that_would_show_it(growth: float | None, more: int) -> None:
    """At least those that collect needs, at most twice those of the attempt, as without a gain."""
    kept = replace(_attempt(300, signal=FALL), growth=growth)
    assert _next(_labels(10**6), kept, signal=FALL, new=more - 1).more == 1
    assert _next(_labels(10**6), kept, signal=FALL, new=more).kind is ActionKind.START


def test_drift_that_stands_does_not_silence_the_calendar() -> None:
    """It would wait for twice the rows; the time has passed."""
    both = frozenset({DRIFT, Signal.CALENDAR})
    history = IncidentHistory(started=START - 10 * DAY, signals=both, attempts=(_attempt(5000),))
    assert next_action(history, _labels(5100), POLICY, now=START).kind is ActionKind.START


def test_a_calendar_brings_a_fall_no_pipeline_of_too_few_rows() -> None:
    """On a hundred the gate would see hardly any gain, and its verdict would hold back the next."""
    both = frozenset({FALL, Signal.CALENDAR})
    history = IncidentHistory(started=START - HOUR, signals=both)
    assert next_action(history, _labels(299), POLICY, now=START).more == 1
    assert next_action(history, _labels(300), POLICY, now=START).kind is ActionKind.START


def test_a_fall_that_stands_does_not_silence_the_calendar() -> None:
    """Its last challenger was kept, and it would wait for four times the rows."""
    both = frozenset({FALL, Signal.CALENDAR})
    tried = _attempt(5000, signal=FALL)
    history = IncidentHistory(started=START - 10 * DAY, signals=both, attempts=(tried,))
    assert next_action(history, _labels(5100), POLICY, now=START).kind is ActionKind.START


def test_an_incident_is_over_when_nothing_fires() -> None:
    """Its alerts have ended, as they do when another version serves."""
    ended = IncidentHistory(started=START, signals=frozenset())
    assert next_action(ended, _labels(10**6), POLICY, now=START).kind is ActionKind.OVER


def test_drift_waits_as_long_where_a_fall_was_tried_meanwhile() -> None:
    """The few rows of a fall say little of a drift that was tried with many, and use up none."""
    many, few = _attempt(8000), _attempt(300, signal=FALL)
    drift, fall = replace(many, new=2000), replace(few, new=100)
    assert _next(_labels(10_000), drift, fall).more == 6000
    assert _next(_labels(16_000), replace(many, new=8000), fall).kind is ActionKind.START
    tried = (_attempt(300), _attempt(8000, signal=FALL))
    assert _next(_labels(10_000), *tried, new=2000).more == 6000


def test_another_fall_is_not_held_back_by_attempts_on_the_first() -> None:
    """Only by those since it began."""
    tried = _attempt(8000, signal=FALL, ago=30 * DAY)
    assert _next(_labels(300), tried, signal=FALL, fell=DAY, new=2000).kind is ActionKind.START
    assert _next(_labels(300), tried, signal=FALL, fell=40 * DAY, new=2000).more == 6000
