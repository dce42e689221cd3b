"""What is done to a text before its words are counted is in the manifest, and done by the kind."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from perennial.kinds.cleaning import STEPS, cleaned
from perennial.kinds.inputs.text import TextInput
from perennial.kinds.known import Input

ALL = TextInput(cleaning=("nfkc", "lower", "words"))
TEXTS = {
    "": "",
    " \t\n": "",
    "🙂🙂 🚀 ❤️ 👩‍🚀": "",
    "co\u00adoperate क्\u200dष": "cooperate क्ष",
    "Don't PANIC…": "don t panic",
    "Zu\u0308rich, naïve ﬁne ＡＢＣ": "zürich naïve fine abc",
    "Москва — это 語学 и ελληνικά": "москва это 語学 и ελληνικά",
    "السلام 42_7 #39;s": "السلام 42 7 39 s",
    "हिन्दी समाचार, தமிழ்!": "हिन्दी समाचार தமிழ்",
    "ภาษาไทยดี": "ภาษาไทยดี",
    "İstanbul 𝒜𐐀": "i̇stanbul a𐐨",
}


@pytest.mark.parametrize("text", TEXTS)
def test_words_of_any_script_stay(text: str) -> None:
    """Signs and emoji go, letters of all scripts are small ones, look-alikes are one form."""
    found = cleaned(text, ALL.cleaning)
    assert found == TEXTS[text]
    assert cleaned(found, ALL.cleaning) == found


def test_the_model_gets_cleaned_texts_and_all_else_what_was_sent() -> None:
    """What is stored, told apart and watched is the text as it came, capitals and all."""
    sent = ["Oil UP!", "oil up"]
    rows = ALL.read(sent)
    assert rows.tolist() == sent
    assert ALL.feed(rows, 1).tolist() == ["oil up"] * 2
    assert ALL.feed(rows, 2).shape == (2, 1) and ALL.feed(rows[:0], 1).shape == (0,)
    first, second = ALL.identities(ALL.to_arrow(sent))
    assert first != second
    extract = ALL.signals(ALL.fit_signals(rows)).extract(rows)
    assert extract["upper_share"][0] > extract["upper_share"][1]


def test_the_manifest_names_the_steps() -> None:
    """In their order; a manifest from before has none, and an unknown step is refused."""
    document = ALL.model_dump(mode="json")
    assert document["cleaning"] == ["nfkc", "lower", "words"]
    assert set(STEPS) == {*ALL.cleaning, "symbols"}
    kind: TypeAdapter[Any] = TypeAdapter(Input)
    assert kind.validate_python(document) == ALL
    assert kind.validate_python({"kind": "text", "max_characters": 5}).cleaning == ()
    with pytest.raises(ValidationError, match="'nfkc', 'lower', 'words' or 'symbols'"):
        kind.validate_python({"kind": "text", "cleaning": ["stem"]})
