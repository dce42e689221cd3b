"""The counters of one bundle."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from perennial import signals
from perennial.bundle import Bundle
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.text import TextInput
from service.counting.counters import Counters, rows_at_once
from tests import bundles


@pytest.fixture
def loaded(tmp_path: Path) -> Bundle:
    """A bundle to count for."""
    return bundles.make_bundle(tmp_path / "b")


def add(mine: Counters, rows: int, *, seed: int = 0) -> None:
    """Count a batch whose every row is a 3 at confidence 0.5."""
    images = bundles.images(rows, seed=seed).astype(np.float32)
    probabilities = np.full((rows, 10), 0.5 / 9, np.float32)
    probabilities[:, 3] = 0.5
    mine.add(images, probabilities, seconds=0.001)


def test_what_is_read_is_exact(loaded: Bundle) -> None:
    """After settling, every signal has counted every row, however few there are."""
    mine = Counters(loaded)
    for rows in (1, 2, 4):
        add(mine, rows)
    mine.settle()
    offsets = [*mine.binner.offsets.tolist(), mine.binner.size]
    sums = [mine.bins[a:b].sum() for a, b in zip(offsets, offsets[1:])]
    assert sums == [7] * len(loaded.reference.signals)
    assert (mine.predictions[3], mine.predictions.sum(), mine.confidence) == (7, 7, 3.5)
    assert dict(mine.rows.buckets())["+Inf"] == 3
    assert mine.seconds.sum == pytest.approx(0.003)


def test_a_model_that_answers_no_numbers_shows_and_spoils_nothing(loaded: Bundle) -> None:
    """Its rows are in the bins for missing values; what others gave stays counted."""
    mine = Counters(loaded)
    add(mine, 2)
    mine.add(bundles.images(3).astype(np.float32), np.full((3, 10), np.nan, "f"), seconds=0.001)
    mine.settle()
    missing = {
        signal.name: mine.bins[start + len(signal.bins) - 1]
        for signal, start in zip(mine.binner.signals, mine.binner.offsets.tolist(), strict=True)
    }
    assert {name for name, count in missing.items() if count} == set(signals.OUTPUTS)
    assert missing["prediction"] == 3
    assert (mine.predictions.sum(), mine.confidence) == (2, 1.0)


def test_settling_early_or_late_makes_no_difference(loaded: Bundle) -> None:
    """Bins do not depend on when somebody looks."""
    early, late = Counters(loaded), Counters(loaded)
    for seed in range(5):
        add(early, 3, seed=seed)
        early.settle()
        add(late, 3, seed=seed)
    late.settle()
    assert (early.bins == late.bins).all()


def test_rows_are_binned_without_a_scrape_once_there_is_no_room(loaded: Bundle) -> None:
    """Memory does not grow, and no row is lost."""
    mine = Counters(loaded)
    add(mine, mine.room - 1)
    assert mine.bins.sum() == 0
    add(mine, 2)
    counted = mine.room - 1
    assert mine.bins.sum() == counted * len(loaded.reference.signals)
    mine.settle()
    assert mine.predictions.sum() == counted + 2


def test_a_batch_larger_than_the_room_is_counted_whole(loaded: Bundle) -> None:
    """It counts as its rows would one by one."""
    whole, single = Counters(loaded), Counters(loaded)
    add(whole, 1)
    add(single, 1)
    rows = bundles.images(2 * whole.room + 5, seed=1).astype(np.float32)
    shares = np.random.default_rng(0).dirichlet(np.ones(10), size=len(rows)).astype(np.float32)
    whole.add(rows, shares, seconds=0.001)
    for row, share in zip(rows, shares, strict=True):
        single.add(row[None], share[None], seconds=0.001)
    for mine in (whole, single):
        mine.settle()
    assert whole.predictions.sum() == len(rows) + 1
    assert (whole.bins == single.bins).all()


@pytest.mark.parametrize(
    ("schema", "rows"),
    [
        (ImageInput(shape=(8, 8)), 512),
        (ImageInput(shape=(32, 32, 3)), 32),
        (TextInput(), 128),
    ],
)
def test_larger_rows_are_binned_fewer_at_once(loaded: Bundle, schema: InputKind, rows: int) -> None:
    """The event loop waits about as long for a batch of digits as for one of photographs."""
    manifest = loaded.manifest.model_copy(update={"input": schema})
    assert rows_at_once(replace(loaded, manifest=manifest)) == rows


def test_a_scrape_beside_traffic_loses_nothing(loaded: Bundle) -> None:
    """A thread that settles while batches are added counts each row once."""
    mine, done = Counters(loaded), threading.Event()

    def scrape() -> None:
        while not done.is_set():
            mine.settle()

    thread = threading.Thread(target=scrape)
    thread.start()
    for _ in range(500):
        add(mine, 2)
    done.set()
    thread.join()
    mine.settle()
    assert mine.predictions.sum() == 1000
