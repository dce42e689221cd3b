"""The recording rules: monitoring/drift.py said again in PromQL, per model version and signal.

Replicas add up because counts are sums of increases; the reference, the same on every replica, is
a max. Every rule is finite: what cannot be computed yet is absent, never NaN.
"""

from dataclasses import dataclass

from monitoring.thresholds import Thresholds
from service import metrics

BIN = ", ".join(metrics.SIGNAL_BIN.labels)
SIGNAL = ", ".join(metrics.CRITICAL_VALUE.labels)
VERSION = ", ".join(metrics.REFERENCE_ACCURACY.labels)
PER_SIGNAL = f"on ({SIGNAL}) group_left ()"

REFERENCE_SHARE = "model_version_signal_bin:reference_share:max"
REFERENCE_SIZE = "model_version_signal:reference_size:max"
CRITICAL_VALUE = "model_version_signal:critical_value:max"
REFERENCE_ACCURACY = "model_version:reference_accuracy:max"
REFERENCE_ACCURACY_SIZE = "model_version:reference_accuracy_size:max"
DRIFTED = "model_version_signal:drifted"


@dataclass(frozen=True)
class Rule:
    """A recorded series and the expression it is computed from."""

    record: str
    expr: str


@dataclass(frozen=True)
class Window:
    """The names of all series recorded over one window."""

    window: str

    @property
    def bin_counts(self) -> str:
        """Observations per bin."""
        return f"model_version_signal_bin:observations:increase{self.window}"

    @property
    def counts(self) -> str:
        """Observations per signal."""
        return f"model_version_signal:observations:increase{self.window}"

    @property
    def share(self) -> str:
        """Smoothed live share of a bin."""
        return f"model_version_signal_bin:share:{self.window}"

    @property
    def psi(self) -> str:
        """Population stability index of a signal."""
        return f"model_version_signal:psi:{self.window}"

    @property
    def g(self) -> str:
        """G statistic of a signal, divided by 1 + N/M."""
        return f"model_version_signal:g:{self.window}"

    @property
    def drifted(self) -> str:
        """1 where both effect and evidence pass in this window."""
        return f"{DRIFTED}:{self.window}"

    @property
    def confusion(self) -> str:
        """Labelled predictions by label and predicted label."""
        return f"model_version_label_predicted:feedback:increase{self.window}"

    @property
    def labels(self) -> str:
        """Labelled predictions."""
        return f"model_version:labels:increase{self.window}"

    @property
    def accuracy(self) -> str:
        """Realised accuracy; absent without labels."""
        return f"model_version:accuracy:{self.window}"

    @property
    def accuracy_limit(self) -> str:
        """Control limit of the realised accuracy."""
        return f"model_version:accuracy_limit:{self.window}"

    @property
    def predictions(self) -> str:
        """Predictions whose confidence was counted."""
        return f"model_version:predictions:increase{self.window}"

    @property
    def estimated(self) -> str:
        """Mean confidence, which estimates accuracy; absent without predictions."""
        return f"model_version:estimated_accuracy:{self.window}"

    @property
    def estimated_limit(self) -> str:
        """Control limit of the estimated accuracy."""
        return f"model_version:estimated_accuracy_limit:{self.window}"


def signal_reference() -> list[Rule]:
    """Return the reference of each signal, once for all replicas."""
    return [
        Rule(REFERENCE_SHARE, f"max by ({BIN}) ({metrics.REFERENCE_SHARE.name})"),
        Rule(REFERENCE_SIZE, f"max by ({SIGNAL}) ({metrics.REFERENCE_SIZE.name})"),
        Rule(CRITICAL_VALUE, f"max by ({SIGNAL}) ({metrics.CRITICAL_VALUE.name})"),
    ]


def accuracy_reference() -> list[Rule]:
    """Return the accuracy that each version was accepted with, once for all replicas."""
    return [
        Rule(REFERENCE_ACCURACY, f"max by ({VERSION}) ({metrics.REFERENCE_ACCURACY.name})"),
        Rule(
            REFERENCE_ACCURACY_SIZE, f"max by ({VERSION}) ({metrics.REFERENCE_ACCURACY_SIZE.name})"
        ),
    ]


