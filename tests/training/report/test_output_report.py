"""What is said of every kind of output, and which kinds have more to say."""

from pathlib import Path

from tests.training.contests import prepare, says
from tests.training.report.made import Artifacts
from training.report.largest_losses import largest_losses
from training.report.output_report import OutputReport, report_of


def test_the_largest_losses_are_shown_beside_mains(tmp_path: Path) -> None:
    """How much shares of the rows lose at most, and ten rows with the answers of both models."""
    artifacts = Artifacts(tmp_path)
    title, sentence, shares, rows, picture = largest_losses(artifacts.inputs(), artifacts.out)
    assert title == "## Mistakes" and sentence == "The loss of a row is at most this:"
    assert shares.splitlines()[0] == "| for | main | here | change |"
    assert shares.splitlines()[-1] == "| all | 1.0000 | 1.0000 | 0.0000 |"
    assert rows == "**The 10 rows with the largest loss**"
    assert picture.startswith("![True label, answer with its loss, and main's answer]")


def test_a_model_that_loses_nothing_shows_no_rows(tmp_path: Path) -> None:
    """The first model has no column for main either."""
    artifacts = Artifacts(tmp_path)
    prepare(artifacts.folder / "prepared", base=says(artifacts.new))
    blocks = largest_losses(artifacts.inputs(main=False), artifacts.out)
    assert len(blocks) == 3 and blocks[2].splitlines()[0] == "| for | here |"


def test_a_kind_with_more_to_say_is_found_by_its_name(tmp_path: Path) -> None:
    """Classes draw shares of their labels; any other kind says what every kind does."""
    artifacts = Artifacts(tmp_path)
    inputs = artifacts.inputs()
    assert type(report_of(inputs)) is not OutputReport
    assert list(report_of(inputs).details(inputs)) == ["Scores per label"]
    plain = OutputReport()
    assert plain.labels(inputs, {}, None, artifacts.out) == [] and plain.details(inputs) == {}
    assert plain.mistakes(inputs, artifacts.out)[0] == "## Mistakes"
