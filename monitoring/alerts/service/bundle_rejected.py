"""BundleRejected: a replica refused a bundle, and the old version serves on; pages."""

from monitoring.alerts.alert import PAGE, Alert, dashboard
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    name, window = metrics.BUNDLE_REJECTED.name, thresholds.event_window
    return Alert(
        "BundleRejected",
        # A counter that is born at 1 has no increase yet; the second line sees it.
        f"sum by (reason) (increase({name}[{window}])) > 0\n"
        f"or sum by (reason) ({name} unless {name} offset {window}) > 0",
        "0s",
        PAGE,
        "A bundle was refused; the old version keeps serving",
        f"Bundles refused in the last {window}, reason {{{{ $labels.reason }}}}: "
        '{{ printf "%.0f" $value }}.',
        dashboard("service"),
    )
