"""The report on drift, on a real Prometheus that remembers a day of several models."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitoring.__main__ import main
from monitoring.prometheus_client import Prometheus as Client
from monitoring.drift_report.drift_status import DriftStatus
from monitoring.drift_report.signal_drift import SignalDrift
from monitoring.drift_report.span import Span
from monitoring.drift_report.report import DriftReport, build
from monitoring.drift_report.table import text
from monitoring.drift_report.version import choose
from monitoring.drift_report.words import facts, headline, rule
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics import drift, evidence
from tests.monitoring.drift_report import models
from tests.monitoring.drift_report.past import END, Past, remembered
from tests.prometheus import Prometheus

THRESHOLDS = Thresholds()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus with the past of every model."""
    past = Past()
    models.write(past)
    with remembered(past, tmp_path_factory.mktemp("prometheus")) as server:
        yield server


def _report(prometheus: Prometheus, model: str, since: str = "24h", ago: float = 0) -> DriftReport:
    end = END - ago * 3600
    span = Span(prometheus=Client(prometheus.url), since=since, end=end)
    return build(span, choose(span, model=model, version=None), THRESHOLDS)


def _signal(report: DriftReport, name: str) -> SignalDrift:
    return next(one for one in report.signals if one.signal.name == name)


def test_a_real_shift_gives_the_verdict_and_others_none(prometheus: Prometheus) -> None:
    """Each signal of a day with one shift in it has the status that its counts deserve."""
    report = _report(prometheus, "digits")
    statuses = {one.signal.name: one.status for one in report.signals}
    assert statuses == {
        "contrast": DriftStatus.DRIFT,
        "colour": DriftStatus.WATCH,
        "rare": DriftStatus.FEW,
        "brightness": DriftStatus.STEADY,
        "prediction": DriftStatus.STEADY,
        "tint": DriftStatus.IDLE,
    }
    assert [one.signal.name for one in report.signals[:3]] == ["contrast", "colour", "rare"]
    assert report.drifts
    said = "1 of 6 signals of digits 1.0.0 drift from the reference (contrast); 1 to"
    assert headline(report).startswith(said)


def test_a_span_of_a_window_of_the_rules_is_decided_as_they_decided(
    prometheus: Prometheus,
) -> None:
    """A shift that is usual is none, and the words do not speak of the reference alone."""
    report = _report(prometheus, "usual")
    assert {one.signal.name: one.status for one in report.signals} == {
        "edges": DriftStatus.DRIFT,
        "contrast": DriftStatus.STEADY,
    }
    assert [(one.limit, one.evidence) for one in report.signals] == [(0.1, 1.5), (0.5, 1.5)]
    assert headline(report) == "1 of 2 signals of usual 1.0.0 drift (edges)."
    assert "which rises with what was usual" in rule(report)


def test_another_span_is_held_against_the_reference_and_says_so(prometheus: Prometheus) -> None:
    """The rules decided nothing on it."""
    report = _report(prometheus, "usual", "23h")
    assert {one.status for one in report.signals} == {DriftStatus.DRIFT}
    assert headline(report).endswith("What was usual in the last week is not counted.")
    assert "What was usual in the last week is not counted." in rule(report)


@pytest.mark.parametrize("since", ("24h", "90m", "2h", "1d", "20m"))
def test_the_table_is_the_specification_over_the_span(prometheus: Prometheus, since: str) -> None:
    """For any span, counts, PSI, KS and evidence are the specification's on the rows of it."""
    report = _report(prometheus, "digits", since)
    hours = seconds(since) / 3600
    drifted = min(hours, models.DRIFTED)
    before, after = models.rates(models.TENTHS, 600), models.moved(600, 400)
    live = (hours - drifted) * np.array(list(before.values()))
    live += drifted * np.array(list(after.values()))
    reference = np.array(list(models.TENTHS.values()))
    found = _signal(report, "contrast")
    assert found.signal.bins == list(models.TENTHS)
    assert found.signal.counts == pytest.approx(live, rel=1e-6)
    assert found.psi == pytest.approx(drift.psi(live, reference, prior=THRESHOLDS.prior))
    assert found.ks == pytest.approx(drift.ks(live, reference, prior=THRESHOLDS.prior))
    windows = seconds(THRESHOLDS.quiet_for) / seconds(report.limits.window)
    of = {"rows": live.sum(), "size": 1000, "windows": windows}
    ranks = evidence.ranks(reference, ordered=10)
    strength = evidence.strength(
        evidence.g_statistic(live, reference, size=1000),
        evidence.evidence_limit(34.2, bins=12, **of),
        evidence.rank_statistic(live, reference, ranks, size=1000),
        evidence.evidence_limit(12.5, bins=2, **of),
    )
    assert found.evidence == pytest.approx(strength)
    decided = drift.drifts(
        found.psi, found.evidence, limit=THRESHOLDS.psi_limit(report.limits.window)
    )
    assert (found.status is DriftStatus.DRIFT) == decided