def drift(window: str, thresholds: Thresholds) -> list[Rule]:
    """Return counts, shares, PSI, G and the decision of every signal over one window."""
    names = Window(window)
    prior = f"{thresholds.prior:g}"
    return [
        Rule(names.bin_counts, _bin_counts(window)),
        Rule(names.counts, f"sum by ({SIGNAL}) ({names.bin_counts})"),
        Rule(
            names.share,
            f"({names.bin_counts} + {prior} * {REFERENCE_SHARE})\n"
            f"/ {PER_SIGNAL} ({names.counts} + {prior})",
        ),
        Rule(names.psi, _psi(names, prior)),
        Rule(names.g, _g(names)),
        Rule(
            names.drifted,
            f"({names.psi} > bool {thresholds.psi_limit(window):g})\n"
            f"* ({names.g} > bool {CRITICAL_VALUE})",
        ),
    ]


def _bin_counts(window: str) -> str:
    # A bin that nobody has counted yet is 0, not absent.
    return (
        f"sum by ({BIN}) (increase({metrics.SIGNAL_BIN.name}[{window}]))\n"
        f"or 0 * {REFERENCE_SHARE}"
    )


def _psi(names: Window, prior: str) -> str:
    # The difference p - q, written so that it is exactly 0 where nothing was counted.
    return (
        f"sum by ({SIGNAL}) (\n"
        f"  ({names.bin_counts} - {REFERENCE_SHARE} * {PER_SIGNAL} {names.counts})\n"
        f"  / {PER_SIGNAL} ({names.counts} + {prior})\n"
        f"  * ln({names.share} / {REFERENCE_SHARE})\n"
        ")"
    )


def _g(names: Window) -> str:
    # An empty bin adds nothing: left out, it cannot become 0 * -Inf. An idle signal is 0.
    return (
        f"2 * sum by ({SIGNAL}) (\n"
        f"  ({names.bin_counts} > 0)\n"
        f"  * ln({names.bin_counts} / {PER_SIGNAL} {names.counts} / {REFERENCE_SHARE})\n"
        f") / (1 + {names.counts} / {REFERENCE_SIZE})\n"
        f"or 0 * {names.counts}"
    )


def drifted(thresholds: Thresholds) -> Rule:
    """Return the decision over both windows: 1 where either of them passes."""
    short, long = (Window(window).drifted for window in thresholds.windows)
    return Rule(DRIFTED, f"({short} == 1) or ({long} == 1) or {short} or {long}")


def accuracy(window: str, thresholds: Thresholds) -> list[Rule]:
    """Return realised and estimated accuracy with their control limits over one window."""
    names = Window(window)
    confusion_labels = ", ".join(metrics.FEEDBACK.labels)
    feedback = f"increase({metrics.FEEDBACK.name}[{window}])"
    confidence = metrics.CONFIDENCE.name
    rows = f"sum by ({VERSION}) (increase({confidence}_count[{window}]))"
    total = f"sum by ({VERSION}) (increase({confidence}_sum[{window}]))"
    return [
        Rule(names.confusion, f"sum by ({confusion_labels}) ({feedback})"),
        Rule(names.labels, f"sum by ({VERSION}) ({names.confusion})"),
        Rule(names.accuracy, f"(\n{_correct(names)}\n) / ({names.labels} > 0)"),
        Rule(names.accuracy_limit, _limit(names.labels, thresholds)),
        Rule(names.predictions, rows),
        Rule(names.estimated, f"{total}\n/ ({names.predictions} > 0)"),
        Rule(names.estimated_limit, _limit(names.predictions, thresholds)),
    ]


def _correct(names: Window) -> str:
    # PromQL cannot compare two labels, so the diagonal is named first and then picked out.
    label, predicted = metrics.FEEDBACK.labels[-2:]
    return (
        f"  sum by ({VERSION}) (\n"
        f"    {names.confusion}\n"
        "    and label_replace(\n"
        f"      sum by ({VERSION}, {label}) ({names.confusion}),\n"
        f'      "{predicted}", "$1", "{label}", "(.*)"\n'
        "    )\n"
        "  )\n"
        f"  or 0 * {names.labels}"
    )


def _limit(rows: str, thresholds: Thresholds) -> str:
    reference = REFERENCE_ACCURACY
    return (
        f"{reference} - {thresholds.accuracy_z:g} * sqrt(\n"
        f"  {reference} * (1 - {reference})\n"
        f"  * (1 / ({rows} > 0) + 1 / {REFERENCE_ACCURACY_SIZE})\n"
        ")"
    )
