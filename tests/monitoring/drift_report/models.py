"""The models of the past that the report is tested on, each with a fate of its own."""

from collections.abc import Mapping

from monitoring.recording.labels_as_one import INTERVALS_AS_ONE
from monitoring.recording.series import REFERENCE_LOSS, Window
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay
from perennial.metric_names import service as metrics
from perennial.signals import MISSING, OTHER
from tests.monitoring.drift_report.past import Past, Replica, Signal

Shares = Mapping[str, float]
TENTHS: Shares = {**{f"{i:02d}": 0.0995 for i in range(10)}, "outside": 0.001, MISSING: 0.004}
COLOURS: Shares = {"blue": 0.5, "green": 0.3, "red": 0.15, OTHER: 0.04, MISSING: 0.01}
# What a label may hold to harm whoever reads it.
HARM = '<script>alert("$x^{$")\n</script>'
DRIFTED = 6.0


def rates(shares: Shares, rows: float, **more: float) -> dict[str, float]:
    """Return the rows an hour of each bin; more: what bins get beside their share."""
    return {name: rows * share + more.get(f"bin_{name}", 0.0) for name, share in shares.items()}


def steady(name: str, rows: float = 600, *, shares: Shares = TENTHS, begin: float = 26) -> Signal:
    """Return a signal that is as in its reference."""
    return Signal(name, shares, [(begin, rates(shares, rows))])


def shifted(name: str, rows: float = 600, *, more: float = 400) -> Signal:
    """Return a signal of which so many rows moved six hours ago, most to its greatest values."""
    return Signal(name, TENTHS, [(26, rates(TENTHS, rows)), (DRIFTED, moved(rows, more))])


def moved(rows: float, more: float) -> dict[str, float]:
    """Return the rows an hour of each bin after a shift."""
    return rates(TENTHS, rows - more, bin_09=0.9 * more, bin_missing=0.1 * more)


def write(past: Past) -> None:
    """Write every model."""
    _digits(past)
    _many_labels(past)
    _replicas(past)
    Replica(model="idle", signals=[steady("contrast", 0), steady("colour", 0)]).write(past)
    for version in ("1.0.0", "1.0.1"):
        Replica(model="both", version=version, signals=[steady("contrast")]).write(past)
    late = Replica(model="late", version="2.0.0", begin=2, signals=[steady("contrast", begin=2)])
    late.write(past)
    Replica(model="late", end=2, signals=[steady("contrast")]).write(past)
    Replica(model="bare").write(past)
    _harmful(past)
    _broken(past)
    write_rides(past)
    _silent(past)
    _usual(past)


def _digits(past: Past) -> None:
    """A model that drifts in one signal, with labels, alerts and recorded series."""
    colours = {**rates(COLOURS, 600), "red": 160.0, "blue": 230.0}
    replica = Replica(
        model="digits",
        signals=[
            steady("brightness"),
            shifted("contrast"),
            Signal("colour", COLOURS, [(26, colours)]),
            steady("tint", 0),
            steady("rare", 2),
            steady("prediction", shares={**COLOURS, "blue": 0.5}),
        ],
    )
    replica.write(past)
    _accepted(past, replica)
    for part, rise in (("count", 600.0), ("sum", 570.0)):
        past.counter(f"{metrics.CONFIDENCE.name}_{part}", replica.key, [(26, rise)])
    for label in "01":
        for predicted in "01":
            key = {**replica.key, "label": label, "predicted": predicted}
            past.counter(metrics.FEEDBACK.name, key, [(26, 40.0 if label == predicted else 10.0)])
    firing = {"alertname": "DataDrift", "alertstate": "firing", "severity": "warning"}
    past.gauge("ALERTS", {**firing, "model": "digits", "version": "1.0.0"}, 1, begin=5, end=3)
    past.gauge("ALERTS", {**firing, "alertname": "ServiceDown"}, 1, begin=10, end=9.95)
    past.gauge("ALERTS", {**firing, "model": "another"}, 1, begin=5)
    _recorded(past)
    _relayed(past)


