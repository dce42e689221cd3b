"""What the figures of two comparisons decide."""

from dataclasses import replace

import numpy as np
import pytest

from perennial.statistics import mean_loss
from training.gate.compared_bundle import ComparedBundle
from training.gate.comparison import Comparison, Difference, Headline, Score, difference
from training.gate.decision import GateDecision, decide
from training.gate.surprise import Surprise
from training.params import Gate


def found(
    champion: float | None, challenger: float, *, p: float = 0.001, majority: float = 0.1
) -> Comparison:
    """Return a comparison on 100 rows with the given accuracies."""
    new = Score(challenger, challenger - 0.05, challenger + 0.05)
    if champion is None:
        return Comparison(100, majority, new)
    old = Score(champion, champion - 0.05, champion + 0.05)
    change = challenger - champion
    return Comparison(100, majority, new, old, Difference(change, change - 0.05, change + 0.05, p))


def decided(
    *,
    base: Comparison | None,
    fresh: Comparison | None,
    champion_saw_incident: bool = False,
    champion: str = "b",
    base_is_past: bool = False,
    incident: str | None = None,
) -> GateDecision:
    """Return the decision on a challenger with the digest `a`."""
    return decide(
        challenger=ComparedBundle("1.1.0", "a"),
        champion=ComparedBundle("1.0.0", champion),
        base=base,
        fresh=fresh,
        level=0.05,
        floor=0.5,
        champion_saw_incident=champion_saw_incident,
        base_is_past=base_is_past,
        incident=incident,
    )


def test_a_mean_that_is_far_worse_on_base_rows_blocks() -> None:
    """20 losses of 1,000 in place of 1, all other 980 slightly better: no gain makes up for it."""
    old, new = np.ones(1000), np.where(np.arange(1000) < 20, 1000.0, 0.9)
    gate = Gate(level=0.05, bootstrap=500, floor=50, seed=7, least_trusted=30)
    here, main = (Score(float(lost.mean()), 0, 50) for lost in (new, old))
    words = Headline("mean error", higher_is_better=False)
    change = difference(mean_loss.TEST, old, new, gate)
    base = Comparison(1000, 30, here, main, change, words)
    gained = Comparison(100, 9, Score(1, 1, 2), Score(8, 7, 9), Difference(-7, -8, -6, 0.01), words)
    assert change.low > 10 and change.p < 0.0001
    decision = decide(
        challenger=ComparedBundle("1.1.0", "a"),
        champion=ComparedBundle("1.0.0", "b"),
        base=base,
        fresh=gained,
        level=0.05,
        floor=50,
    )
    assert decision.verdict == "block"
    assert "a significant loss on base rows: mean error 1.00 to 20.88" in decision.line()


@pytest.mark.parametrize(
    ("base", "fresh", "verdict", "word"),
    [
        (
            found(0.99, 0.99, p=1.0),
            found(0.12, 0.98),
            "promote",
            "gain on fresh rows: accuracy 0.120",
        ),
        (found(0.99, 0.97, p=0.2), found(0.12, 0.98), "promote", "no significant loss"),
        (None, found(0.12, 0.98), "promote", "gain on fresh"),
        (found(None, 0.99), None, "promote", "first model"),
        (found(None, 0.99), found(None, 0.9), "promote", "first model"),
        (found(0.99, 0.99, p=1.0), found(0.90, 0.92, p=0.6), "keep", "no significant difference"),
        (found(0.90, 0.99), found(0.90, 0.92, p=0.6), "keep", "base rows alone does not promote"),
        (found(0.90, 0.99), None, "promote", "gain on base rows: accuracy 0.900 to 0.990"),
        (
            found(0.99, 0.98, p=0.2),
            None,
            "keep",
            "no significant difference on base rows: accuracy 0.990",
        ),
        (None, None, "keep", "no rows to compare on"),
        (
            found(0.99, 0.99, p=1.0),
            found(0.98, 0.90),
            "block",
            "loss on fresh rows: accuracy 0.980",
        ),
        (
            found(0.99, 0.91),
            found(0.12, 0.98),
            "block",
            "loss on base rows: accuracy 0.990 to 0.910",
        ),
        (found(0.99, 0.99, p=1.0), found(0.05, 0.14), "block", "cannot be learnt"),
        (found(0.99, 0.99, p=1.0), found(0.1, 0.45), "block", "floor of 0.5: 0.450 on 100 fresh"),
        (found(None, 0.3), None, "block", "floor of 0.5: 0.300 on 100 base"),
    ],
)
def test_the_verdict_follows_the_figures(
    base: Comparison | None, fresh: Comparison | None, verdict: str, word: str
) -> None:
    """A gain without a loss promotes, no difference keeps, a loss or unlearnable labels block."""
    decision = decided(base=base, fresh=fresh)
    assert decision.verdict == verdict
    assert word in decision.line() and decision.line().startswith(f"{verdict}: ")
    assert "\n" not in decision.line()


