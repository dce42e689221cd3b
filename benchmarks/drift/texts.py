"""Shifts of texts, rows of words."""

from collections.abc import Callable

import numpy as np

from benchmarks.drift.data import Inputs

Change = Callable[[list[str]], list[str]]


def length(texts: Inputs, strength: float, rng: np.random.Generator) -> Inputs:
    """Keep the first `strength` of each text's words."""
    return _each(texts, lambda words: words[: max(1, round(strength * len(words)))])


def typos(texts: Inputs, strength: float, rng: np.random.Generator) -> Inputs:
    """Swap two neighbouring letters in a share of the words."""

    def type_badly(words: list[str]) -> list[str]:
        slips = rng.random(len(words)) < strength
        return [_swap(word, rng) if slip else word for word, slip in zip(words, slips, strict=True)]

    return _each(texts, type_badly)


def language(texts: Inputs, strength: float, rng: np.random.Generator) -> Inputs:
    """Replace a share of the texts with as many German words."""
    from faker import Faker

    german = Faker("de_DE")
    german.seed_instance(int(rng.integers(2**31)))
    foreign = rng.random(len(texts)) < strength
    changed = texts.copy()
    for row in np.flatnonzero(foreign):
        changed[row] = german.sentence(len(texts[row].split()), variable_nb_words=False)
    return changed


def _swap(word: str, rng: np.random.Generator) -> str:
    if len(word) < 2:
        return word
    at = int(rng.integers(len(word) - 1))
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _each(texts: Inputs, change: Change) -> Inputs:
    changed = np.empty_like(texts)
    changed[:] = [" ".join(change(text.split())) for text in texts]
    return changed
