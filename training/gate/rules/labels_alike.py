"""Block if all fresh labels are the same one, though base rows have others in plenty."""

from perennial.kinds.output_kind import OutputKind, Truths

# As many labels as follow the first would all be that one in so few draws from base rows.
LEVEL = 0.001


def labels_alike(fresh: Truths, base: Truths, output: OutputKind) -> str | None:
    """Return the reason to block, or None if fresh labels differ, or may be alike by chance.

    A form, a sensor or a labeller that always says the same teaches a model to say it to everybody,
    and on these rows that is a gain. Where a few differ, docs/feedback.md says why nobody can tell.
    fresh, base: the labels of fresh and of base test rows, shape (rows,).
    Source: the chance that all others are like the first is a power of the label's share in base
    rows, by Laplace's rule of succession: with one row more of it and one of others, a label that
    none has may come.
    """
    if not len(fresh) or not len(base) or (fresh != fresh[0]).any():
        return None
    share = (int((base == fresh[0]).sum()) + 1) / (len(base) + 2)
    if share ** (len(fresh) - 1) >= LEVEL:
        return None
    label = output.labels[int(fresh[0])] if output.labels else f"{fresh[0]:g}"
    return (
        f"all {len(fresh):,} fresh labels are {label!r}, as are {share:.1%} of those of base rows: "
        "is a source stuck? Such rows do not tell what was learnt"
    )
