"""The versions that serve or served lately."""

from pathlib import Path

import pytest

from perennial.kinds.outputs.classes import ClassesOutput
from service.counting.feedback import LARGEST_LOSS, Feedback
from service.counting.versions import KEPT, KEPT_FEEDBACK, Versions
from tests import bundles


def test_the_last_versions_are_kept_and_the_oldest_forgotten(tmp_path: Path) -> None:
    """Late feedback needs the last few versions; more would grow for ever."""
    versions = Versions()
    for minor in range(KEPT + 2):
        versions.enter(bundles.make_bundle(tmp_path / str(minor), f"1.{minor}.0"))
    assert list(versions.counters) == [("digits", f"1.{minor}.0") for minor in (2, 3, 4)]
    assert versions.serving == ("digits", "1.4.0")


def test_a_version_that_comes_back_keeps_its_counters(tmp_path: Path) -> None:
    """The same bundle counts on; another bundle under its version starts anew."""
    versions = Versions()
    first = bundles.make_bundle(tmp_path / "a", "1.0.0")
    counters = versions.enter(first)
    versions.enter(bundles.make_bundle(tmp_path / "b", "1.1.0"))
    assert versions.enter(first) is counters
    other = bundles.make_bundle(tmp_path / "c", "1.0.0", seed=5)
    assert versions.enter(other) is not counters


def test_the_confusion_matrix_exists_at_zero(tmp_path: Path) -> None:
    """Each pair of labels is there from the first scrape on, so that it can increase."""
    versions = Versions()
    versions.enter(bundles.make_bundle(tmp_path / "a"))
    cells = versions.feedback["digits", "1.0.0"].confusion
    assert len(cells) == 100 and set(cells.values()) == {0}


def test_a_label_of_many_has_two_cells(tmp_path: Path) -> None:
    """A square of 1,000 labels would be a million series; right and wrong per label stay."""
    many = ClassesOutput(labels=tuple(f"label {number}" for number in range(1000)))
    feedback = Feedback()
    feedback.know(many)
    for predicted in ("label 1", "label 2", "label 3"):
        feedback.add(many, label="label 1", predicted=predicted, confidence=0.5, delay=1.0)
    assert len(feedback.confusion) == 2000
    assert feedback.confusion["label 1", "label 1"] == 1
    assert feedback.confusion["label 1", "other"] == 2


def test_feedback_for_a_version_of_before_the_restart_counts(tmp_path: Path) -> None:
    """A label for a version that was never loaded here is counted, and its cells are kept."""
    versions = Versions()
    versions.enter(bundles.make_bundle(tmp_path / "a", "2.0.0"))
    for seconds in (2.5, 4.0):
        versions.count_feedback(
            "digits", "1.0.0", label="1", predicted="7", confidence=0.5, delay=seconds
        )
    versions.enter(bundles.make_bundle(tmp_path / "b", "1.0.0"))
    feedback = versions.feedback["digits", "1.0.0"]
    assert feedback.confusion["1", "7"] == 2
    assert feedback.delays.sum == 6.5
    assert len(feedback.confusion) == 100


def test_feedback_is_kept_for_a_bounded_number_of_versions() -> None:
    """A client cannot grow the metrics by old predictions."""
    versions = Versions()
    for minor in range(KEPT_FEEDBACK + 5):
        versions.count_feedback(
            "digits", f"1.{minor}.0", label="1", predicted="1", confidence=0.5, delay=1.0
        )
    assert len(versions.feedback) == KEPT_FEEDBACK


def test_late_labels_never_push_out_a_loaded_version(tmp_path: Path) -> None:
    """Its series stay as they are, however many other versions get a label."""
    versions = Versions()
    loaded = [("digits", f"2.{minor}.0") for minor in range(KEPT)]
    for minor, (_, version) in enumerate(loaded):
        versions.enter(bundles.make_bundle(tmp_path / str(minor), version))
    before = [versions.feedback[key] for key in loaded]
    for minor in range(KEPT_FEEDBACK + 5):
        _label(versions, f"1.{minor}.0")
    assert [versions.feedback[key] for key in loaded] == before
    assert len(versions.feedback) == KEPT_FEEDBACK


def test_the_version_labelled_longest_ago_is_dropped() -> None:
    """A label marks its version as used, whichever came first."""
    versions = Versions()
    for minor in range(KEPT_FEEDBACK):
        _label(versions, f"1.{minor}.0")
    _label(versions, "1.0.0")
    _label(versions, "2.0.0")
    assert ("digits", "1.0.0") in versions.feedback
    assert ("digits", "1.1.0") not in versions.feedback


