"""Labels are collected with who gave them; no source outvotes or contradicts all others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from service.store import tables
from service.store.erasure import erase
from service.store.writes import utc
from tests.bundles import images
from tests.toy.numbers import NUMBERS
from tests.toy.task import TASK
from tests.training.bad_data import feedback
from tests.training.repository import START, Repository
from training.artifacts.feedback import FeedbackRows
from training.artifacts.feedback_columns import SOURCE, SUBJECT, TRUSTED
from training.errors import BadParameter, CollectRefused
from training.feedback.cap import capped
from training.feedback.few import TOGETHER
from training.feedback.limits import limited
from training.feedback.rows import LabelledRows
from training.task.tracking import dvc_file
from training.params import TaskParams
from training.validation.table import require_valid

ANNA, BERT = "a" * 64, "b" * 64


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return an empty one."""
    return Repository(tmp_path)


def labelled(
    counts: dict[str, int], *, trusted: frozenset[str] = frozenset(), wrong: str = ""
) -> LabelledRows:
    """Return rows of the toy task by source; every label of the source `wrong` is the next one."""
    rows = TASK.load()
    inputs = TASK.input.from_arrow(rows.table)
    names = [name for name, count in counts.items() for _ in range(count)]
    places = np.random.default_rng(3).permutation(len(inputs))[: len(names)]
    labels = [str(rows.labels[at]) for at in places]
    return LabelledRows(
        TASK.input.arrow_of(np.clip(inputs[places] + 2, 0, 16)),
        [
            str((int(label) + (name == wrong)) % 10)
            for label, name in zip(labels, names, strict=True)
        ],
        [utc(at) for at in range(len(names))],
        [f"p{at}" for at in range(len(names))],
        names,
        [name in trusted for name in names],
        [None] * len(names),
        [],
    )


def with_limits(**limits: float) -> TaskParams:
    """Return the toy task's parameters with other limits of sources."""
    collect = NUMBERS.collect.model_copy(update=limits)
    return NUMBERS.model_copy(update={"collect": collect})


def ask(rows: LabelledRows, numbers: TaskParams = NUMBERS) -> tuple[set[str], str]:
    """Return which sources are left, and what is said of the others."""
    kept, left_out = limited(rows, FeedbackRows.nothing(TASK), TASK, numbers)
    return set(kept.sources), "; ".join(map(str, left_out))


