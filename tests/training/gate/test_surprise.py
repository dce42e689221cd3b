"""The gate by log loss: it tells models apart where right and wrong do not."""

import numpy as np
import pytest

from perennial.kinds.outputs.classes import ClassesOutput
from perennial.statistics.counts import Floats, Ints
from tests.perennial.kinds.toys.amount import AmountOutput
from training.gate.comparison import Comparison, Difference, Score
from training.gate.rules.significant_gain import significant_gain
from training.gate.rules.surer_gain import surer_gain
from training.gate.rules.unlearnable_labels import LEVEL
from training.gate.surprise import Surprise, learnt, surprise

KIND = ClassesOutput(labels=("dry", "rain"))
ROWS = 400
NOISE = 0.6  # of the champion, in logits


def rows(seed: int, count: int = ROWS) -> tuple[Floats, Ints]:
    """Return the true chance of rain of some rows, and what came."""
    random = np.random.default_rng(seed)
    chance = random.beta(1.2, 1.8, count)
    return chance, (random.random(count) < chance).astype(np.int64)


def values(chance: Floats, noise: float, seed: int) -> Floats:
    """Return what a model says that knows the chances but for noise, in logits."""
    logits = np.log(chance / (1 - chance))
    logits += np.random.default_rng(seed + 1000).normal(0, noise, len(chance))
    rain = 1 / (1 + np.exp(-logits))
    return np.column_stack([1 - rain, rain])


def found(seed: int, noise: float) -> Comparison:
    """Return the comparison of two models on the same rows, the challenger's noise being given."""
    chance, came = rows(seed)
    old, new = values(chance, NOISE, seed), values(chance, noise, seed + 1)
    sure = surprise(old, KIND, new, KIND, came, None)
    lost = [KIND.losses(each, came) for each in (old, new)]
    p = KIND.loss_test.p_value(*lost)
    before, after = (1 - each.mean() for each in lost)
    change = Difference(after - before, after - before - 0.1, after - before + 0.1, p)
    return Comparison(ROWS, 0.6, score(after), score(before), change, surprise=sure)


def score(share: float) -> Score:
    """Return a score with some interval."""
    return Score(share, share - 0.05, share + 0.05)


def test_it_sees_more_gains_than_right_and_wrong_do() -> None:
    """Of 60 challengers with less noise on 400 rows, most are promoted, and by McNemar's few."""
    compared = [found(seed, 0.1) for seed in range(60)]
    either = [
        significant_gain("fresh", one, level=0.05) or surer_gain("fresh", one, level=0.05)
        for one in compared
    ]
    alone = [significant_gain("fresh", one, level=0.05) for one in compared]
    assert sum(map(bool, either)) > 35 > 20 > sum(map(bool, alone))


@pytest.mark.parametrize("count", [20, 40, 100, 200])
@pytest.mark.parametrize("accuracy", [0.99, 0.9, 0.8])
def test_what_is_only_too_sure_is_rarely_promoted(count: int, accuracy: float) -> None:
    """With the same answers and sharper chances it is better on every row that it gets right."""
    random, promoted = np.random.default_rng(count), 0
    for _ in range(200):
        logits = np.log(accuracy / (1 - accuracy)) + random.normal(0, 0.5, count)
        chance = 1 / (1 + np.exp(-logits))
        came = (random.random(count) > chance).astype(np.int64)
        sharper = 1 / (1 + np.exp(-2 * logits))
        old, new = (np.column_stack([each, 1 - each]) for each in (chance, sharper))
        found = surprise(old, KIND, new, KIND, came, None)
        promoted += found is not None and found.p < 0.05 and found.challenger < found.champion
    assert promoted <= 10


def test_equal_models_are_rarely_promoted() -> None:
    """Of 400 pairs of equal models, about 5 of 100 or fewer are, by either rule."""
    compared = [found(seed, NOISE) for seed in range(400)]
    promoted = [
        significant_gain("fresh", one, level=0.05) or surer_gain("fresh", one, level=0.05)
        for one in compared
    ]
    assert sum(map(bool, promoted)) <= 0.07 * len(compared)


@pytest.mark.parametrize(
    ("change", "sure", "promoted"),
    [
        (0.02, Surprise(0.51, 0.44, 0.01), True),
        (0.0, Surprise(0.51, 0.44, 0.01), True),
        (-0.01, Surprise(0.51, 0.44, 0.0001), False),
        (0.02, Surprise(0.51, 0.44, 0.06), False),
        (0.02, Surprise(0.44, 0.51, 0.0001), False),
        (0.02, None, False),
    ],
)
def test_it_promotes_what_is_surer_and_right_no_less_often(
    change: float, sure: Surprise | None, promoted: bool
) -> None:
    """A model that is right less often is not promoted, however sure it is."""
    difference = Difference(change, change - 0.05, change + 0.05, 0.4)
    one = Comparison(100, 0.5, score(0.8 + change), score(0.8), difference, surprise=sure)
    assert (surer_gain("fresh", one, level=0.05) is not None) is promoted


def test_neighbours_in_time_count_less() -> None:
    """Rows that come nine times over are no more evidence than once."""
    chance, came = rows(3)
    old, new = values(chance, 0.8, 3), values(chance, 0.2, 4)
    once = surprise(old, KIND, new, KIND, came, None)
    times = np.arange(9 * ROWS).astype("datetime64[us]")
    olds, news, all_came = (np.repeat(old, 9, 0), np.repeat(new, 9, 0), np.repeat(came, 9))
    nine = surprise(olds, KIND, news, KIND, all_came, times)
    blind = surprise(olds, KIND, news, KIND, all_came, None)
    assert once is not None and nine is not None and blind is not None
    assert blind.p < once.p / 100
    assert once.p / 5 < nine.p < once.p * 5


def test_rows_without_a_number_of_the_champion_are_left_out() -> None:
    """How sure a model was that gave no number, nobody knows."""
    chance, came = rows(5)
    old, new = values(chance, 0.8, 5), values(chance, 0.2, 6)
    some = surprise(old[50:], KIND, new[50:], KIND, came[50:], None)
    old[:50] = np.nan
    assert surprise(old, KIND, new, KIND, came, None) == some
    assert surprise(np.full_like(old, np.nan), KIND, new, KIND, came, None) is None


def test_rare_labels_are_learnt_though_the_model_hardly_ever_answers_with_one() -> None:
    """One row in 20 is positive: the chances tell what right and wrong do not."""
    random = np.random.default_rng(8)
    chance = random.beta(0.3, 5, ROWS)
    came = (random.random(ROWS) < chance).astype(np.int64)
    known, scrambled = values(chance, 0.3, 9), random.permutation(came)
    p, again = (learnt(known, KIND, truths, None) for truths in (came, scrambled))
    assert p is not None and again is not None
    assert p < LEVEL / 10 and again == 1
    assert KIND.losses(known, came).mean() > came.mean() - 0.01


def test_outputs_whose_losses_are_fine_have_none() -> None:
    """An amount's error says how far off it is."""
    kind = AmountOutput.example()
    values, truths = np.ones((9, kind.width)), np.ones(9)
    assert surprise(values, kind, values, kind, truths, None) is None
    assert learnt(values, kind, truths, None) is None
