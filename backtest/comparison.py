"""Compares the policies' outcomes: what each gained over never, and its share of the oracle's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.outcome import Outcome
from perennial.plural import plural
from perennial.statistics.counts import Floats
from perennial.statistics.metrics import Metric

NEVER, SHIPPED = "never", "as shipped"
FORESEEN, HINDSIGHT = "oracle", "hindsight"
CLOCK = "a clock, as often"
# Of a history in which the oracle has enough models to choose among.
HORIZONS = 10
UNGATED = f"{CLOCK}, no gate"


@dataclass(frozen=True)
class Line:
    """One policy over all phases: means, and the half width of the score's 95 % interval.

    gain: over never, positive if better.  share: of the oracle's gain; None without any, and where
    the history is too short for it to be a bound.
    lead: over the better clock of those that start as many pipelines as the loop, positive if
    better, with the half width of its own interval; None without such a clock.
    missed, delay: against the oracle's retrains; delay in rows, the median; None without any.
    """

    policy: str
    score: float
    spread: float
    gain: float
    share: float | None
    lead: float | None
    lead_spread: float
    started: float
    promoted: float
    needless: float
    missed: float | None
    delay: float | None
    seconds: float
    joules: float


def lines(
    outcomes: Mapping[str, Sequence[Outcome]], metric: Metric, horizon: int
) -> dict[str, Line]:
    """Return a line for each policy; outcomes: by policy, one for each phase."""
    sign = 1 if metric.higher_is_better else -1
    never = _scores(outcomes[NEVER])
    oracle = outcomes.get(FORESEEN)
    # On a shorter history it is no bound.
    long = oracle is not None and oracle[0].rows >= HORIZONS * horizon
    most = float(np.mean(sign * (_scores(oracle) - never))) if oracle and long else 0.0
    clocks = [sign * _scores(outcomes[name]) for name in (CLOCK, UNGATED) if name in outcomes]
    clock = max(clocks, key=np.mean, default=None)
    found = {}
    for policy, own in outcomes.items():
        scores = _scores(own)
        gains = sign * (scores - never)
        lead, lead_spread = _lead(sign * scores, clock)
        late = [] if oracle is None else _delays(own, oracle, horizon)
        on_time = [rows for rows in late if rows is not None]
        found[policy] = Line(
            policy=policy,
            score=float(scores.mean()),
            spread=_spread(scores),
            gain=float(gains.mean()),
            share=float(gains.mean() / most) if most > 0 else None,
            lead=lead,
            lead_spread=lead_spread,
            started=_mean(len(one.attempts) for one in own),
            promoted=_mean(len(one.promoted) for one in own),
            needless=_mean(one.needless for one in own),
            missed=None if oracle is None else late.count(None) / len(own),
            delay=float(np.median(on_time)) if on_time else None,
            seconds=_mean(one.seconds for one in own),
            joules=_mean(one.joules for one in own),
        )
    return found


def _delays(own: Sequence[Outcome], oracle: Sequence[Outcome], horizon: int) -> list[int | None]:
    pairs = zip(own, oracle, strict=True)
    return [rows for one, best in pairs for rows in one.delays(best, horizon)]


def _lead(scores: Floats, clock: Floats | None) -> tuple[float | None, float]:
    """Return the mean of the differences to the clock, and the half width of its interval."""
    if clock is None:
        return None, 0.0
    leads = scores - clock
    return float(leads.mean()), _spread(leads)


def _scores(outcomes: Sequence[Outcome]) -> Floats:
    return np.array([one.score for one in outcomes])


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _spread(scores: Floats) -> float:
    """Return the half width of the mean's 95 % interval; 0 for one phase."""
    if len(scores) < 2:
        return 0.0
    from scipy.stats import t

    return float(t.ppf(0.975, len(scores) - 1) * scores.std(ddof=1) / np.sqrt(len(scores)))


def sentence(found: Mapping[str, Line], metric: Metric) -> str:
    """Return in one sentence what the loop would have been worth, and what would suit better."""
    own = [line for line in found.values() if line.policy not in (FORESEEN, HINDSIGHT)]
    suits = max(own, key=lambda line: line.gain)
    unit = f"{metric.title} ({metric.unit})" if metric.unit else metric.title
    if SHIPPED not in found:
        which = f"'{suits.policy}' suits this history best"
        return f"Of the policies here {which}: {unit} {suits.score:.4g}."
    shipped, never = found[SHIPPED], found[NEVER]
    # The oracle is greedy, and its models are few: over all of its gain says nothing.
    part = shipped.share if shipped.share is not None and shipped.share <= 1 else None
    share = "" if part is None else f", {part:.0%} of the oracle's gain"
    text = (
        f"As shipped, the loop would have brought {unit} from {never.score:.4g} to "
        f"{shipped.score:.4g}{share}, with {plural(shipped.started, 'pipeline')}"
    )
    clocks = [found[name] for name in (CLOCK, UNGATED) if name in found]
    if clocks and shipped.lead is not None:
        best = max(clocks, key=lambda line: line.gain)
        text += f"; {best.policy}, reaches {best.score:.4g}"
        if shipped.lead_spread:
            which = "less" if (shipped.lead > 0) == metric.higher_is_better else "more"
            what = which if metric.higher_is_better else f"{which} error"
            text += f", {abs(shipped.lead):.2g} ± {shipped.lead_spread:.2g} {what}"
    if suits.policy != SHIPPED and suits.gain > shipped.gain:
        text += (
            f"; of the policies here '{suits.policy}' suits this history best, {suits.score:.4g}"
        )
    if (oracle := found.get(FORESEEN)) is not None and oracle.gain > 0 and oracle.share is None:
        text += (
            f"; a history of less than {HORIZONS} horizons is too short for an oracle to be a bound"
        )
    return text + "."
