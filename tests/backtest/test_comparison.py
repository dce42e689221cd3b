"""Policies are compared with never and with the oracle, on the same rows."""

import pytest

from backtest.comparison import CLOCK, FORESEEN, NEVER, SHIPPED, UNGATED, lines, sentence
from backtest.outcome import Outcome
from backtest.policy import Attempt
from backtest.table import rendered
from perennial.kinds.outputs.number import NumberOutput
from perennial.statistics.metrics import METRICS
from perennial.verdicts import Verdict

ACCURACY = METRICS["accuracy"]


def attempt(row: int, verdict: Verdict | None, gain: float | None) -> Attempt:
    """Return a pipeline that cost 2 seconds."""
    return Attempt(
        began=0.0,
        ended=1.0,
        row=row,
        reason="",
        collected=9,
        verdict=verdict,
        seconds=2.0,
        gain=gain,
    )


def outcome(policy: str, score: float, *attempts: Attempt) -> Outcome:
    """Return what came of a policy."""
    return Outcome(
        policy=policy, phase=0, score=score, blocks=(score,), rows=3000, start=5, attempts=attempts
    )


@pytest.fixture
def outcomes() -> dict[str, list[Outcome]]:
    """The oracle retrains at rows 100 and 900; the loop late, once of two times."""
    good = attempt(300, Verdict.PROMOTE, 0.1), attempt(400, Verdict.KEEP, 0.1)
    best = attempt(100, Verdict.PROMOTE, 0.2), attempt(900, Verdict.PROMOTE, 0.1)
    return {
        NEVER: [outcome(NEVER, 0.7)],
        SHIPPED: [outcome(SHIPPED, 0.75, *good, attempt(500, None, None))],
        FORESEEN: [outcome(FORESEEN, 0.8, *best)],
    }


def test_a_gain_is_a_share_of_the_oracles(outcomes: dict[str, list[Outcome]]) -> None:
    """Half of it here."""
    found = lines(outcomes, ACCURACY, horizon=300)
    assert found[SHIPPED].gain == pytest.approx(0.05)
    assert found[SHIPPED].share == pytest.approx(0.5)


def test_pipelines_that_gained_nothing_are_needless(outcomes: dict[str, list[Outcome]]) -> None:
    """Those that the gate kept, and those with too few labels."""
    line = lines(outcomes, ACCURACY, horizon=300)[SHIPPED]
    assert (line.started, line.promoted, line.needless, line.seconds) == (3, 1, 2, 6)


def test_a_retrain_comes_late_or_is_missed(outcomes: dict[str, list[Outcome]]) -> None:
    """It is missed where none came within a horizon of the oracle's."""
    line = lines(outcomes, ACCURACY, horizon=300)[SHIPPED]
    assert (line.delay, line.missed) == (200, 1)


def test_a_sentence_says_what_the_loop_is_worth(outcomes: dict[str, list[Outcome]]) -> None:
    """With the gain over never, and the share of the oracle's."""
    said = sentence(lines(outcomes, ACCURACY, horizon=300), ACCURACY)
    assert "from 0.7 to 0.75, 50% of the oracle's gain, with 3 pipelines" in said


def test_counts_are_whole_where_they_are(outcomes: dict[str, list[Outcome]]) -> None:
    """Those of one replay, and means of many that come out even; and of one there is no plural."""
    outcomes[SHIPPED] = [outcome(SHIPPED, 0.75, attempt(300, Verdict.PROMOTE, 0.1))]
    found = lines(outcomes, ACCURACY, horizon=300)
    assert sentence(found, ACCURACY).endswith("gain, with 1 pipeline.")
    assert "| as shipped | 0.75 | 0.05 | 50% | 1 | 1 | 0 | 1 | 200 |" in rendered(found, "accuracy")
    both = {policy: [own[0], outcome(policy, 0.7)] for policy, own in outcomes.items()}
    found = lines(both, ACCURACY, horizon=300)
    assert "| 0.5 | 0.5 | 0 | 0.5 | 200 |" in rendered(found, "accuracy")


def test_a_lead_over_the_clock_has_an_interval_of_its_own(
    outcomes: dict[str, list[Outcome]],
) -> None:
    """That of the differences: histories that are all harder make no clock better."""
    twice = {policy: own * 2 for policy, own in outcomes.items()}
    twice[SHIPPED] = [outcome(SHIPPED, 0.75), outcome(SHIPPED, 0.55)]
    twice[CLOCK] = [outcome(CLOCK, 0.72), outcome(CLOCK, 0.53)]
    found = lines(twice, ACCURACY, horizon=300)
    assert found[SHIPPED].lead == pytest.approx(0.025)
    assert found[SHIPPED].lead_spread == pytest.approx(0.0635, abs=1e-4)
    assert "; a clock, as often, reaches 0.625, 0.025 ± 0.064 less" in sentence(found, ACCURACY)
    assert found[NEVER].lead == pytest.approx(0.075)


def test_of_errors_a_clock_reaches_more(outcomes: dict[str, list[Outcome]]) -> None:
    """A lower error is better, and so the loop is ahead of it."""
    lower = {NEVER: 0.9, SHIPPED: 0.5, CLOCK: 0.6, FORESEEN: 0.4}
    twice = {
        policy: [outcome(policy, score), outcome(policy, score + 0.01 * len(policy))]
        for policy, score in lower.items()
    }
    error = NumberOutput().metrics["mae"]
    said = sentence(lines(twice, error, horizon=300), error)
    assert " more error" in said and " less" not in said


def test_on_a_short_history_the_oracle_is_no_bound(outcomes: dict[str, list[Outcome]]) -> None:
    """It has few models to choose among, and the loop more than all of its gain."""
    found = lines(outcomes, ACCURACY, horizon=301)
    assert found[SHIPPED].share is None and found[FORESEEN].share is None
    said = sentence(found, ACCURACY)
    assert "of the oracle's gain" not in said
    assert said.endswith(
        "; a history of less than 10 horizons is too short for an oracle to be a bound."
    )


def test_without_foresight_nobody_knows_what_was_missed(
    outcomes: dict[str, list[Outcome]],
) -> None:
    """Nor which share of what was possible a policy gained; its gain over never is known."""
    del outcomes[FORESEEN]
    line = lines(outcomes, ACCURACY, horizon=300)[SHIPPED]
    assert (line.share, line.missed, line.delay) == (None, None, None)
    assert line.gain == pytest.approx(0.05)


def test_the_loop_is_held_against_the_better_clock(outcomes: dict[str, list[Outcome]]) -> None:
    """With the gate a clock keeps old rows until it promotes; without, it deploys what is worse."""
    clocks = {CLOCK: [outcome(CLOCK, 0.7)], UNGATED: [outcome(UNGATED, 0.74)]}
    found = lines(outcomes | clocks, ACCURACY, horizon=300)
    assert found[SHIPPED].lead == pytest.approx(0.01)
    assert "; a clock, as often, no gate, reaches 0.74" in sentence(found, ACCURACY)


def test_over_all_of_the_oracles_gain_is_no_share(outcomes: dict[str, list[Outcome]]) -> None:
    """The oracle is greedy, so a loop that waits may end with more."""
    outcomes[FORESEEN] = [outcome(FORESEEN, 0.72)]
    said = sentence(lines(outcomes, ACCURACY, horizon=300), ACCURACY)
    assert "oracle" not in said