def test_fresh_rows_of_one_label_do_not_block_a_model_that_knows_it() -> None:
    """Always giving that label is right too, so such rows cannot tell what was learnt."""
    fresh = replace(found(0.0, 1.0), constant=1.0)
    assert decided(base=None, fresh=fresh).verdict == "block"
    perfect = Score(1.0, 0.93, 1.0)
    assert decided(base=None, fresh=replace(fresh, perfect=perfect)).verdict == "promote"


def test_an_incident_that_the_champion_knows_is_no_news() -> None:
    """Then a gain is looked for on base rows, and a loss on the incident's still blocks."""
    same, better = found(0.98, 0.98, p=1.0), found(0.90, 0.99)
    assert decided(base=better, fresh=same, champion_saw_incident=True).verdict == "promote"
    assert decided(base=same, fresh=same, champion_saw_incident=True).verdict == "keep"
    worse = decided(base=better, fresh=found(0.98, 0.90), champion_saw_incident=True)
    assert worse.verdict == "block" and "loss on fresh rows" in worse.line()


def test_an_incident_without_a_row_to_judge_is_kept() -> None:
    """Gains on base rows promote only what the champion knows, and losses block as ever."""
    better = found(0.90, 0.99)
    kept = decided(base=better, fresh=None, incident="b")
    assert kept.line() == (
        "keep: no significant difference: there are no fresh rows of incident b to compare on"
    )
    known = decided(base=better, fresh=None, incident="b", champion_saw_incident=True)
    assert known.verdict == "promote"
    assert decided(base=found(0.99, 0.91), fresh=None, incident="b").verdict == "block"
    assert decided(base=found(None, 0.99), fresh=None, incident="b").verdict == "promote"


def test_every_reason_to_block_is_given() -> None:
    """Scrambled labels harm in three ways, and a reader sees all of them."""
    decision = decided(base=found(0.99, 0.91), fresh=found(0.1, 0.12))
    assert decision.verdict == "block" and len(decision.reasons) == 3


def test_a_majority_that_explains_the_accuracy_blocks() -> None:
    """Where 90 % of the fresh rows have one label, 0.92 shows that nothing was learnt."""
    fresh = found(0.1, 0.92, majority=0.9)
    assert decided(base=None, fresh=fresh).verdict == "block"


def test_mains_own_bundle_is_kept_before_any_other_rule() -> None:
    """A bundle below the floor is blocked, but not if main has that very bundle."""
    low = found(0.3, 0.3, p=1.0)
    assert decided(base=low, fresh=None).verdict == "block"
    kept = decided(base=low, fresh=None, champion="a")
    assert kept.line() == "keep: main has the same bundle, so there is no significant difference"


ERROR = Headline(
    "mean error", higher_is_better=False, constant_answer="always answering the median"
)


def lost(champion: float, challenger: float, *, p: float = 0.001) -> Comparison:
    """Return a comparison of mean errors, where always answering the median errs by 9."""
    old, new = (Score(value, value - 0.1, value + 0.1) for value in (champion, challenger))
    change = challenger - champion
    difference = Difference(change, change - 0.1, change + 0.1, p)
    return Comparison(100, 9.0, new, old, difference, ERROR)


EIGHT, TWO_TENTHS = "mean error 8.000 to 0.400 on 100", "mean error 0.200 to 0.400 on 100"


@pytest.mark.parametrize(
    ("base", "fresh", "line"),
    [
        (lost(0.3, 0.3, p=1), lost(8, 0.4), "promote: a significant gain on fresh rows: " + EIGHT),
        (lost(0.3, 0.3, p=1), lost(0.4, 0.4, p=1), "keep: no significant difference on fresh rows"),
        (lost(0.2, 0.4), lost(8, 0.4), "block: a significant loss on base rows: " + TWO_TENTHS),
        (lost(0.3, 0.3), lost(8, 0.6), "block: mean error above the limit of 0.5: 0.600 on 100"),
    ],
)
def test_of_an_error_less_is_better(base: Comparison, fresh: Comparison, line: str) -> None:
    """Every rule follows the direction of the score, and its words."""
    assert decided(base=base, fresh=fresh).line().startswith(line)


def test_an_error_near_that_of_a_constant_answer_blocks() -> None:
    """The upper end of its interval has to be below it."""
    decision = decided(base=None, fresh=lost(20, 8.95))
    assert "reaches 8.950 (at most 9.050), always answering the median reaches 9.000" in str(
        decision.reasons
    )