def _label(versions: Versions, version: str) -> None:
    versions.count_feedback("digits", version, label="1", predicted="1", confidence=0.5, delay=1.0)


def test_a_label_of_an_unknown_model_makes_no_cell() -> None:
    """Any label is allowed where nobody knows the set, so counting each would never end."""
    versions = Versions()
    for number in range(3):
        versions.count_feedback(
            "cats", "1.0.0", label=str(number), predicted="1", confidence=0.5, delay=2.0
        )
    counted = versions.feedback["cats", "1.0.0"]
    assert (counted.labels, counted.delays.sum, counted.confusion) == (3, 6.0, {})


@pytest.mark.parametrize("label, predicted", [("7", "cat"), ("cat", "7")])
@pytest.mark.parametrize("amounts", [True, False], ids=["amounts", "classes"])
def test_a_label_or_a_prediction_of_another_kind_is_not_compared(
    tmp_path: Path, amounts: bool, label: str, predicted: str
) -> None:
    """A forgotten version may have answered what the serving one never does."""
    versions = Versions()
    make = bundles.make_amounts if amounts else bundles.make_bundle
    model = versions.enter(make(tmp_path / "a")).bundle.manifest.task
    versions.count_feedback(
        model, "0.9.0", label=label, predicted=predicted, confidence=None, delay=1.0
    )
    counted = versions.feedback[model, "0.9.0"]
    assert (counted.labels, counted.confusion, counted.losses) == (1, {}, None)


def test_labels_without_a_fixed_set_are_counted_by_their_loss(tmp_path: Path) -> None:
    """Number, sum and sum of squares; a broken prediction has no loss, and makes no cell."""
    versions = Versions()
    versions.enter(bundles.make_amounts(tmp_path / "a"))
    counted = versions.feedback["amounts", "1.0.0"]
    assert counted.losses is not None and counted.losses.count == 0
    for predicted, label in (("7.0", "7.5"), ("3.0", "1.0"), ("nan", "1.0")):
        versions.count_feedback(
            "amounts", "1.0.0", label=label, predicted=predicted, confidence=None, delay=1.0
        )
    assert (counted.losses.count, counted.losses.total, counted.losses.squares) == (2, 2.5, 4.25)
    assert (counted.labels, counted.confusion) == (3, {})


def test_one_huge_label_hides_no_later_loss(tmp_path: Path) -> None:
    """Beside 3e38 no float would grow by 95; the sums of losses and of squares still do."""
    versions = Versions()
    versions.enter(bundles.make_amounts(tmp_path / "a"))
    _amount(versions, "3e+38")
    losses = versions.feedback["amounts", "1.0.0"].losses
    assert losses is not None and losses.count == 1
    total, squares = losses.total, losses.squares
    for _ in range(100):
        _amount(versions, "102.0")
    assert losses.count == 101
    assert losses.total - total == pytest.approx(100 * 95)
    assert losses.squares - squares == pytest.approx(100 * 95**2)


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"], ids=["loaded", "forgotten"])
@pytest.mark.parametrize("loss, deviation, usual", [(0.5, 0.4, 0.9), (0.0, 0.0, 1.0)])
def test_a_loss_counts_as_a_bounded_number_of_usual_ones(
    tmp_path: Path, loss: float, deviation: float, usual: float, version: str
) -> None:
    """Of a version that was dropped, the serving one says what is usual; without any loss, 1 is."""
    versions = Versions()
    versions.enter(bundles.make_amounts(tmp_path / "a", loss=loss, loss_deviation=deviation))
    for label in ("3e+38", "-1e+38", "8.0"):
        _amount(versions, label, version)
    losses = versions.feedback["amounts", version].losses
    assert losses is not None and losses.count == 3
    assert losses.total == pytest.approx(2 * LARGEST_LOSS * usual + 1)
    assert losses.squares == pytest.approx(2 * (LARGEST_LOSS * usual) ** 2 + 1)


def _amount(versions: Versions, label: str, version: str = "1.0.0") -> None:
    versions.count_feedback(
        "amounts", version, label=label, predicted="7.0", confidence=None, delay=1.0
    )


def test_labels_are_those_of_the_version_or_of_the_model(tmp_path: Path) -> None:
    """A forgotten version has the labels of the serving one; another model has none."""
    versions = Versions()
    assert versions.output("digits", "1.0.0") is None
    versions.enter(bundles.make_bundle(tmp_path / "a", labels=("a", "b")))
    expected = ClassesOutput(labels=("a", "b"))
    assert versions.output("digits", "1.0.0") == expected
    assert versions.output("digits", "0.9.0") == expected
    assert versions.output("cats", "1.0.0") is None
