"""Inputs are checked and become defaults; a variable's dollar signs stay."""

import pytest

from demo.forge.ci.inputs import apply_inputs, split_header
from demo.forge.ci.variables import expand, literal
from demo.forge.errors import PipelineRefused

HEADER = """\
# A comment above.
spec:
  inputs:
    task: {options: [digits, news]}
    count: {type: number, default: 2}
    loud: {type: boolean, default: false}
    words: {type: array, default: []}
    incident: {default: "", regex: "^[0-9a-f]*$"}
---
job: {script: ["echo $[[ inputs.task ]]"]}
"""


def test_inputs_become_the_defaults_of_the_header() -> None:
    """Given inputs, read as their declared types, replace the defaults; the body is untouched."""
    given = {"task": "news", "count": "7", "loud": "true", "words": '["a"]'}
    header, body = split_header(apply_inputs(HEADER, given))
    assert header is not None
    defaults = {name: rules["default"] for name, rules in header["spec"]["inputs"].items()}
    assert defaults == {"task": "news", "count": 7, "loud": True, "words": ["a"], "incident": ""}
    assert body == 'job: {script: ["echo $[[ inputs.task ]]"]}\n'


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "`task` input: required value has not been provided"),
        ({"task": "cats"}, "`task` input: `cats` cannot be used because it is not in the list"),
        ({"task": "news", "count": "many"}, "`count` input: provided value is not a number"),
        ({"task": "news", "count": True}, "`count` input: provided value is not a number"),
        ({"task": "news", "loud": "yes"}, "`loud` input: provided value is not a boolean"),
        ({"task": "news", "words": "a"}, "`words` input: provided value is not an array"),
        ({"task": "news", "incident": "XYZ"}, "does not match required RegEx pattern"),
        ({"task": "news", "colour": "red"}, "unknown input arguments: colour"),
        ({"task": ["news"]}, "`task` input: provided value is not a string"),
    ],
)
def test_a_wrong_input_is_refused_in_gitlabs_words(given: dict[str, object], reason: str) -> None:
    """Type, options, pattern, presence and name of each input are checked."""
    with pytest.raises(PipelineRefused, match=reason.replace("[", r"\[")):
        apply_inputs(HEADER, given)


def test_a_file_without_header_takes_no_inputs() -> None:
    """A file that declares no inputs stays as it is, and refuses any."""
    assert apply_inputs("job: {script: [a]}\n", {}) == "job: {script: [a]}\n"
    with pytest.raises(PipelineRefused, match="unknown input arguments: task"):
        apply_inputs("job: {script: [a]}\n", {"task": "digits"})


def test_an_unknown_type_in_the_specification_is_refused() -> None:
    """A misspelt type in the file is an error of the file."""
    with pytest.raises(PipelineRefused, match="unknown type in the specification: text"):
        apply_inputs("spec: {inputs: {a: {type: text}}}\n---\nb: {}\n", {"a": "1"})


def test_a_literal_variable_survives_expansion() -> None:
    """A project variable with dollar signs reaches the job as it was set."""
    kept = literal({"PRICE": "$5 for ${WHAT}"})
    assert expand("$PRICE", {**kept, "WHAT": "all"}) == "$5 for ${WHAT}"
