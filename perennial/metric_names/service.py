"""Every metric of the service: name, type, labels, help; monitoring writes its rules from these."""

from perennial.metric_names.metric import Metric

_VERSION = ("model", "version")

INFO = Metric("model_info", "gauge", "1 for the model version that serves.", (*_VERSION, "commit"))
CREATED = Metric(
    "model_created_timestamp_seconds",
    "gauge",
    "When the version was exported, in seconds since 1970.",
    _VERSION,
)
PREDICTIONS = Metric(
    "model_predictions_total", "counter", "Predictions by predicted label.", (*_VERSION, "label")
)
INFERENCE_SECONDS = Metric(
    "model_inference_seconds", "histogram", "Seconds of one inference over a batch.", _VERSION
)
BATCH_SIZE = Metric("model_batch_size", "histogram", "Rows of one inference.", _VERSION)
SIGNAL_BIN = Metric(
    "model_signal_bin_total",
    "counter",
    "Observations of a signal by bin; numeric bins are numbered upwards.",
    (*_VERSION, "signal", "bin"),
)
REFERENCE_SHARE = Metric(
    "model_signal_reference_share",
    "gauge",
    "Share of the reference rows in a bin.",
    (*_VERSION, "signal", "bin"),
)
REFERENCE_SIZE = Metric(
    "model_signal_reference_size", "gauge", "Rows of the reference.", (*_VERSION, "signal")
)
CRITICAL_VALUE = Metric(
    "model_signal_critical_value",
    "gauge",
    "Limit of the G statistic at this signal's part of the family-wise level.",
    (*_VERSION, "signal"),
)
CONFIDENCE = Metric(
    "model_confidence",
    "summary",
    "Calibrated probability of the predicted label; sum over count is its mean.",
    _VERSION,
)
RANK_CRITICAL_VALUE = Metric(
    "model_signal_rank_critical_value",
    "gauge",
    "The same limit of the rank statistic; numeric signals have one.",
    (*_VERSION, "signal"),
)
FEEDBACK = Metric(
    "model_feedback_total",
    "counter",
    "Labelled predictions: the live confusion matrix.",
    (*_VERSION, "label", "predicted"),
)
FEEDBACK_DELAY = Metric(
    "model_feedback_delay_seconds",
    "summary",
    "Seconds from a prediction to its label; sum over count is their mean.",
    _VERSION,
)
FEEDBACK_CONFIDENCE = Metric(
    "model_feedback_confidence",
    "summary",
    "Confidence of labelled predictions by its bin, named by its upper bound.",
    (*_VERSION, "bin"),
)
FEEDBACK_RIGHT = Metric(
    "model_feedback_right_total",
    "counter",
    "Labelled predictions that were right, by bin of confidence.",
    (*_VERSION, "bin"),
)
REFERENCE_ACCURACY = Metric(
    "model_reference_accuracy", "gauge", "Accuracy the model was accepted with.", _VERSION
)
REFERENCE_ACCURACY_SIZE = Metric(
    "model_reference_accuracy_size", "gauge", "Rows that accuracy was measured on.", _VERSION
)
REFERENCE_CONFIDENCE = Metric(
    "model_reference_confidence",
    "gauge",
    "Mean confidence on the rows that accuracy was measured on.",
    _VERSION,
)
BUNDLE_REJECTED = Metric(
    "model_bundle_rejected_total", "counter", "Bundles refused, by reason.", ("reason",)
)
BUNDLE_SWAPS = Metric("model_bundle_swaps_total", "counter", "Bundles put into service.", ())
PREDICTIONS_DROPPED = Metric(
    "model_predictions_dropped_total",
    "counter",
    "Predictions answered but not stored, because the queue was full or the database failed.",
    (),
)
QUEUE_LENGTH = Metric(
    "model_predictions_queue_length", "gauge", "Predictions that wait to be stored.", ()
)