def test_the_span_may_end_in_the_past(prometheus: Prometheus) -> None:
    """Before the shift nothing drifts."""
    report = _report(prometheus, "digits", "12h", ago=models.DRIFTED)
    assert not report.drifts
    assert _signal(report, "contrast").psi == pytest.approx(0, abs=1e-6)


def test_a_category_has_no_ks(prometheus: Prometheus) -> None:
    """KS needs bins in order."""
    assert _signal(_report(prometheus, "digits"), "colour").ks is None


def test_an_idle_service_has_no_traffic(prometheus: Prometheus) -> None:
    """Nothing counted: every statistic is exactly 0, and the headline says why."""
    report = _report(prometheus, "idle")
    assert {(one.psi, one.ks, one.evidence, one.status) for one in report.signals} == {
        (0.0, 0.0, 0.0, DriftStatus.IDLE)
    }
    assert headline(report) == "No traffic reached idle 1.0.0 in the span."


def test_two_replicas_equal_one_that_saw_all(prometheus: Prometheus) -> None:
    """Rows shared among two replicas give the figures of one replica with all of them."""
    (alone,), (pair,) = (_report(prometheus, name).signals for name in ("alone", "pair"))
    assert pair.signal.counts == pytest.approx(alone.signal.counts)
    found = [(one.psi, one.ks, one.evidence) for one in (pair, alone)]
    assert found[0] == pytest.approx(found[1])
    assert pair.status is alone.status


def test_a_version_that_began_in_the_span_is_reported_as_far_as_it_served(
    prometheus: Prometheus,
) -> None:
    """Its rows are those since it began, and the versions say when."""
    report = _report(prometheus, "late")
    assert report.version.version == "2.0.0"
    assert _signal(report, "contrast").signal.rows == pytest.approx(1200, rel=0.01)
    before, now = map(str, report.served)
    assert re.fullmatch(r"1\.0\.0 \(until .*\)", before)
    assert re.fullmatch(r"2\.0\.0 \(since .*\)", now)


def test_accuracy_and_alerts_stand_beside(prometheus: Prometheus) -> None:
    """Both accuracies with rows, alerts of model and service, and what came of incidents so far."""
    said = dict(facts(_report(prometheus, "digits")))
    assert said["Predictions"] == "14,400"
    realised = "80.0% on 2,400 labels, accepted with 97.0%: below its control limit"
    assert said["Realised accuracy"].startswith(realised)
    assert said["Estimated accuracy"].startswith("96.0% on 14,400 predictions")
    assert "within" in said["Estimated accuracy"]
    down, drifted = said["Alerts that fired"].split("; ")
    assert down.startswith("ServiceDown (")
    assert drifted.startswith("DataDrift of 1.0.0 (")
    assert said["Incidents by alert"] == "AccuracyDrop: 1 kept; DataDrift: 2 promoted, 3 nothing"
    assert said["Incidents by signal"] == "contrast: 4 promoted; colour: 1 promoted"


def test_macro_f1_of_many_labels_is_of_labels_alone(prometheus: Prometheus) -> None:
    """Wrong predictions, counted as `other`, are wrong, and no label with an F1 of 0."""
    said = dict(facts(_report(prometheus, "many")))
    assert said["Realised accuracy"].startswith("40.0% on 2,400 labels")
    assert said["Realised accuracy"].endswith("macro F1 0.444")


def test_an_accuracy_that_labels_contradict_is_unknown(prometheus: Prometheus) -> None:
    """In place of a number it says what was estimated of labelled rows, and what came."""
    said = dict(facts(_report(prometheus, "many")))["Estimated accuracy"]
    assert re.match(r"unknown: labels .* says 96\.0%, and 40\.0% came, .* errors", said)


