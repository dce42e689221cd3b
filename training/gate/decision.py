"""The gate's decision, promote, keep or block: its rules applied in order to two comparisons."""

from dataclasses import dataclass, replace

from perennial.verdicts import Verdict
from training.gate.compared_bundle import ComparedBundle
from training.gate.comparison import Comparison
from training.gate.figures import in_words
from training.gate.growth import growth, learning_growth
from training.gate.label_sources import LabelSources
from training.gate.rules.score_floor import score_floor
from training.gate.rules.same_bundle import same_bundle
from training.gate.rules.significant_gain import significant_gain
from training.gate.rules.significant_loss import significant_loss
from training.gate.rules.surer_gain import surer_gain
from training.gate.rules.unlearnable_labels import unlearnable_labels


@dataclass(frozen=True)
class GateDecision:
    """A verdict with its reasons, each a clause with figures.

    growth: how many times the fresh rows would promote the gain that they show, where they are too
    few to tell it from chance, or to tell that their labels can be learnt; None where nothing else
    is wanting, where they show none, and in a gate.json that does not record it.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    growth: float | None = None

    def line(self) -> str:
        """Return one line for logs and for the report."""
        return f"{self.verdict}: {'; '.join(self.reasons)}"


def decide(
    *,
    challenger: ComparedBundle,
    champion: ComparedBundle | None,
    base: Comparison | None,
    fresh: Comparison | None,
    level: float,
    floor: float,
    champion_saw_incident: bool = False,
    trusted: Comparison | None = None,
    sources: LabelSources | None = None,
    base_is_past: bool = False,
    incident: str | None = None,
    alike: str | None = None,
) -> GateDecision:
    """Return the verdict on two comparisons; without a champion, the challenger is the first model.

    base, fresh: on base test rows, and on rows labelled since the latest incident began.
    level: significance of the paired test, usually 0.05.
    floor: worst allowed score on fresh rows (base rows if none are fresh), usually 0.5.
    champion_saw_incident: whether the champion was trained on that incident's rows too; then gains
    are judged on base rows, unless these are from before.
    trusted: on those of the fresh rows whose labels are trusted.
    sources: whose labels the fresh rows have; the reasons end with it.
    base_is_past: whether the base rows are from before the fresh ones. What comes next is like the
    latest rows, so a loss on base rows is then told and does not block.
    incident: what fresh rows were collected for; None without any.
    alike: what `labels_alike` says of the fresh rows.

    keep, before all else: main has the same bundle.
    block: a significant loss on any (see base_is_past), labels that are all alike or cannot be
    learnt, or a score worse than the floor.
    keep: no significant difference on the rows on which gains are judged, or no fresh rows to
    compare on though the challenger learnt from an incident that the champion did not.
    promote: a significant gain on fresh rows (base rows without such an incident), or no champion.
    Where the headline cannot tell the models apart, a gain in log loss counts.
    """
    same = same_bundle(challenger, champion)
    if same is not None:
        return GateDecision(Verdict.KEEP, (same,))
    said = () if sources is None or fresh is None else (str(sources),)
    compared = {"base": base, "fresh": fresh, "trusted": trusted}
    if base_is_past and fresh is not None:
        past = "base rows are from before the fresh ones, so this does not block"
        lost = _loss("base", compared.pop("base"), level)
        said = (*(f"{past}: {loss}" for loss in lost), *said)
    losses = [loss for name, found in compared.items() for loss in _loss(name, found, level)]
    stuck = () if alike is None else (alike,)
    unlearnt = () if fresh is None else _unlearnt(fresh)
    reasons = (*losses, *stuck, *unlearnt, *_under_floor(base=base, fresh=fresh, floor=floor))
    if reasons:
        alone = compared.get("base") if len(reasons) == 1 else None
        changed = _rule_changed(base=alone, fresh=fresh, level=level)
        more = None
        if fresh is not None and reasons == unlearnt:
            more = learning_growth(fresh, level=level)
        return GateDecision(Verdict.BLOCK, (*reasons, *changed, *said), more)
    if base is None and fresh is None:
        nothing = "no significant difference: there are no rows to compare on"
        return GateDecision(Verdict.KEEP, (nothing,))
    if not any(found and found.champion for found in (base, fresh)):
        return GateDecision(Verdict.PROMOTE, ("the first model: there is no champion yet",))
    if incident is not None and fresh is None and not champion_saw_incident:
        nothing = f"there are no fresh rows of incident {incident} to compare on"
        return GateDecision(Verdict.KEEP, (f"no significant difference: {nothing}",))
    groups = [(name, found) for name, found in (("fresh", fresh), ("base", base)) if found]
    turned = champion_saw_incident and not base_is_past
    found = _promote_or_keep(groups[::-1] if turned else groups, level)
    return replace(found, reasons=(*found.reasons, *said))


def _loss(name: str, found: Comparison | None, level: float) -> tuple[str, ...]:
    """Return the significant loss on these rows, if there is one."""
    reason = None if found is None else significant_loss(name, found, level=level)
    return () if reason is None else (reason,)


def _gain(name: str, found: Comparison, level: float) -> str | None:
    """Return the significant gain on these rows, if there is one."""
    return significant_gain(name, found, level=level) or surer_gain(name, found, level=level)


def _rule_changed(
    *, base: Comparison | None, fresh: Comparison | None, level: float
) -> tuple[str, ...]:
    """Return what to do where fresh rows gain what base rows lose: old labels may not hold now."""
    gain = None if fresh is None else _gain("fresh", fresh, level)
    if gain is None or not _loss("base", base, level):
        return ()
    wanted = "take them out or, of a table, name their time column"
    return (f"{gain}: if old rows do not hold any more, {wanted}",)


def _unlearnt(fresh: Comparison) -> tuple[str, ...]:
    """Return that the fresh labels cannot be learnt, if so."""
    reason = unlearnable_labels(fresh)
    return () if reason is None else (reason,)


def _under_floor(
    *, base: Comparison | None, fresh: Comparison | None, floor: float
) -> tuple[str, ...]:
    """Return that the score is under the floor on fresh rows, or base rows if none are, if so."""
    groups = [(name, found) for name, found in (("base", base), ("fresh", fresh)) if found]
    reason = score_floor(*groups[-1], floor=floor) if groups else None
    return () if reason is None else (reason,)


def _promote_or_keep(groups: list[tuple[str, Comparison]], level: float) -> GateDecision:
    """Promote if the first group shows a gain; losses have been ruled out before."""
    (name, found), *others = groups
    reason = _gain(name, found, level)
    if reason is not None:
        no_loss = [
            f"no significant loss on {other} rows: {in_words(rows)}"
            for other, rows in others
            if not _loss(other, rows, level)
        ]
        return GateDecision(Verdict.PROMOTE, (reason, *no_loss))
    alone = [
        f"a significant gain on {other} rows alone does not promote: {in_words(rows)}"
        for other, rows in others
        if _gain(other, rows, level) is not None
    ]
    reasons = (f"no significant difference on {name} rows: {in_words(found)}", *alone)
    more = growth(found, level=level) if name == "fresh" else None
    return GateDecision(Verdict.KEEP, reasons, more)
