"""What a version's tag says, and what is read of it."""

import pytest

from training.registry.versions import Facts

VALUE = "0.9750 (0.9546 to 0.9864) on 400 base test rows"


@pytest.mark.parametrize(
    "title", ["accuracy", "Mean error (EUR)", "log-loss", "AUC", "R²: adjusted", "F1 @ 0.5"]
)
def test_scores_are_read_as_they_were_written(title: str) -> None:
    """Whatever signs, capitals and brackets a metric's title has."""
    scores = ((title, VALUE), (title, VALUE.replace("base test", "fresh")))
    facts = Facts("promote: a gain: 0.1 to 0.9", "41aa", "d1", scores, "https://git/-/1")
    assert Facts.read(facts.message("digits", "1.1.0")) == facts


@pytest.mark.parametrize(
    ("line", "score"),
    [
        (f"Accuracy: {VALUE}", ("accuracy", VALUE)),
        (f"Mean error (EUR): {VALUE}", ("mean error (EUR)", VALUE)),
        (f"AUC: {VALUE}", ("AUC", VALUE)),
        (f"Log-loss: {VALUE}", ("log-loss", VALUE)),
        ("Accuracy: 0.9712", ("accuracy", "0.9712")),
    ],
)
def test_scores_of_older_tags_are_read(line: str, score: tuple[str, str]) -> None:
    """Those without a prefix, and the accuracy that a person wrote by hand."""
    found = Facts.read(f"digits 1.1.0\n\nWhy: wider filters\n{line}\nEpochs: 12\n")
    assert found == Facts("wider filters", "", "", (score,))


def test_a_reason_is_no_score() -> None:
    """Not even one that ends as a score does."""
    found = Facts.read(f"Why: accuracy: {VALUE}")
    assert (found.why, found.scores) == (f"accuracy: {VALUE}", ())