def _relayed(past: Past) -> None:
    """What the relay says of the incidents of a model, and of another's."""
    for alert, outcome, number in (
        ("DataDrift", "promote", 2),
        ("DataDrift", "nothing", 3),
        ("AccuracyDrop", "keep", 1),
    ):
        key = {"model": "digits", "alert": alert, "outcome": outcome}
        past.gauge(relay.ALERT_INCIDENTS.name, key, number, begin=1)
    for signal, number in (("colour", 1), ("contrast", 4)):
        key = {"model": "digits", "signal": signal, "outcome": "promote"}
        past.gauge(relay.SIGNAL_INCIDENTS.name, key, number, begin=1)
    key = {"model": "another", "alert": "DataDrift", "outcome": "block"}
    past.gauge(relay.ALERT_INCIDENTS.name, key, 9, begin=1)


def _accepted(past: Past, replica: Replica) -> None:
    """What a version was accepted with, whose labels are a fixed set."""
    for metric, value in (
        (metrics.REFERENCE_ACCURACY, 0.97),
        (metrics.REFERENCE_ACCURACY_SIZE, 719),
        (metrics.REFERENCE_CONFIDENCE, 0.96),
    ):
        past.gauge(metric.name, replica.key, value, begin=26)


def _many_labels(past: Past) -> None:
    """A model with so many labels that wrong predictions are counted as `other`."""
    replica = Replica(model="many", signals=[steady("contrast")])
    replica.write(past)
    _accepted(past, replica)
    for label, predicted, rise in (
        ("a", "a", 40.0),
        ("a", OTHER, 10.0),
        ("b", "b", 0.0),
        ("b", OTHER, 50.0),
    ):
        key = {**replica.key, "label": label, "predicted": predicted}
        past.counter(metrics.FEEDBACK.name, key, [(26, rise)])
    # It is as sure as in its reference, and wrong more often than right.
    key, name = {**replica.key, "bin": "1.0"}, metrics.FEEDBACK_CONFIDENCE.name
    for counter, rise in (
        (f"{name}_count", 100.0),
        (f"{name}_sum", 95.0),
        (metrics.FEEDBACK_RIGHT.name, 40.0),
    ):
        past.counter(counter, key, [(26, rise)])


def _recorded(past: Past) -> None:
    """What the rules recorded of one signal, about."""
    labels = {"model": "digits", "version": "1.0.0", "signal": "contrast"}
    hour, day = Thresholds().windows
    past.curve(Window(hour).psi, labels, [(24, 0.01), (6, 0.02), (5, 0.55), (0, 0.52)])
    past.curve(Window(day).psi, labels, [(24, 0.004), (6, 0.005), (0, 0.17)])


def _replicas(past: Past) -> None:
    """One model on one replica, and one that shares the same rows among two."""
    Replica(model="alone", signals=[shifted("contrast", 900, more=300)]).write(past)
    for instance, rows, more in (("a:8000", 600, 100), ("b:8000", 300, 200)):
        part = shifted("contrast", rows, more=more)
        Replica(model="pair", instance=instance, signals=[part]).write(past)


def _harmful(past: Past) -> None:
    """A model whose category, version and alert hold what a page would run."""
    shares = {HARM: 0.5, "a": 0.45, OTHER: 0.04, MISSING: 0.01}
    signal = Signal("colour", shares, [(26, {HARM: 600.0})])
    Replica(model="harmful", version=HARM, signals=[signal]).write(past)
    firing = {"alertname": HARM, "alertstate": "firing", "model": "harmful", "version": HARM}
    past.gauge("ALERTS", firing, 1, begin=1)


def _broken(past: Past) -> None:
    """A model with a bin that its reference lacks, beside a signal that is whole."""
    replica = Replica(model="broken", signals=[steady("whole"), steady("torn")])
    replica.write(past)
    key = {**replica.key, "signal": "torn", "bin": "99"}
    past.counter(metrics.SIGNAL_BIN.name, key, [(26, 10.0)])


