"""A policy decides at every look whether to start a pipeline, and on which labels."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from backtest.policies.calendar import EveryPeriod, EveryRows
from backtest.policies.incident import Incidents, signals
from backtest.policies.never import Never
from backtest.policy import Attempt, Labelled, Moment
from monitoring.relay.policy import Policy, Signal
from monitoring.thresholds import Thresholds
from perennial.verdicts import Verdict

MINUTE, HOUR = 60.0, 3600.0
RELAY = Policy(drift_rows=600)


@dataclass(frozen=True)
class Ten:
    """Ten labels a minute, from the history's beginning to a moment."""

    now: float

    def since(self, seconds: float) -> int:
        """Return the labels since then."""
        return self.between(seconds, self.now)

    def between(self, after: float, until: float) -> int:
        """Return the labels between."""
        return round(10 * (until - max(after, 0)) / MINUTE)


@dataclass
class Player:
    """Asks a policy at each minute, and keeps the pipelines that it starts."""

    policy: Incidents
    attempts: list[Attempt] = field(default_factory=list)

    def play(self, minutes: range, *firing: str, verdict: Verdict = Verdict.KEEP) -> None:
        """Let alerts fire in these minutes; a pipeline ends at once, with this verdict."""
        for minute in minutes:
            now = minute * MINUTE
            start = self.policy.start(moment(now, *firing, attempts=self.attempts))
            if start is not None:
                assert start.since is not None
                rows = Ten(now).since(start.since)
                self.attempts.append(
                    Attempt(
                        began=now,
                        ended=now,
                        row=0,
                        reason=start.reason,
                        collected=rows,
                        verdict=verdict,
                    )
                )


def moment(now: float, *firing: str, attempts: list[Attempt] | None = None) -> Moment:
    """Return a look at which these alerts fire; the first version serves."""
    labels: Labelled = Ten(now)
    return Moment(
        seconds=now,
        rows=int(now / 6),
        firing=firing,
        deployed=0.0,
        attempts=attempts or [],
        labels=labels,
    )


def test_never_starts_nothing() -> None:
    """Whatever fires."""
    assert Never().start(moment(HOUR, "AccuracyDrop")) is None


def test_a_calendar_of_rows_starts_once_each_time() -> None:
    """After so many rows since the first model's."""
    policy = EveryRows(600, 100)
    starts = [policy.start(moment(minute * MINUTE)) is not None for minute in range(140)]
    assert [minute for minute, started in enumerate(starts) if started] == [70, 130]


def test_a_calendar_of_rows_starts_one_pipeline_for_a_batch() -> None:
    """However many times its number of rows have come at once."""
    policy = EveryRows(600, 100)
    assert policy.start(moment(2000 * 6.0)) is not None
    assert policy.start(moment(2050 * 6.0)) is None
    assert policy.start(moment(2500 * 6.0)) is not None


def test_a_calendar_of_time_leaves_out_what_a_pipeline_outlasted() -> None:
    """It starts at the next look, once."""
    policy = EveryPeriod(HOUR, 0.0, "hour")
    assert policy.start(moment(3.5 * HOUR)) is not None
    assert policy.start(moment(3.6 * HOUR)) is None
    assert policy.start(moment(4 * HOUR)) is not None


def test_every_retrain_alert_says_what_it_is_measured_with() -> None:
    """So the relay's policy can tell them apart here too."""
    found = signals(Thresholds())
    assert found["DataDrift"] is Signal.INPUTS
    assert found["AccuracyDrop"] is Signal.LABELS
    assert "ServiceDown" not in found


@pytest.fixture
def player() -> Player:
    """The relay's policy, on all alerts."""
    return Player(Incidents(RELAY, signals(Thresholds())))


def test_drift_waits_for_labels_where_labels_flow(player: Player) -> None:
    """600 of them are here an hour after the alert; rows from before are not collected."""
    player.play(range(100, 170), "DataDrift")
    assert [one.began for one in player.attempts] == [160 * MINUTE]
    assert player.attempts[0].collected == pytest.approx(600, abs=10)


def test_a_challenger_that_was_kept_is_tried_again_on_four_times_the_labels(player: Player) -> None:
    """So attempts grow with the logarithm of the rows."""
    player.play(range(100, 400), "DataDrift")
    rows = [one.collected for one in player.attempts]
    assert len(rows) == 2
    assert rows == pytest.approx([rows[0], 4 * rows[0]], abs=30)


def test_a_measured_fall_is_not_held_back_by_drift(player: Player) -> None:
    """It starts a pipeline as soon as the cooldown has passed and labels have come."""
    player.play(range(100, 165), "DataDrift")
    player.play(range(165, 230), "DataDrift", "AccuracyDrop")
    assert [one.began for one in player.attempts] == [160 * MINUTE, 220 * MINUTE]


def test_a_fall_learns_from_rows_of_its_own(player: Player) -> None:
    """Those of the drift that it joins, which had done no harm, are older; it waits for 300."""
    player.play(range(100, 140), "DataDrift")
    player.play(range(140, 175), "DataDrift", "AccuracyDrop")
    assert [one.began for one in player.attempts] == [170 * MINUTE]
    assert player.attempts[0].collected == pytest.approx(300, abs=10)


def test_an_alert_that_comes_and_goes_is_one_incident(player: Player) -> None:
    """Its rows count from the first time on, and a short pause counts as firing."""
    for minute in range(100, 200, 25):
        player.play(range(minute, minute + 2), "DataDrift")
        player.play(range(minute + 2, minute + 25))
    player.play(range(200, 210), "DataDrift")
    assert [one.began for one in player.attempts] == [160 * MINUTE]
    assert player.attempts[0].collected == pytest.approx(600, abs=10)


def test_after_a_long_pause_an_alert_is_a_new_incident(player: Player) -> None:
    """What came before is not collected for it."""
    player.play(range(100, 110), "DataDrift")
    player.play(range(110, 2000))
    player.play(range(2000, 2100), "DataDrift")
    assert [one.began for one in player.attempts] == [2060 * MINUTE]


def test_another_fall_is_tried_on_its_own_first_rows_as_in_the_relay(player: Player) -> None:
    """The first was tried with 4,800; the next, a day later, comes with 300 again."""
    player.play(range(100, 700), "AccuracyDrop", "DataDrift")
    player.play(range(700, 2300), "DataDrift")
    player.play(range(2300, 2340), "AccuracyDrop", "DataDrift")
    last = player.attempts[-1]
    assert (last.began, last.reason) == (2330 * MINUTE, "AccuracyDrop+DataDrift")
    assert last.collected == pytest.approx(300, abs=10)


def test_a_relay_may_have_a_calendar_of_its_own() -> None:
    """Without any alert, since the last pipeline or deployment."""
    player = Player(Incidents(Policy(every=timedelta(hours=2)), {}))
    player.play(range(1, 260))
    assert [one.reason for one in player.attempts][:1] == ["calendar"]


def test_a_calendar_holds_no_drift_back_by_its_many_rows() -> None:
    """Those of five hours here: the drift of the version that came of it waits for its own 600."""
    player = Player(Incidents(replace(RELAY, every=timedelta(hours=5)), signals(Thresholds())))
    player.play(range(1, 301), verdict=Verdict.PROMOTE)
    assert [one.collected for one in player.attempts] == [pytest.approx(3000, abs=10)]
    for minute in range(301, 400):
        now = moment(minute * MINUTE, "DataDrift", attempts=player.attempts)
        if player.policy.start(replace(now, deployed=301 * MINUTE)) is not None:
            break
    assert minute == 361
