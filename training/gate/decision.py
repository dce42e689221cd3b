"""What two comparisons decide about a challenger: promote, keep or block, with reasons."""

from dataclasses import dataclass
from typing import Literal

from training.gate.comparison import Comparison

Verdict = Literal["promote", "keep", "block"]


@dataclass(frozen=True)
class Decision:
    """A verdict with its reasons, each a clause with figures."""

    verdict: Verdict
    reasons: tuple[str, ...]

    def line(self) -> str:
        """Return one line for logs and for the report."""
        return f"{self.verdict}: {'; '.join(self.reasons)}"


def decide(
    *,
    base: Comparison | None,
    fresh: Comparison | None,
    level: float,
    floor: float,
    learnt: bool = False,
) -> Decision:
    """Return the verdict on two comparisons; without any champion, the challenger is the first.

    base, fresh: on base test rows, and on rows labelled since the latest incident began.
    level: significance of McNemar's test, usually 0.05.
    floor: least accuracy on fresh rows (base rows where there are none fresh), usually 0.5.
    learnt: whether the champion has learnt from that incident too; then it is no news to gain on.

    block: a significant loss on either, labels that cannot be learnt, or less than the floor.
    keep: no significant difference on the rows where a gain is looked for.
    promote: a significant gain on fresh rows, on base rows where there are none, or no champion.
    """
    against = _against(base=base, fresh=fresh, level=level, floor=floor)
    if against:
        return Decision("block", against)
    if base is None and fresh is None:
        return Decision("keep", ("no significant difference: there are no rows to compare on",))
    if not any(found and found.champion for found in (base, fresh)):
        return Decision("promote", ("the first model, there is no champion yet",))
    groups = [(name, found) for name, found in (("fresh", fresh), ("base", base)) if found]
    return _gain(groups[::-1] if learnt else groups, level)


def _gain(groups: list[tuple[str, Comparison]], level: float) -> Decision:
    """Return whether the first group shows a gain; the others, which show no loss, stand by."""
    (name, found), *others = groups
    if gains(found, level):
        reason = f"a significant gain on {name} rows: {figures(found)}"
        beside = [f"no significant loss on {name} rows: {figures(other)}" for name, other in others]
        return Decision("promote", (reason, *beside))
    reason = f"no significant difference on {name} rows: {figures(found)}"
    beside = [
        f"a significant gain on {name} rows alone does not promote: {figures(other)}"
        for name, other in others
        if gains(other, level)
    ]
    return Decision("keep", (reason, *beside))


def _against(
    *, base: Comparison | None, fresh: Comparison | None, level: float, floor: float
) -> tuple[str, ...]:
    """Return every reason to block."""
    reasons = [
        f"a significant loss on {name} rows: {figures(found)}"
        for name, found in (("base", base), ("fresh", fresh))
        if found is not None and loses(found, level)
    ]
    if fresh is not None and fresh.challenger.low <= fresh.majority:
        reasons.append(
            "the fresh labels cannot be learnt: on held-out fresh rows the challenger reaches "
            f"{fresh.challenger.value:.3f} (at least {fresh.challenger.low:.3f}), always answering "
            f"their most frequent label {fresh.majority:.3f}"
        )
    name, measured = ("fresh", fresh) if fresh is not None else ("base", base)
    if measured is not None and measured.challenger.value < floor:
        found = f"{measured.challenger.value:.3f} on {measured.rows} {name} rows"
        reasons.append(f"an accuracy under the floor of {floor:g}: {found}")
    return tuple(reasons)


def gains(found: Comparison, level: float) -> bool:
    """Return whether the challenger is significantly better."""
    return (
        found.difference is not None and found.difference.value > 0 and found.difference.p < level
    )


def loses(found: Comparison, level: float) -> bool:
    """Return whether the challenger is significantly worse."""
    return (
        found.difference is not None and found.difference.value < 0 and found.difference.p < level
    )


def figures(found: Comparison) -> str:
    """Return the figures of a comparison as a clause."""
    if found.champion is None or found.difference is None:
        return f"accuracy {found.challenger.value:.3f} on {found.rows} rows"
    change = f"{found.champion.value:.3f} to {found.challenger.value:.3f}"
    return f"{change} on {found.rows} rows, {p_value(found.difference.p)}"


def p_value(p: float) -> str:
    """Return a p-value as text.

    >>> p_value(0.0312), p_value(1e-30)
    ('p = 0.031', 'p < 0.0001')
    """
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"
