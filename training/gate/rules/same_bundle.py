"""Keep main's model if the challenger is the same bundle: then nothing can differ."""

from training.gate.compared_bundle import ComparedBundle


def same_bundle(challenger: ComparedBundle, champion: ComparedBundle | None) -> str | None:
    """Return the reason to keep, or None: no champion, or another bundle.

    Applied before all other rules: a block would judge a bundle that main has already.
    Source: our own rule.

    >>> here, main = ComparedBundle("1.0.0", "9f2c"), ComparedBundle("1.0.0", "41aa")
    >>> same_bundle(here, here)
    'main has the same bundle, so there is no significant difference'
    >>> same_bundle(here, main)
    """
    if champion is None or champion.digest != challenger.digest:
        return None
    return "main has the same bundle, so there is no significant difference"