def test_the_loss_stands_beside_where_labels_are_not_a_fixed_set(
    prometheus: Prometheus, tmp_path: Path
) -> None:
    """Its mean, its limit and its rows; drift is reported as of any model."""
    report = _report(prometheus, "rides")
    said = dict(facts(report))
    assert "Realised accuracy" not in said and "Accuracy" not in said
    # Two labels count as one; of intervals three rows of the reference, and five labels.
    rose = "2.5 on 1,200 labels, accepted with 2: above its control limit of 2.427"
    assert said["Mean loss"] == rose
    # 45 an hour for 18 hours and 35 for six, of 50.
    held = "85.0% on 1,200 labels, accepted with 90.0%: within its control limit of 76.7%"
    assert said["Labels in their interval"] == held
    contradicted = "unknown: labels contradict it. Of 1,200 labelled predictions it says 2, and 2.5"
    assert said["Loss estimated from intervals"].startswith(contradicted)
    assert [one.signal.name for one in report.signals] == ["minutes", "distance"]
    before = dict(facts(_report(prometheus, "rides", "12h", ago=models.DRIFTED)))
    assert "within its control limit of" in before["Mean loss"]
    assert before["Loss estimated from intervals"].startswith("2 on 1,200 predictions, standard")
    assert dict(facts(_report(prometheus, "silent")))["Mean loss"] == "unknown: no labels"
    assert main(_asked(prometheus, "rides", page := tmp_path / "drift.html")) == 0
    html = page.read_text(encoding="utf-8")
    assert "#lossrise" in html and "#intervalcoveragedrop" in html
    assert "#accuracydrop" not in html and "Limits of loss" in html


def test_a_signal_that_does_not_fit_is_named_and_left_out(prometheus: Prometheus) -> None:
    """A bin without a reference is told, and the other signals are reported."""
    report = _report(prometheus, "broken")
    assert [one.signal.name for one in report.signals] == ["whole"]
    assert dict(facts(report))["Left out"].startswith("torn was left out: torn: got ['99']")


def test_the_command_prints_the_table_and_writes_the_page(
    prometheus: Prometheus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table is aligned, the page whole, and the code as asked for."""
    page = tmp_path / "new" / "drift.html"
    asked = _asked(prometheus, "digits", page)
    assert main([*asked, "--top", "2"]) == 0
    printed = capsys.readouterr().out
    assert str(page) in printed
    assert re.search(r"^contrast +14,400 +09 .*drift$", printed, re.MULTILINE)
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") == 4
    assert "4 more signals without plots" in html
    assert not re.search(r'<script|(src|href)="(?!#|[./]*docs/runbook.md#)', html.split("<svg")[0])
    assert main([*asked, "--fail-on-drift", "--top", "0"]) == 3
    assert main([*_asked(prometheus, "idle", page), "--fail-on-drift", "--top", "0"]) == 0


def _asked(prometheus: Prometheus, model: str, page: Path) -> list[str]:
    where = ["--prometheus", prometheus.url, "--end", str(END), "--out", str(page)]
    return ["drift", *where, "--model", model]


def test_what_labels_hold_is_escaped(prometheus: Prometheus, tmp_path: Path) -> None:
    """A category, a version and an alert with markup in them are text on the page."""
    page = tmp_path / "drift.html"
    assert main(_asked(prometheus, "harmful", page)) == 0
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4


def test_what_labels_hold_cannot_steer_a_terminal(prometheus: Prometheus) -> None:
    """The table has nothing that is not printed, but its line ends."""
    printed = text(_report(prometheus, "harmful"))
    assert all(line.isprintable() for line in printed.splitlines())


@pytest.mark.parametrize(
    ("options", "told"),
    (
        (["--model", "both"], "found both 1.0.0, both 1.0.1; expected one: choose with --model"),
        (["--model", "unknown"], "has no data of unknown in the span; found alone 1.0.0, bare"),
        (["--model", "late", "--version", "3"], "no data of late 3 in the span"),
        (["--end", "1000000000"], "found no model at all; see --end and --since"),
        (["--model", "bare"], "no signal of bare 1.0.0 in the span"),
    ),
)
def test_what_is_not_there_is_an_error_of_one_line(
    prometheus: Prometheus, options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what was found and which option chooses."""
    where = ["--prometheus", prometheus.url, "--end", str(END)]
    assert main(["drift", *where, *options]) == 1
    said = capsys.readouterr().err
    assert said.startswith("drift: ")
    assert told in said
    assert len(said.splitlines()) == 1


def test_a_version_may_be_named_where_several_serve(
    prometheus: Prometheus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then the report is on that one."""
    asked = _asked(prometheus, "both", tmp_path / "drift.html")
    assert main([*asked, "--version", "1.0.1", "--top", "0"]) == 0
    assert "both 1.0.1" in capsys.readouterr().out


def test_a_page_that_cannot_be_written_is_an_error(
    prometheus: Prometheus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder in place of a file."""
    assert main([*_asked(prometheus, "idle", tmp_path), "--top", "0"]) == 1
    assert "see --out" in capsys.readouterr().err