def test_a_loss_on_rows_of_the_past_is_told_and_does_not_block() -> None:
    """What comes next is like the latest rows; where base rows are no older, the loss blocks."""
    worse, better = found(0.9, 0.8), found(0.5, 0.9)
    past = decided(base=worse, fresh=better, base_is_past=True)
    assert past.verdict == "promote" and past.reasons[0].startswith("a significant gain on fresh")
    assert past.reasons[1:] == (
        "base rows are from before the fresh ones, so this does not block: a significant loss on "
        "base rows: accuracy 0.900 to 0.800 on 100 rows, p = 0.001",
    )
    assert decided(base=worse, fresh=None, base_is_past=True).verdict == "block"
    assert decided(base=better, fresh=worse, base_is_past=True).verdict == "block"
    same = found(0.9, 0.9, p=1)
    assert decided(base=worse, fresh=same, base_is_past=True).verdict == "keep"


def test_a_block_says_what_to_do_where_fresh_rows_gain_what_base_rows_lose() -> None:
    """The rule itself may have changed; where fresh rows gain nothing, there is nothing to say."""
    worse, better = found(0.9, 0.8), found(0.5, 0.9)
    block = decided(base=worse, fresh=better)
    assert block.verdict == "block" and block.reasons[1] == (
        "a significant gain on fresh rows: accuracy 0.500 to 0.900 on 100 rows, p = 0.001: if old "
        "rows do not hold any more, take them out or, of a table, name their time column"
    )
    assert len(decided(base=worse, fresh=found(0.9, 0.9, p=1)).reasons) == 1


def test_a_kept_gain_says_how_many_rows_would_show_it() -> None:
    """As many times those that were compared; of a loss, or of base rows alone, nothing is said."""
    near, worse = found(0.75, 0.88, p=0.1), found(0.88, 0.75, p=0.1)
    kept = decided(base=None, fresh=near)
    assert kept.verdict == "keep" and kept.growth == pytest.approx((1.96 / 1.645) ** 2, rel=0.01)
    assert decided(base=None, fresh=worse).growth is None
    assert decided(base=near, fresh=None).growth is None
    assert decided(base=None, fresh=found(0.5, 0.9)).growth is None


def test_a_gain_that_the_log_loss_shows_nearly_counts_too() -> None:
    """It tells more on the same rows."""
    near = replace(found(0.75, 0.88, p=0.6), surprise=Surprise(0.5, 0.4, p=0.1))
    assert decided(base=None, fresh=near).growth == pytest.approx(1.42, abs=0.01)


def test_labels_that_may_be_unlearnable_say_how_many_rows_would_tell() -> None:
    """Few rows cannot tell a good model from a constant answer, though the gain is plain."""
    near = found(0.2, 0.7, majority=0.66)
    blocked = decided(base=None, fresh=near)
    assert blocked.verdict == "block"
    assert blocked.growth == pytest.approx((0.05 / 0.04) ** 2)
    surer = replace(near, learnt=0.03)
    assert decided(base=None, fresh=surer).growth == pytest.approx((2.326 / 2.17) ** 2, rel=0.01)


def test_a_gain_that_must_still_be_seen_counts_beside_labels_that_must_be_learnt() -> None:
    """The rows have to tell both."""
    near = found(0.6, 0.7, p=0.2, majority=0.66)
    assert decided(base=None, fresh=near).growth == pytest.approx((1.96 / 1.2816) ** 2, rel=0.01)


@pytest.mark.parametrize(
    ("base", "fresh"),
    [
        (None, found(0.2, 0.64, majority=0.66)),
        (None, found(0.72, 0.7, p=0.6, majority=0.66)),
        (found(0.9, 0.7), found(0.2, 0.7, majority=0.66)),
    ],
    ids=["worse than a constant answer", "no gain", "a loss on base rows, too"],
)
def test_a_block_that_more_rows_would_not_lift_says_no_number(
    base: Comparison | None, fresh: Comparison
) -> None:
    """More rows of the same show the same."""
    blocked = decided(base=base, fresh=fresh)
    assert blocked.verdict == "block" and blocked.growth is None


def test_of_rows_of_the_past_no_gain_promotes() -> None:
    """Though the champion was trained on the incident's earlier rows, the latest ones decide."""
    better, same = found(0.5, 0.9), found(0.9, 0.9, p=1)
    for seen in (False, True):
        past = decided(base=better, fresh=same, champion_saw_incident=seen, base_is_past=True)
        assert past.verdict == "keep"
        past = decided(base=same, fresh=better, champion_saw_incident=seen, base_is_past=True)
        assert past.verdict == "promote"
