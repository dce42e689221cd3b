"""The pieces of Markdown, with text that would break them."""

import pytest

from training.report.markdown import cell, code, signed, table


@pytest.mark.parametrize("text", ["a|b\nc", "`a`", "<b>", "[x](y)", "__init__", "#1", "", "  "])
def test_text_of_any_origin_stays_one_cell(text: str) -> None:
    """A bar, a line break or a backquote in a label does not break its row."""
    line = table(["label", "rows"], [[code(text), 1]]).splitlines()[2]
    inside = line.removeprefix("| `").removesuffix("` | 1 |")
    assert len(line) == len(inside) + 10
    assert "`" not in inside and "|" not in inside.replace("\\|", "") and inside.strip()


def test_a_bar_outside_of_code_is_escaped_as_both_readers_want_it() -> None:
    """CML takes one backslash away and GitLab reads the other."""
    assert cell("a|b") == "a\\\\|b"


def test_what_rounds_to_zero_has_no_sign() -> None:
    """A loss of 0.00001 is not shown as a loss."""
    assert signed(-0.00001) == "0.0000" and signed(0.00004) == "0.0000"
    assert signed(-0.00005, 5) == "−0.00005"
