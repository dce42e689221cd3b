"""What the table and the page say in the same words."""

from collections.abc import Iterator, Sequence

from monitoring.drift_report.accuracy import Accuracy, Measured
from monitoring.drift_report.drift_status import DriftStatus
from monitoring.drift_report.estimate import Gap
from monitoring.drift_report.interval import Intervals
from monitoring.drift_report.loss import Loss
from monitoring.drift_report.signal_drift import SignalDrift
from monitoring.drift_report.report import DriftReport
from perennial.plural import plural

MOST = 3
NONE = "none"
UNUSUAL = "What was usual in the last week is not counted."


def headline(report: DriftReport) -> str:
    """Return the status in one sentence."""
    drift, watch = report.having(DriftStatus.DRIFT), report.having(DriftStatus.WATCH)
    few, idle = report.having(DriftStatus.FEW), report.having(DriftStatus.IDLE)
    every = len(report.signals)
    if not every:
        return f"No signal of {report.version} could be compared with its reference."
    if len(idle) == every:
        return f"No traffic reached {report.version} in the span."
    does = "drift" if report.decided else "drift from the reference"
    parts = [f"{len(drift)} of {every} signals of {report.version} {does}{_names(drift)}"]
    if watch:
        parts.append(f"{len(watch)} to watch{_names(watch)}")
    if few:
        parts.append(f"{len(few)} with too few rows to tell")
    return "; ".join(parts) + "." + ("" if report.decided else f" {UNUSUAL}")


def _names(found: Sequence[str]) -> str:
    if not found:
        return ""
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return f" ({', '.join(found[:MOST])}{more})"


def facts(report: DriftReport) -> Iterator[tuple[str, str]]:
    """Yield what else there is to know: its name, and a sentence."""
    if report.accuracy:
        yield from _accuracy(report.accuracy)
    elif report.loss:
        yield "Mean loss", _loss(report.loss)
        if report.intervals:
            yield from _intervals(report.intervals, report.loss.accepted)
    else:
        yield "Accuracy", "unknown: the version has no reference accuracy"
    yield "Alerts that fired", "; ".join(map(str, report.alerts)) or NONE
    if report.alerts_worth:
        yield "Incidents by alert", "; ".join(map(str, report.alerts_worth))
    if report.signals_worth:
        yield "Incidents by signal", "; ".join(map(str, report.signals_worth))
    yield "Versions that served", "; ".join(map(str, report.served)) or NONE
    for refused in report.refused:
        yield "Left out", refused


def _accuracy(known: Accuracy) -> Iterator[tuple[str, str]]:
    accepted, f1 = known.accepted.accuracy, known.macro_f1
    also = "" if f1 is None else f"; macro F1 {f1:.3f}"
    yield "Predictions", f"{known.predictions:,.0f}"
    yield "Realised accuracy", _measured(known.realised, accepted, "label") + also
    said = _contradicted(known.gap, ".1%")
    yield "Estimated accuracy", said or _measured(known.estimated, accepted, "prediction")


def _measured(found: Measured | None, accepted: float, unit: str) -> str:
    if found is None:
        return f"unknown: no {unit}s"
    state = _state(found.fell, found.value < found.limit, "below")
    return (
        f"{found.value:.1%} on {plural(round(found.rows), unit)}, accepted with {accepted:.1%}: "
        f"{state} {found.limit:.1%}"
    )


def _state(alarmed: bool, beyond: bool, side: str) -> str:
    """Return what is said of a figure, in front of its control limit.

    Not whether there is an alert: of labels, sums decide that, and the alerts that fired are named.

    >>> _state(False, True, "below"), _state(False, False, "below")
    ('a small change; below its control limit of', 'within its control limit of')
    """
    if alarmed or beyond:
        small = "" if alarmed else "a small change; "
        return f"{small}{side} its control limit of"
    return "within its control limit of"


def _over(value: float, limit: float | None) -> bool:
    return limit is not None and value > limit


def _contradicted(gap: Gap | None, form: str) -> str:
    """Return why an estimate is unknown, empty where it is not; form: of its numbers."""
    if gap is None or not gap.contradicts:
        return ""
    many = plural(round(gap.labels), "labelled prediction")
    return (
        f"unknown: labels contradict it. Of {many} it says "
        f"{gap.estimated:{form}}, and {gap.realised:{form}} came, {gap.errors:.1f} standard errors "
        "from it"
    )


def _loss(found: Loss) -> str:
    if found.value is None:
        return "unknown: no labels"
    state = _state(found.rose, _over(found.value, found.limit), "above")
    many = plural(round(found.labels), "label")
    return (
        f"{found.value:.4g} on {many}, accepted with {found.accepted:.4g}: "
        f"{state} {found.limit:.4g}"
    )


def _intervals(known: Intervals, accepted: float) -> Iterator[tuple[str, str]]:
    yield "Labels in their interval", _measured(known.held, known.accepted, "label")
    if (found := known.loss) is not None:
        state = _state(found.rose, _over(found.value, found.limit), "above")
        yield "Loss estimated from intervals", _contradicted(found.gap, ".4g") or (
            f"{found.value:.4g} on {plural(round(found.rows), 'prediction')}, standard error "
            f"{found.error:.2g}, accepted with {accepted:.4g}: {state} {found.limit:.4g}"
        )


def rule(report: DriftReport) -> str:
    """Return what drift is in this report."""
    limits = report.limits
    if report.decided:
        return (
            f"A signal drifts where the rules say so at the end of the span, of their window of "
            f"{limits.window}: its PSI is over its limit, which rises with what was usual in the "
            "last week, and its evidence over 1. Evidence is the greater of the G statistic and "
            "the rank statistic, each divided by its limit; it is less where rows follow each "
            "other. An alert fires if a signal drifts in any window."
        )
    return (
        f"A signal has the status drift if its PSI is over {limits.psi:g} and its evidence over 1: "
        f"the least limits of the rules in their window of {limits.window}, the nearest to "
        f"{report.span.since}. {UNUSUAL} Nor is it that rows follow each other: alerts may say "
        "less. Evidence is the greater of the G statistic and the rank statistic, each divided by "
        "its limit."
    )


def shift(found: SignalDrift) -> tuple[str, str]:
    """Return the bin whose share moved most, and from where to where."""
    if found.status is DriftStatus.IDLE:
        return "", ""
    signal, place = found.signal, found.moved
    before, after = (100 * shares[place] for shares in (signal.shares, signal.live))
    return signal.bins[place], f"{before:.1f} % → {after:.1f} % ({after - before:+z.1f})"
