"""The names of all recorded series, `level:metric:operations`, and what one of them is."""

from dataclasses import dataclass

from perennial.metric_names import service as metrics

BIN = ", ".join(metrics.SIGNAL_BIN.labels)
SIGNAL = ", ".join(metrics.CRITICAL_VALUE.labels)
MODEL = metrics.REFERENCE_ACCURACY.labels[0]
VERSION = ", ".join(metrics.REFERENCE_ACCURACY.labels)

REFERENCE_SHARE = "model_version_signal_bin:reference_share:max"
REFERENCE_SIZE = "model_version_signal:reference_size:max"
CRITICAL_VALUE = "model_version_signal:critical_value:max"
RANK_CRITICAL_VALUE = "model_version_signal:rank_critical_value:max"
BINS = "model_version_signal:bins:count"
RANK = "model_version_signal_bin:reference_rank:sum"
REFERENCE_ACCURACY = "model_version:reference_accuracy:max"
REFERENCE_CONFIDENCE = "model_version:reference_confidence:max"
REFERENCE_ACCURACY_SIZE = "model_version:reference_accuracy_size:max"
REFERENCE_LOSS = "model_version:reference_loss:max"
REFERENCE_LOSS_DEVIATION = "model_version:reference_loss_deviation:max"
REFERENCE_LOSS_SIZE = "model_version:reference_loss_size:max"
REFERENCE_INTERVAL_COVERAGE = "model_version:reference_interval_coverage:max"
REFERENCE_EXPECTED_DEVIATION = "model_version:reference_expected_loss_deviation:max"
DRIFTED = "model_version_signal:drifted"


@dataclass(frozen=True)
class Models:
    """Some of the models: one alone, or all but some; without either, all of them."""

    only: str = ""
    but: tuple[str, ...] = ()

    @property
    def selector(self) -> str:
        """What selects their series.

        >>> Models(only="bikes").selector, Models(but=("adult", "bikes")).selector
        ('{model="bikes"}', '{model!~"adult|bikes"}')
        >>> Models().selector
        ''
        """
        if self.only:
            return f'{{{MODEL}="{self.only}"}}'
        return f'{{{MODEL}!~"{"|".join(self.but)}"}}' if self.but else ""

    def within(self, series: str) -> str:
        """Return a series, which may have a selector already, of these models.

        >>> Models(only="bikes").within('a{b="c"}')
        'a{b="c",model="bikes"}'
        """
        if self.selector and series.endswith("}"):
            return f"{series[:-1]},{self.selector[1:]}"
        return series + self.selector


