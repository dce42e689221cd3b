"""The Model dashboard: which signal moved, how far, and whether the model is still right."""

from monitoring.alerts.alert import SERVING
from monitoring.grafana.panel import GREEN, LOOP, MODEL, RED, RETRAINING, Board, Limit, Panel, Query
from monitoring.grafana.shared_panels import accuracy, annotations, psi_limits
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
        "Per signal: live against reference, PSI and G, worst first. Is the model still right?",
        (
            _signals(thresholds),
            _confusion(),
            _psi(thresholds),
            _evidence(),
            accuracy(LOOP, RETRAINING),
            _calibration(),
            _reliability(),
            _calibration_error(),
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
        "PSI is the effect; the evidence is the greater of G and the rank statistic, each over its "
        "limit. A signal drifts where PSI passes its limit and the evidence 1. "
        f"PSI limits: {thresholds.psi_limits}. All over $window but the last.",
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
        "Labelled predictions of the serving version over $window. Off the diagonal are mistakes; "
        "a row that is dark in one wrong column is a class it has forgotten.",
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
        "How far each signal is from the reference; a step at a version is its new reference.",
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
        "Over 1, the shift is no accident of a small sample. Busy services prove tiny shifts: "
        "without effect (PSI) that is no drift.",
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


def _calibration() -> Panel:
    return Panel(
        "timeseries",
        "Calibration live: estimated minus realised accuracy",
        "0: its fall of confidence tells the model's fall of accuracy. Above 0 the model is "
        "surer than it should be, and the estimate of its accuracy is too kind.",
        (
            Query(
                f"{WINDOW.estimated}{{{OF_VERSION}}} - {WINDOW.accuracy}{{{OF_VERSION}}}",
                "{{model}} {{version}}",
            ),
        ),
        ACCURACY,
        (LOOP,),
        unit="percentunit",
        height=9,
    )


def _reliability() -> Panel:
    return Panel(
        "barchart",
        "Calibration live: accuracy by confidence",
        "Labelled predictions of the serving version over $window, by bins of their confidence "
        "named by the upper bound. Calibrated, both bars of a bin are as high; where confidence "
        "stands out, the model is too sure there. A bin of few labels says little.",
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
        "The mean gap of the bins beside, each weighing as many labels as it has, and what a "
        "calibrated model would show by chance on as few labels. Far over chance, the accuracy "
        "estimated without labels is not to be trusted: a retrain calibrates anew.",
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
        "Labels: how many predictions have one",
        "Labels that came in $window over its predictions; a label may be of an older prediction. "
        "Without labels, only estimates are left and a retrain learns nothing.",
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
        "Labels: how late they come",
        "Mean time from a prediction to its label, over $window. Realised accuracy speaks of "
        "predictions that old, whatever the window.",
        (Query(f"{WINDOW.delay}{{{OF_VERSION}}}", "{{model}} {{version}}"),),
        ("LabelsMissing",),
        (LOOP,),
        unit="s",
        width=8,
        minimum=0,
    )


def _predictions() -> Panel:
    name = metrics.PREDICTIONS.name
    rate = f"rate({name}{{{OF_VERSION}}}[{RATE}])"
    return Panel(
        "timeseries",
        "Predictions by label",
        "Which labels the model gives, a second.",
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
        "Share of each bin over $window beside the reference the version was accepted on. "
        "Numeric bins are numbered upwards and hold about equal shares of the reference.",
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
