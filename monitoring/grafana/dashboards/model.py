"""The Model dashboard: which signal moved, how far, and whether the model is still right."""

from monitoring.alerts.alert import SERVING
from monitoring.grafana.estimate_panels import gap, known
from monitoring.grafana.number_panels import intervals, loss, sides
from monitoring.grafana.panel import GREEN, LOOP, MODEL, RED, RETRAINING, Board, Limit, Panel, Query
from monitoring.grafana.promise_panels import accuracy_promised, loss_promised
from monitoring.grafana.shared_panels import accuracy, annotations, drifts, psi_limits
from monitoring.grafana.variables import OF_SIGNAL, OF_VERSION, RATE, WINDOW
from monitoring.recording.series import DRIFTED, REFERENCE_SHARE
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics

DRIFT = ("DataDrift", "PredictionDrift")
ACCURACY = ("AccuracyDrop", "EstimatedAccuracyDrop")
EVIDENCE = (Limit(0, GREEN), Limit(1, RED))


def board(thresholds: Thresholds) -> Board:
    """Return the dashboard."""
    return Board(
        MODEL,
        "Perennial / Model",
        "Which signal moved, how far, and is the model still accurate?",
        (
            _signals(thresholds),
            _confusion(),
            _psi(thresholds),
            _evidence(),
            accuracy(LOOP, RETRAINING),
            gap(thresholds),
            known(),
            accuracy_promised(),
            loss_promised(),
            _reliability(),
            _calibration_error(),
            loss(),
            intervals(),
            sides(),
            _labels(),
            _delay(),
            _predictions(),
            _shares(),
        ),
        annotations(),
        per_signal=True,
    )


def _signals(thresholds: Thresholds) -> Panel:
    return Panel(
        "table",
        "Signals, worst first",
        "PSI is the effect. Evidence is the greater of G and the rank statistic, each divided by "
        f"its limit. {drifts(thresholds)} All columns are for $window, except drifts, which covers "
        "every window.",
        (
            Query(f"sort_desc({WINDOW.psi}{{{OF_VERSION}}} {SERVING})", "PSI"),
            Query(f"{WINDOW.g}{{{OF_VERSION}}} {SERVING}", "G"),
            Query(f"{WINDOW.rank}{{{OF_VERSION}}} {SERVING}", "rank"),
            Query(f"{WINDOW.evidence}{{{OF_VERSION}}} {SERVING}", "evidence"),
            Query(f"{WINDOW.counts}{{{OF_VERSION}}} {SERVING}", "rows"),
            Query(f"{DRIFTED}{{{OF_VERSION}}} {SERVING}", "drifts"),
        ),
        DRIFT,
        (LOOP, RETRAINING),
        height=11,
        limits=psi_limits(thresholds),
        columns=(
            ("signal", ""),
            ("PSI", "none"),
            ("G", "none"),
            ("rank", "none"),
            ("evidence", "none"),
            ("rows", "short"),
            ("drifts", "bool_yes_no"),
        ),
    )


def _confusion() -> Panel:
    return Panel(
        "table",
        "Live confusion: label by predicted label",
        "Labelled predictions of the serving version over $window. Cells off the diagonal are "
        "mistakes. A row that is dark in one wrong column is a class no longer recognised.",
        (Query(f"round({WINDOW.confusion}{{{OF_VERSION}}} {SERVING})", "rows"),),
        ("AccuracyDrop",),
        (LOOP,),
        unit="short",
        height=11,
        columns=(("label", ""), ("predicted", ""), ("rows", "short")),
        matrix=True,
        no_value="no labels yet",
    )


def _psi(thresholds: Thresholds) -> Panel:
    return Panel(
        "timeseries",
        "PSI over time",
        "Distance of each signal from its reference. A new version has a new reference.",
        (Query(f"{WINDOW.psi}{{{OF_VERSION}}} {SERVING}", "{{signal}}"),),
        DRIFT,
        (LOOP,),
        unit="none",
        limits=psi_limits(thresholds),
        minimum=0,
    )