EVERY = Models()


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
        """Smoothed live share of a bin; over the windows that people look at."""
        return f"model_version_signal_bin:share:{self.window}"

    @property
    def psi(self) -> str:
        """Population stability index of a signal."""
        return f"model_version_signal:psi:{self.window}"

    @property
    def ks(self) -> str:
        """Kolmogorov-Smirnov distance of a numeric signal; no other has one."""
        return f"model_version_signal:ks:{self.window}"

    @property
    def g(self) -> str:
        """G statistic of a signal against its baseline, divided by 1 + N/M."""
        return f"model_version_signal:g:{self.window}"

    @property
    def baseline_rows(self) -> str:
        """Rows per bin that the window is held against: the reference's, and those before it."""
        return f"model_version_signal_bin:baseline_rows:{self.window}"

    @property
    def baseline_size(self) -> str:
        """All of these rows, of a signal."""
        return f"model_version_signal:baseline_rows:{self.window}"

    @property
    def rank(self) -> str:
        """Rank statistic of a numeric signal, divided by 1 + N/M; no other has one."""
        return f"model_version_signal:rank:{self.window}"

    @property
    def evidence(self) -> str:
        """The greater of G and rank statistic, each over its limit: more than 1 is sufficient."""
        return f"model_version_signal:evidence:{self.window}"

    @property
    def design_effect(self) -> str:
        """Rows that count as one, since rows follow each other."""
        return f"model_version_signal:design_effect:{self.window}"

    @property
    def answer_effect(self) -> str:
        """Predictions that count as one: the largest such number of the outputs' signals."""
        return f"model_version:answer_design_effect:{self.window}"

    @property
    def psi_limit(self) -> str:
        """PSI over which the signal drifts."""
        return f"model_version_signal:psi_limit:{self.window}"

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
    def involved(self) -> str:
        """2 TP + FP + FN of a label: the rows it is true in and those it is predicted in, added.

        Without FP where there are so many labels that wrong predictions count as `other`.
        """
        return f"model_version_label:involved:increase{self.window}"

    @property
    def f1(self) -> str:
        """F1 score of a label; absent where it is neither true nor predicted."""
        return f"model_version_label:f1:{self.window}"

    @property
    def macro_f1(self) -> str:
        """Mean of the labels' F1 scores; absent without labels."""
        return f"model_version:macro_f1:{self.window}"

    @property
    def coverage(self) -> str:
        """Share of the predictions that got a label; absent without predictions."""
        return f"model_version:label_coverage:{self.window}"

    @property
    def delay(self) -> str:
        """Mean seconds from a prediction to its label; absent without labels."""
        return f"model_version:label_delay_seconds:{self.window}"

    @property
    def model_labels(self) -> str:
        """Labelled predictions of all versions of a model."""
        return f"model:labels:increase{self.window}"

    @property
    def expected_labels(self) -> str:
        """Labels that the model's predictions would have got at its usual coverage."""
        return f"model:expected_labels:increase{self.window}"

    @property
    def accuracy(self) -> str:
        """Realised accuracy; absent without labels."""
        return f"model_version:accuracy:{self.window}"

    @property
    def accuracy_limit(self) -> str:
        """Control limit of the realised accuracy."""
        return f"model_version:accuracy_limit:{self.window}"

    @property
    def loss(self) -> str:
        """Mean loss of labelled predictions; absent without labels, or with a fixed set of them."""
        return f"model_version:loss:{self.window}"

    @property
    def loss_deviation(self) -> str:
        """Standard deviation of these losses."""
        return f"model_version:loss_deviation:{self.window}"

    @property
    def loss_limit(self) -> str:
        """Control limit of the mean loss."""
        return f"model_version:loss_limit:{self.window}"

    @property
    def sides(self) -> str:
        """Labels below, inside and above the interval of their prediction."""
        return f"model_version_side:labels:increase{self.window}"

    @property
    def interval_labels(self) -> str:
        """All of these labels."""
        return f"model_version:interval_labels:increase{self.window}"

    @property
    def interval_coverage(self) -> str:
        """Share of labels that lie in their interval; absent without labels, or intervals."""
        return f"model_version:interval_coverage:{self.window}"

    @property
    def interval_limit(self) -> str:
        """Control limit of this share."""
        return f"model_version:interval_coverage_limit:{self.window}"

    @property
    def expected_rows(self) -> str:
        """Predictions that a loss can be expected of."""
        return f"model_version:expected_losses:increase{self.window}"

    @property
    def expected_loss(self) -> str:
        """Mean loss that the intervals of predictions let expect; absent without predictions."""
        return f"model_version:estimated_loss:{self.window}"

    @property
    def expected_limit(self) -> str:
        """Control limit of the estimated loss."""
        return f"model_version:estimated_loss_limit:{self.window}"

    @property
    def expected_error(self) -> str:
        """Standard error of the estimated loss, on rows like those of the reference."""
        return f"model_version:estimated_loss_error:{self.window}"

    @property
    def predictions(self) -> str:
        """Predictions, but those of a broken model whose label or confidence is no number."""
        return f"model_version:predictions:increase{self.window}"

    @property
    def estimated(self) -> str:
        """Accuracy estimated from the confidence; absent without predictions."""
        return f"model_version:estimated_accuracy:{self.window}"

    @property
    def estimated_limit(self) -> str:
        """Control limit of the estimated accuracy."""
        return f"model_version:estimated_accuracy_limit:{self.window}"

    @property
    def bin_labels(self) -> str:
        """Labelled predictions per bin of confidence."""
        return f"model_version_bin:labels:increase{self.window}"

    @property
    def bin_accuracy(self) -> str:
        """Realised accuracy of a bin of confidence; absent without labels in it."""
        return f"model_version_bin:accuracy:{self.window}"

    @property
    def bin_confidence(self) -> str:
        """Mean confidence of the labelled predictions of a bin; absent without labels in it."""
        return f"model_version_bin:confidence:{self.window}"

    @property
    def calibration_error(self) -> str:
        """Mean gap between accuracy and confidence over the bins; absent without labels."""
        return f"model_version:calibration_error:{self.window}"

    @property
    def calibration_chance(self) -> str:
        """Calibration error that a calibrated model would have by chance on as many labels."""
        return f"model_version:calibration_error_by_chance:{self.window}"
