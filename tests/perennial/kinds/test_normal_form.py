"""Texts in a normal form, however many marks stand on one letter."""

import unicodedata

import pytest

from perennial.kinds.normal_form import JOINER, MOST_MARKS, normal_form

ABOVE, BELOW = "\u0301", "\u0323"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize(
    "text", ["", "Zürich ﬁnally ½ Å", "हिन्दी ไทย 한국어", "🙂" * 100, "…!?—" * 50]
)
def test_texts_of_people_are_in_unicodes_own_form(text: str, form: str) -> None:
    """Symbols in a row are no marks on a letter."""
    assert normal_form(text, form) == unicodedata.normalize(form, text)  # type: ignore[arg-type]


def test_up_to_thirty_marks_on_a_letter_are_sorted_as_unicode_does() -> None:
    """Those below stand before those above."""
    text = "q" + (ABOVE + BELOW) * (MOST_MARKS // 2)
    assert normal_form(text, "NFC") == unicodedata.normalize("NFC", text)


def test_more_marks_are_sorted_in_groups() -> None:
    """No group is longer, so that the work grows with the text and not with its square."""
    text = "q" + (ABOVE + BELOW) * 5000
    groups = normal_form(text, "NFD").removeprefix("q").split(JOINER)
    assert all(len(group) <= MOST_MARKS for group in groups)
    assert all(list(group) == sorted(group, key=unicodedata.combining) for group in groups)
    assert "".join(groups).count(BELOW) == 5000


def test_no_character_that_becomes_marks_escapes_the_groups() -> None:
    """Some have no class of their own: what counts is what they are written as."""
    becoming = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[0])
    ]
    assert len(becoming) > 800 and "\u0f73" in becoming
    for character in becoming:
        run = normal_form(character * 4 * MOST_MARKS, "NFKD")
        assert run.count(JOINER) >= 3, hex(ord(character))
