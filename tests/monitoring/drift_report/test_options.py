"""What `python -m monitoring drift` says of options that it cannot use."""

import pytest

from monitoring.__main__ import main


def test_no_prometheus_is_an_error_of_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The address and the reason are told."""
    assert main(["drift", "--prometheus", "http://127.0.0.1:9"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("drift: Prometheus did not answer http://127.0.0.1:9")
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("option", "told"),
    (
        (["--since", "1 day"], "got '1 day', expected a whole number and one of s, m, h, d, w"),
        (["--since", "0h"], "expected more than 0 seconds"),
        (["--end", "tomorrow"], "expected a UTC time such as"),
        (["--prometheus", "localhost:9090"], "expected an address such as http://"),
        (["--prometheus", "http://me:secret@host"], "without a user name"),
        (["--top", "-1"], "a whole number, or all"),
    ),
)
def test_a_wrong_option_says_what_is_expected(
    option: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options are checked before anything is asked, and no password is repeated."""
    with pytest.raises(SystemExit) as stop:
        main(["drift", *option])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert told in said
    assert "secret" not in said
