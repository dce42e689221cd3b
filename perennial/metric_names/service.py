"""Every metric of the service: name, type, labels and help; monitoring's rules use these names."""

from perennial.metric_names.metric import Metric

_VERSION = ("model", "version")

INFO = Metric("model_info", "gauge", "1 for the serving model version.", (*_VERSION, "commit"))
CREATED = Metric(
    "model_created_timestamp_seconds",
    "gauge",
    "Unix time when the version was exported.",
    _VERSION,
)
PREDICTIONS = Metric(
    "model_predictions_total",
    "counter",
    "Predictions by predicted label; all have an empty one where labels are not a fixed set.",
    (*_VERSION, "label"),
)
# The predictions of models whose labels are not a fixed set; those of others have a confidence.
WITHOUT_LABEL = f'{PREDICTIONS.name}{{{PREDICTIONS.labels[-1]}=""}}'
INFERENCE_SECONDS = Metric(
    "model_inference_seconds",
    "histogram",
    "Duration of one inference over a batch, in seconds.",
    _VERSION,
)
BATCH_SIZE = Metric("model_batch_size", "histogram", "Rows in one inference.", _VERSION)
SIGNAL_BIN = Metric(
    "model_signal_bin_total",
    "counter",
    "Observations of a signal by bin; numeric bins are numbered from the lowest.",
    (*_VERSION, "signal", "bin"),
)
REFERENCE_SHARE = Metric(
    "model_signal_reference_share",
    "gauge",
    "Share of the reference rows in a bin.",
    (*_VERSION, "signal", "bin"),
)
REFERENCE_SIZE = Metric(
    "model_signal_reference_size", "gauge", "Rows in the reference.", (*_VERSION, "signal")
)
SIGNAL_OF_OUTPUT = Metric(
    "model_signal_of_output",
    "gauge",
    "1 for a signal of the model's output; all others are of its input.",
    (*_VERSION, "signal"),
)
CRITICAL_VALUE = Metric(
    "model_signal_critical_value",
    "gauge",
    "Limit of the G statistic at this signal's share of the family-wise error level.",
    (*_VERSION, "signal"),
)
CONFIDENCE = Metric(
    "model_confidence",
    "summary",
    "Calibrated probability of the predicted label; its mean is sum / count.",
    _VERSION,
)
RANK_CRITICAL_VALUE = Metric(
    "model_signal_rank_critical_value",
    "gauge",
    "The same limit for the rank statistic; only for numeric signals.",
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
    "histogram",
    "Seconds from a prediction to its label; the mean is sum / count.",
    _VERSION,
)
# Of its buckets: from a label that comes at once to one that comes after a month.
FEEDBACK_DELAY_BOUNDS = (
    *(1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 3600.0, 21600.0),
    *(43200.0, 86400.0, 172800.0, 259200.0, 345600.0, 604800.0, 1209600.0, 2592000.0),
)
FEEDBACK_CONFIDENCE = Metric(
    "model_feedback_confidence",
    "summary",
    "Confidence of labelled predictions by bin; a bin's name is its upper bound.",
    (*_VERSION, "bin"),
)
FEEDBACK_RIGHT = Metric(
    "model_feedback_right_total",
    "counter",
    "Correct labelled predictions, by bin of confidence.",
    (*_VERSION, "bin"),
)
FEEDBACK_LOSS = Metric(
    "model_feedback_loss",
    "summary",
    "Loss of labelled predictions, where labels are not a fixed set; the mean is sum / count.",
    _VERSION,
)
FEEDBACK_LOSS_SQUARES = Metric(
    "model_feedback_loss_squares_total",
    "counter",
    "Sum of the squares of these losses, from which their variance is computed.",
    _VERSION,
)
FEEDBACK_INTERVAL = Metric(
    "model_feedback_interval_total",
    "counter",
    "Labelled predictions by where the label lies: below, inside or above the interval.",
    (*_VERSION, "side"),
)
FEEDBACK_EXPECTED = Metric(
    "model_feedback_expected_loss",
    "summary",
    "Loss that was to be expected of labelled predictions; the mean is sum / count.",
    _VERSION,
)
FEEDBACK_EXPECTED_SQUARES = Metric(
    "model_feedback_expected_loss_error_squares_total",
    "counter",
    "Sum of the squares of how far the losses of these predictions were from it.",
    _VERSION,
)
EXPECTED_LOSS = Metric(
    "model_expected_loss",
    "summary",
    "Loss to expect of predictions, from their intervals; the mean is sum / count.",
    _VERSION,
)
REFERENCE_ACCURACY = Metric(
    "model_reference_accuracy",
    "gauge",
    "Accuracy on the reference rows, when the model was accepted.",
    _VERSION,
)
REFERENCE_ACCURACY_SIZE = Metric(
    "model_reference_accuracy_size",
    "gauge",
    "Rows on which the reference accuracy was measured.",
    _VERSION,
)
REFERENCE_CONFIDENCE = Metric(
    "model_reference_confidence",
    "gauge",
    "Mean confidence on the rows of the reference accuracy.",
    _VERSION,
)
REFERENCE_LOSS = Metric(
    "model_reference_loss",
    "gauge",
    "Mean loss on the reference rows, when the model was accepted.",
    _VERSION,
)
REFERENCE_LOSS_DEVIATION = Metric(
    "model_reference_loss_deviation",
    "gauge",
    "Standard deviation of the loss of one reference row.",
    _VERSION,
)
REFERENCE_LOSS_SIZE = Metric(
    "model_reference_loss_size",
    "gauge",
    "Rows on which the reference loss was measured.",
    _VERSION,
)
REFERENCE_INTERVAL_COVERAGE = Metric(
    "model_reference_interval_coverage",
    "gauge",
    "Share of the rows of the reference loss whose label lies in its interval.",
    _VERSION,
)
REFERENCE_DESIGN_EFFECT = Metric(
    "model_reference_design_effect",
    "gauge",
    "Reference rows in time order that tell as much of the accuracy or loss as an independent one.",
    _VERSION,
)
REFERENCE_COVERAGE_DESIGN_EFFECT = Metric(
    "model_reference_interval_coverage_design_effect",
    "gauge",
    "The same of the share of labels that lie in their interval.",
    _VERSION,
)
REFERENCE_EXPECTED_DEVIATION = Metric(
    "model_reference_expected_loss_deviation",
    "gauge",
    "How far the loss of one reference row lies from the expected one.",
    _VERSION,
)
PROMISED_LOW = Metric(
    "model_promised_low",
    "gauge",
    "Accuracy, or mean loss, that the rows after the reference's are expected not to be below.",
    _VERSION,
)
PROMISED_HIGH = Metric(
    "model_promised_high",
    "gauge",
    "Accuracy, or mean loss, that the rows after the reference's are expected not to be above.",
    _VERSION,
)
BUNDLE_REJECTED = Metric(
    "model_bundle_rejected_total", "counter", "Bundles refused, by reason.", ("reason",)
)
BUNDLE_SWAPS = Metric("model_bundle_swaps_total", "counter", "Bundles put into service.", ())
PREDICTIONS_DROPPED = Metric(
    "model_predictions_dropped_total",
    "counter",
    "Predictions returned but not stored, because the queue was full or the database failed.",
    (),
)
QUEUE_LENGTH = Metric(
    "model_predictions_queue_length", "gauge", "Predictions waiting to be stored.", ()
)
