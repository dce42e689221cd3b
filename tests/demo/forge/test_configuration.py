"""The forge's configuration is checked, field by field."""

from typing import Any

import pytest

from demo.forge.configuration import parse_config
from demo.forge.errors import ConfigError
from tests.demo.forge.fixtures import configuration


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"project": "alone"}, "project: 'alone' is not a path such as group/project"),
        ({"colour": "red"}, "configuration: 'colour' is not a known field"),
        ({"tokens": [{"token": "x", "kind": "personal"}]}, r"tokens\[0\].kind: 'personal'"),
        ({"tokens": [{"token": "x", "kind": "project", "role": "king"}]}, "role: 'king'"),
        ({"tokens": [{"token": "x", "kind": "project", "scopes": ["all"]}]}, "scopes"),
        ({"tokens": [{"token": "x", "kind": "job"}]}, r"tokens\[0\].project: None is not a proj"),
        ({"tokens": [{"token": "x", "kind": "trigger", "project": "a/b"}]}, "project: 'a/b'"),
        ({"tokens": [{"token": "x", "kind": "job", "project": "b"}]}, "project: 'b' is not a path"),
        ({"tokens": [{"kind": "project"}]}, r"tokens\[0\].token: None is not a non-empty string"),
        ({"variables": {"A": 1}}, "variables.A: 1 is not an object"),
        ({"variables": {"A": {"value": "x", "secret": True}}}, "variables.A: 'secret'"),
        ({"concurrency": 0}, "concurrency: 0 is not a number above 0"),
        ({"merge_method": "squash"}, "merge_method: 'squash' is not 'merge' or 'ff'"),
        ({"runner": {"PATH": 1}}, "runner.PATH: 1 is not a non-empty string"),
    ],
)
def test_a_wrong_configuration_is_refused(change: dict[str, Any], problem: str) -> None:
    """The message names the field, its value and what was expected."""
    with pytest.raises(ConfigError, match=problem):
        parse_config(configuration() | change)


def test_every_token_and_masked_value_is_masked() -> None:
    """What must not show in a log is known from the configuration."""
    config = parse_config(configuration())
    assert {token.value for token in config.tokens} < config.masked
    assert {v.value for v in config.variables if v.key == "SECRET"} < config.masked
    assert not {v.value for v in config.variables if v.key == "A_PATH"} & config.masked