def test_a_row_is_collected_with_its_source(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file and the summary say who gave the labels, and whom rows are about."""
    labels = [str(row % 10) for row in range(60)]
    repository.label(images(60), labels, source="nurse", trusted=True, subject=ANNA)
    repository.label(images(60, seed=5), labels, source="robot", at=START + 100)
    repository.collect()
    rows = repository.rows()
    assert rows[SOURCE] == ["nurse"] * 60 + ["robot"] * 60
    assert rows[TRUSTED] == [True] * 60 + [False] * 60
    assert rows[SUBJECT] == [ANNA] * 60 + [None] * 60
    assert "60 of 'nurse' collected" in capsys.readouterr().out


def test_a_file_from_before_sources_is_added_to(repository: Repository) -> None:
    """Its rows are of an unknown source, which is not trusted."""
    old = feedback(120).drop_columns([SOURCE, TRUSTED, SUBJECT])
    repository.feedback.parent.mkdir(parents=True)
    pyarrow.parquet.write_table(old, repository.feedback)
    require_valid(TASK, repository.feedback)
    repository.label(images(120, seed=9), [str(row % 10) for row in range(120)])
    repository.collect()
    rows = repository.rows()
    assert rows[SOURCE] == ["unknown"] * 120 + ["clinic"] * 120
    assert set(rows[TRUSTED]) == {False} and set(rows[SUBJECT]) == {None}


def test_one_source_cannot_outvote_all_others() -> None:
    """It gives its latest rows, as many as the others together; without the limit, all."""
    rows = labelled({"flood": 300, "a": 60, "b": 60})
    kept, [left] = capped(rows, share=0.5, least=100)
    assert kept.sources.count("flood") == 120 and len(kept) == 240
    assert kept.prediction_ids[0] == "p180" and str(left).startswith("180 of 'flood' left out")
    kept, none = capped(rows, share=1, least=100)
    assert len(kept) == 420 and not none


def test_a_single_source_and_trusted_ones_have_no_limit() -> None:
    """There is nothing to compare the one with, and the others are trusted."""
    assert len(capped(labelled({"only": 300}), share=0.5, least=100)[0]) == 300
    for counts in ({"nurse": 300, "a": 60}, {"nurse": 60, "a": 300}):
        rows = labelled(counts, trusted=frozenset({"nurse"}))
        assert len(capped(rows, share=0.2, least=10)[0]) == 360


def test_a_source_may_always_give_what_a_retrain_needs() -> None:
    """Some labels of somebody else do not keep the only large source from teaching."""
    kept, _ = capped(labelled({"app": 300, "other": 15}), share=0.5, least=100)
    assert (kept.sources.count("app"), kept.sources.count("other")) == (100, 15)


def test_a_stray_label_of_another_key_costs_the_only_large_source_nothing() -> None:
    """It is left out first, so that there is still one source, without a limit."""
    kept, [left] = limited(
        labelled({"app": 300, "stray": 1}), FeedbackRows.nothing(TASK), TASK, NUMBERS
    )
    assert kept.sources == ["app"] * 300 and left.source == "stray"


def test_people_with_a_key_and_few_labels_each_teach_together() -> None:
    """They are limited and asked about as one source, and collected under their own names."""
    people = {f"person {number}": 5 for number in range(30)}
    assert ask(labelled(people)) == (set(people), "")
    kept, said = ask(labelled({**people, "a": 80, "b": 80}))
    assert kept == {"a", "b"} | set(people) and not said
    rows = labelled({**people, "a": 60})
    kept_rows, [left] = capped(rows, share=0.5, least=10, least_of_source=10)
    assert left.source == TOGETHER and kept_rows.sources.count("a") == 60 == len(kept_rows) - 60


def test_a_source_that_the_others_contradict_is_left_out() -> None:
    """Its wrong labels are named with how wrong they look; unasked, it would teach them."""
    rows = labelled({"a": 50, "b": 50, "c": 50, "bad": 40}, wrong="bad")
    kept, said = ask(rows)
    assert kept == {"a", "b", "c"}
    assert said.startswith("40 of 'bad' left out: models that other sources taught contradict")
    assert ask(rows, with_limits(disagreement=1))[0] == {"a", "b", "c", "bad"}


def test_what_a_key_sent_before_it_was_trusted_is_asked_about() -> None:
    """Only labels that came with the role stay in any case."""
    rows = labelled({"a": 50, "b": 50, "c": 50, "bad": 60}, wrong="bad")
    rows = replace(rows, trusted=[False] * 200 + [True] * 10)
    kept, [left] = limited(rows, FeedbackRows.nothing(TASK), TASK, NUMBERS)
    assert kept.sources.count("bad") == sum(kept.trusted) == 10 and left.rows == 50


def test_honest_sources_are_all_kept() -> None:
    """They show the same change, however new it is."""
    assert ask(labelled(dict.fromkeys("abcdefgh", 40))) == (set("abcdefgh"), "")


def test_a_source_with_too_few_rows_to_be_asked_about_is_left_out() -> None:
    """Nothing could be told from them, unless the key is trusted."""
    counts = {"a": 50, "b": 50, "c": 50, "few": 9, "nurse": 9}
    kept, said = ask(labelled(counts, trusted=frozenset({"nurse"})))
    assert kept == {"a", "b", "c", "nurse"}
    assert said == "9 of 'few' left out: fewer than 10 rows (collect.least_of_source)"


def test_of_two_sources_nobody_knows_which_is_wrong() -> None:
    """Both stay; the gate and a person decide. If one is trusted, the other is left out."""
    counts = {"a": 50, "bad": 50}
    assert ask(labelled(counts, wrong="bad")) == ({"a", "bad"}, "")
    kept, said = ask(labelled(counts, wrong="bad", trusted=frozenset({"a"})))
    assert kept == {"a"} and said.startswith("50 of 'bad' left out")
    assert ask(labelled(counts, trusted=frozenset({"a"}))) == ({"a", "bad"}, "")


def test_too_few_rows_after_the_limits_say_why(repository: Repository) -> None:
    """The refusal names what was left out of which source."""
    labels = [str(row % 10) for row in range(100)]
    for number, name in enumerate(("a", "b", "c")):
        repository.label(images(33, seed=number), labels[:33], source=name)
    repository.label(images(9, seed=9), labels[:9], source="few")
    with pytest.raises(CollectRefused, match="108 new .*; 9 of 'few' left out: fewer than 10"):
        repository.collect()


def test_the_next_collection_drops_who_was_erased(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Earlier rows of the subject go from the file; later ones, of a return, are collected."""
    labels = [str(row % 10) for row in range(120)]
    repository.label(images(120), labels, subject=BERT)
    repository.label(images(7, seed=5), labels[:7], subject=ANNA)
    repository.collect()
    assert repository.rows()[SUBJECT].count(ANNA) == 7
    erase(repository.engine, ANNA, now=utc(START + 1000))
    repository.label(images(120, seed=6), labels, at=START + 2000)
    repository.label(images(2, seed=7), labels[:2], at=START + 3000, subject=ANNA)
    repository.collect(f"--since={utc(START + 1500)}")
    rows = repository.rows()
    kept = [at for at, who in zip(rows["observed_at"], rows[SUBJECT], strict=True) if who == ANNA]
    assert kept == [utc(START + 3000), utc(START + 3001)] and len(rows[SUBJECT]) == 242
    assert "7 earlier rows dropped, whose subjects were erased" in capsys.readouterr().out


def test_who_was_erased_goes_though_too_few_rows_are_new(repository: Repository) -> None:
    """The refusal says so, and the file is tracked without them."""
    labels = [str(row % 10) for row in range(120)]
    repository.label(images(120), labels, subject=BERT)
    repository.label(images(7, seed=5), labels[:7], subject=ANNA)
    repository.collect()
    erase(repository.engine, ANNA, now=utc(START + 1000))
    with pytest.raises(CollectRefused, match="0 new .*7 earlier rows dropped, whose subjects"):
        repository.collect()
    assert set(repository.rows()[SUBJECT]) == {BERT} and len(repository.tracked) == 2
    before = repository.state()
    repository.collect("--erase-only")
    assert repository.state() == before


def test_erased_rows_go_without_a_collection(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """New labels stay for later; where no row remains, nor does the file."""
    labels = [str(row % 10) for row in range(120)]
    repository.label(images(120), labels, subject=ANNA)
    repository.collect()
    repository.label(images(120, seed=6), labels, subject=BERT)
    erase(repository.engine, ANNA, now=utc(START + 1000))
    repository.collect("--erase-only")
    said = "120 earlier rows dropped, whose subjects were erased; next model version 1.2.0"
    assert said in capsys.readouterr().out
    assert not repository.feedback.exists() and not dvc_file(repository.feedback).exists()
    with pytest.raises(BadParameter, match="--erase-only: .*without --incident and --since"):
        repository.collect("--erase-only", "--since=2026-11-21")


def test_rows_that_were_written_after_their_erasure_are_not_collected(
    repository: Repository,
) -> None:
    """A prediction that still waited to be stored when its subject was erased stays out."""
    erase(repository.engine, ANNA, now=utc(START + 1000))
    labels = [str(row % 10) for row in range(120)]
    repository.label(images(120), labels)
    repository.label(images(9, seed=5), labels[:9], subject=ANNA)
    repository.collect()
    assert repository.rows()[SUBJECT].count(ANNA) == 0
    with tables.connect(repository.address).connect() as connection:
        assert connection.execute(tables.erased.select()).one().subject == ANNA
