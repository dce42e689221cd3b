"""LabelsMissing: far fewer labels came than usual; a person is asked.

It starts no retrain, which would have nothing to learn from.
"""

from monitoring.alerts.alert import NOTICE, OF_MODEL, SERVING_MODEL, Alert, dashboard
from monitoring.recording.series import MODEL, Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    window, names = thresholds.label_window, Window(thresholds.label_window)
    expected = names.expected_labels
    return Alert(
        "LabelsMissing",
        f"{names.model_labels} < {thresholds.label_fraction:g} * {expected}\n"
        f"and {expected} >= {thresholds.least_rows:g}\n"
        f"{SERVING_MODEL}",
        thresholds.labels_missing_for,
        NOTICE,
        "Few or no labels arrive for {{ $labels.model }}",
        f'Labels in the last {window}: {{{{ printf "%.0f" $value }}}}. Expected at '
        f"the coverage of the last {thresholds.label_level_window}: "
        f"{{{{ with printf \"{expected}{{{MODEL}='%s'}}\" $labels.model | query }}}}"
        '{{ . | first | value | printf "%.0f" }}{{ end }}.',
        dashboard("model", OF_MODEL),
    )