def _evidence() -> Panel:
    return Panel(
        "timeseries",
        "Evidence over time",
        "Over 1, the shift is too large to be chance. With much traffic even tiny shifts get "
        "there; without effect (PSI) they are not drift.",
        (
            Query(
                f"{WINDOW.evidence}{{{OF_VERSION}}} {SERVING}",
                "{{signal}}",
            ),
        ),
        DRIFT,
        (LOOP,),
        unit="none",
        limits=EVIDENCE,
        minimum=0,
    )


def _reliability() -> Panel:
    return Panel(
        "barchart",
        "Calibration live: accuracy by confidence",
        "Labelled predictions of the serving version over $window, in bins of confidence named "
        "by their upper bound. In a calibrated model both bars of a bin have the same height; a "
        "higher bar of confidence is overconfidence. Bins with few labels vary by chance.",
        (
            Query(f"max by (bin) ({WINDOW.bin_accuracy}{{{OF_VERSION}}} {SERVING})", "accuracy"),
            Query(
                f"max by (bin) ({WINDOW.bin_confidence}{{{OF_VERSION}}} {SERVING})", "confidence"
            ),
        ),
        ACCURACY,
        (LOOP,),
        unit="percentunit",
        width=18,
        columns=(("bin", ""), ("accuracy", "percentunit"), ("confidence", "percentunit")),
        no_value="no labels yet",
        minimum=0,
    )


def _calibration_error() -> Panel:
    return Panel(
        "stat",
        "Calibration error",
        "Mean gap between the two bars of the panel to the left, weighted by labels, and the gap "
        "that a calibrated model shows by chance on as many labels. Far above chance, do not rely "
        "on the estimated accuracy; a retrain calibrates the model again.",
        (
            Query(f"{WINDOW.calibration_error}{{{OF_VERSION}}} {SERVING}", "error"),
            Query(f"{WINDOW.calibration_chance}{{{OF_VERSION}}} {SERVING}", "by chance"),
        ),
        ACCURACY,
        (LOOP,),
        unit="percentunit",
        width=6,
        show="both",
        no_value="no labels yet",
    )


def _labels() -> Panel:
    return Panel(
        "timeseries",
        "Labels: share of predictions that have one",
        "Labels that arrived in $window divided by its predictions; a label may belong to an "
        "older prediction. Without labels accuracy is only estimated, and a retrain has nothing "
        "to learn from.",
        (Query(f"{WINDOW.coverage}{{{OF_VERSION}}}", "{{model}} {{version}}"),),
        ("LabelsMissing", "AccuracyDrop"),
        (LOOP,),
        unit="percentunit",
        width=8,
        minimum=0,
    )


def _delay() -> Panel:
    return Panel(
        "timeseries",
        "Labels: delay",
        "Mean time from a prediction to its label, over $window. Realised accuracy is about "
        "predictions of that age, whatever the window.",
        (Query(f"{WINDOW.delay}{{{OF_VERSION}}}", "{{model}} {{version}}"),),
        ("LabelsMissing",),
        (LOOP,),
        unit="s",
        width=8,
        minimum=0,
    )


def _predictions() -> Panel:
    name = metrics.PREDICTIONS.name
    rate = f'rate({name}{{{OF_VERSION},label!=""}}[{RATE}])'
    return Panel(
        "timeseries",
        "Predictions by label",
        "Predictions a second, by predicted label.",
        (Query(f"sum by (label) ({rate})", "{{label}}"),),
        ("PredictionDrift",),
        (LOOP,),
        unit="reqps",
        width=8,
        minimum=0,
    )


def _shares() -> Panel:
    return Panel(
        "barchart",
        "$signal: live against reference",
        "Share of each bin over $window and in the version's reference. Numeric bins are "
        "numbered from low to high and hold about equal shares of the reference.",
        (
            Query(f"max by (bin) ({WINDOW.share}{{{OF_SIGNAL}}} {SERVING})", "live"),
            Query(f"max by (bin) ({REFERENCE_SHARE}{{{OF_SIGNAL}}} {SERVING})", "reference"),
        ),
        DRIFT,
        (LOOP,),
        unit="percentunit",
        width=8,
        height=7,
        columns=(("bin", ""), ("live", "percentunit"), ("reference", "percentunit")),
        repeat="signal",
        minimum=0,
    )