def write_rides(past: Past) -> None:
    """A model whose labels are not a fixed set: its losses doubled six hours ago."""
    replica = Replica(model="rides", signals=[steady("distance"), shifted("minutes")])
    replica.write(past)
    for gauge, value in (
        (metrics.CREATED, 1_790_000_000),
        (metrics.REFERENCE_LOSS, 2.0),
        (metrics.REFERENCE_LOSS_DEVIATION, 1.0),
        (metrics.REFERENCE_LOSS_SIZE, 800),
        (metrics.REFERENCE_INTERVAL_COVERAGE, 0.9),
        (metrics.REFERENCE_EXPECTED_DEVIATION, 0.8),
        (metrics.REFERENCE_DESIGN_EFFECT, 2),
        (metrics.REFERENCE_COVERAGE_DESIGN_EFFECT, 3),
    ):
        past.gauge(gauge.name, replica.key, value, begin=26)
    for side, before, after in (("below", 5.0, 5.0), ("inside", 90.0, 70.0), ("above", 5.0, 25.0)):
        key = {**replica.key, "side": side}
        past.counter(metrics.FEEDBACK_INTERVAL.name, key, [(26, before / 2), (DRIFTED, after / 2)])
    past.counter(f"{metrics.EXPECTED_LOSS.name}_count", replica.key, [(26, 100.0)])
    past.counter(f"{metrics.EXPECTED_LOSS.name}_sum", replica.key, [(26, 200.0)])
    name = metrics.FEEDBACK_LOSS.name
    past.counter(f"{name}_count", replica.key, [(26, 50.0)])
    past.counter(f"{name}_sum", replica.key, [(26, 100.0), (DRIFTED, 200.0)])
    expected = metrics.FEEDBACK_EXPECTED.name
    past.counter(f"{expected}_count", replica.key, [(26, 50.0)])
    past.counter(f"{expected}_sum", replica.key, [(26, 100.0)])
    off = [(26, 50.0), (DRIFTED, 250.0)]
    past.counter(metrics.FEEDBACK_EXPECTED_SQUARES.name, replica.key, off)
    squares = [(26, 250.0), (DRIFTED, 850.0)]
    past.counter(metrics.FEEDBACK_LOSS_SQUARES.name, replica.key, squares)
    names = Window(Thresholds().short_window)
    labels = {"model": "rides", "version": "1.0.0"}
    past.curve(names.loss, labels, [(24, 2.0), (DRIFTED, 2.0), (5, 4.0), (0, 4.0)])
    past.gauge(names.loss_limit, labels, 2.9, begin=24)
    past.gauge(REFERENCE_LOSS, labels, 2.0, begin=24)
    past.gauge(INTERVALS_AS_ONE, labels, 5, begin=4)


def _silent(past: Past) -> None:
    """One that nobody has labelled."""
    silent = Replica(model="silent", signals=[steady("distance")])
    silent.write(past)
    for gauge in (metrics.REFERENCE_LOSS, metrics.REFERENCE_LOSS_DEVIATION):
        past.gauge(gauge.name, silent.key, 2.0, begin=26)
    past.gauge(metrics.REFERENCE_LOSS_SIZE.name, silent.key, 800, begin=26)


def _usual(past: Past) -> None:
    """One on whose signals the rules decided for a day: what moved in one of them is usual."""
    replica = Replica(model="usual", signals=[shifted("contrast"), shifted("edges")])
    replica.write(past)
    names = Window(Thresholds().long_window)
    for signal, limit, drifted in (("contrast", 0.5, 0), ("edges", 0.1, 1)):
        key = {"model": "usual", "version": "1.0.0", "signal": signal}
        for series, value in (
            (names.psi_limit, limit),
            (names.evidence, 1.5),
            (names.drifted, drifted),
        ):
            past.gauge(series, key, value, begin=2)
