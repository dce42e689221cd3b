"""A replay takes the loop's own decisions, one look after another."""

from dataclasses import replace
from pathlib import Path

import pytest

from backtest.policies.calendar import EveryPeriod, EveryRows
from backtest.policies.incident import Incidents, signals
from backtest.policies.never import Never
from backtest.replay import Replay, Replayed
from backtest.scenario import Scenario
from backtest.serving import Serving
from perennial.verdicts import Verdict
from tests.backtest.made import eager, small
from training.artifacts.aside import PREFIX


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which models are trained once."""
    return tmp_path_factory.mktemp("cache")


def shipped(scenario: Scenario) -> Replayed:
    """Return what the relay's policy does."""
    return Replay(scenario, Incidents(scenario.relay, signals(scenario.thresholds))).run()


def test_a_calendar_starts_one_pipeline_after_so_many_rows(cache: Path) -> None:
    """It collects all labels since the last promotion, and a version serves when it has ended."""
    scenario = small("concept only", cache, count=3990)
    replayed = Replay(scenario, EveryRows(1000, 1000, gated=False)).run()
    assert [one.collected for one in replayed.attempts] == [1001, 1000]
    assert [one.row - 50 for one in replayed.attempts] == [2001, 3001]
    assert len(replayed.losses) == 2990


def test_a_calendar_may_count_time(cache: Path) -> None:
    """Two hours at 10 rows a minute are 1,200 rows."""
    scenario = small("stationary", cache)
    begin = scenario.begin * scenario.pace
    replayed = Replay(scenario, EveryPeriod(7200, begin, "2 hours")).run()
    assert [one.began - begin for one in replayed.attempts] == [7200, 14400]


def test_after_a_change_the_relay_starts_a_pipeline_whose_version_loses_less(cache: Path) -> None:
    """The gate promotes it, and it serves from then on."""
    scenario = eager(small("sudden", cache, count=6000))
    never, replayed = Replay(scenario, Never()).run(), shipped(scenario)
    promoted = [one for one in replayed.attempts if one.verdict is Verdict.PROMOTE]
    assert promoted and promoted[0].row > 3000
    after = promoted[0].row - scenario.start
    assert replayed.losses[:after].tolist() == never.losses[:after].tolist()
    assert replayed.losses[after:].mean() < never.losses[after:].mean() - 0.05


def test_labellers_who_err_are_learnt_from_and_do_not_judge(cache: Path) -> None:
    """Their labels raise the alert and train the version; what it loses, the true ones say."""
    right = small("stationary", cache)
    wrong = ["no" if label == "yes" else "yes" for label in right.history.labels]
    erring = replace(right, history=replace(right.history, sent=wrong))
    never = Replay(right, Never()).run()
    assert Replay(erring, Never()).run().losses.tolist() == never.losses.tolist()
    first = Serving(erring, erring.pipeline.trained(), erring.begin)
    assert first.alerts["AccuracyDrop"].any()
    taught = Replay(erring, EveryRows(1000, 1000, gated=False)).run()
    assert taught.losses[-500:].mean() > never.losses[-500:].mean() + 0.2


def test_nothing_is_learnt_from_labels_that_have_not_come(cache: Path) -> None:
    """Where labels are an hour late, a pipeline takes 600 rows less."""
    scenario = small("concept only", cache, late="1h")
    replayed = Replay(scenario, EveryRows(1000, 1000, gated=False)).run()
    assert replayed.attempts[0].collected == 401


def test_a_pipeline_with_too_few_labels_trains_nothing(cache: Path) -> None:
    """It has no verdict, and the first model serves on."""
    scenario = small("concept only", cache, count=3990, late="2d")
    replayed = Replay(scenario, EveryRows(1000, 1000)).run()
    assert [(one.verdict, one.collected) for one in replayed.attempts] == [(None, 0)] * 2


def test_a_pipeline_that_outlasts_the_history_was_started(cache: Path) -> None:
    """Its version serves no row."""
    scenario = replace(small("concept only", cache), duration=864_000.0)
    replayed = Replay(scenario, EveryRows(1000, 1000, gated=False)).run()
    assert [one.began for one in replayed.attempts] == [scenario.begin * 60 + 6000.0]
    never = Replay(scenario, Never()).run()
    assert replayed.losses.tolist() == never.losses.tolist()


def test_a_training_clears_what_a_killed_one_left(tmp_path: Path) -> None:
    """Beside the models, where half a model would be left for ever."""
    left = tmp_path / "models" / f"{PREFIX}left"
    left.mkdir(parents=True)
    model = small("stationary", tmp_path, count=1500).pipeline.trained()
    assert [*left.parent.iterdir()] == [model.folder]


def test_a_replay_is_the_same_each_time(cache: Path) -> None:
    """Also where models are found that were trained before."""
    scenario = eager(small("sudden", cache, count=6000))
    one, other = shipped(scenario), shipped(scenario)
    assert one.attempts == other.attempts
    assert one.losses.tolist() == other.losses.tolist()
