"""The forge's pure parts: statuses, inputs, variables, parameters, configuration."""

from typing import Any

import pytest

from demo.forge.api.params import Field, File, check, from_pairs
from demo.forge.ci.inputs import apply_inputs, split_header
from demo.forge.ci.variables import expand, literal
from demo.forge.configuration import parse_config
from demo.forge.errors import ApiError, ConfigError, PipelineRefused
from demo.forge.records.status import composite, decide
from tests.demo.forge.fixtures import configuration

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


@pytest.mark.parametrize(
    ("statuses", "together"),
    [
        ([], None),
        ([("success", False), ("success", False)], "success"),
        ([("success", False), ("failed", False)], "failed"),
        ([("failed", True)], "success"),
        ([("running", False), ("failed", False)], "running"),
        ([("success", False), ("created", False)], "running"),
        ([("created", False)], "created"),
        ([("pending", False), ("created", False)], "pending"),
        ([("skipped", False)], "skipped"),
        ([("manual", True), ("success", False)], "success"),
        ([("manual", False), ("success", False)], "manual"),
        ([("waiting_for_resource", False), ("success", False)], "waiting_for_resource"),
    ],
)
def test_statuses_add_up_as_on_gitlab(
    statuses: list[tuple[str, bool]], together: str | None
) -> None:
    """Several jobs have the one status that GitLab's rules give them."""
    assert composite(statuses) == together


@pytest.mark.parametrize(
    ("when", "before", "dag", "decision"),
    [
        ("on_success", "success", False, "pending"),
        ("on_success", "skipped", False, "pending"),
        ("on_success", "skipped", True, "skipped"),
        ("on_success", "failed", False, "skipped"),
        ("on_failure", "failed", False, "pending"),
        ("on_failure", "success", False, "skipped"),
        ("always", "failed", True, "pending"),
        ("manual", "success", False, "manual"),
        ("manual", "failed", False, "skipped"),
        ("on_success", "running", False, None),
    ],
)
def test_a_job_starts_when_gitlab_would_start_it(
    when: str, before: str, dag: bool, decision: str | None
) -> None:
    """Earlier jobs decide whether a job starts, waits, or is skipped."""
    assert decide(when, before, dag=dag) == decision


def test_a_need_that_did_not_run_skips_even_an_on_failure_job() -> None:
    """With needs, one skipped job among failed ones makes the whole skipped."""
    before = composite([("failed", False), ("skipped", False)], dag=True)
    assert before is not None
    assert decide("on_failure", before, dag=True) == "skipped"


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


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "title is missing"),
        ({"title": ""}, "title is empty"),
        ({"title": ["a"]}, "title is invalid"),
        ({"title": "a", "page": "first"}, "page is invalid"),
        ({"title": "a", "draft": "perhaps"}, "draft is invalid"),
        ({"title": "a", "state": "open"}, "state does not have a valid value"),
        ({"title": "a", "file": "text"}, "file is invalid"),
        ({"title": "a", "colour": "red"}, "colour is not known to this stand-in"),
    ],
)
def test_a_wrong_parameter_is_named(given: dict[str, Any], problem: str) -> None:
    """Each wrong parameter is refused with 400 and its name."""
    fields = {
        "title": Field(required=True),
        "page": Field("integer"),
        "draft": Field("boolean"),
        "state": Field(values=("opened", "closed")),
        "file": Field("file"),
    }
    with pytest.raises(ApiError) as refused:
        check(given, fields)
    assert (refused.value.status, refused.value.body) == (400, {"error": problem})


def test_parameters_come_out_with_their_types() -> None:
    """Text of a form is read as what the call declares."""
    pairs = [
        ("page", "2"),
        ("draft", "true"),
        ("labels", "a, b"),
        ("v[K]", "1"),
        ("f", File("n", b"")),
    ]
    fields = {
        "page": Field("integer"),
        "draft": Field("boolean"),
        "labels": Field("labels"),
        "v": Field("map"),
        "f": Field("file"),
    }
    checked = check(from_pairs(pairs), fields)
    assert checked == {
        "page": 2,
        "draft": True,
        "labels": ["a", "b"],
        "v": {"K": "1"},
        "f": File("n", b""),
    }


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"project": "alone"}, "project: 'alone' is not a path such as group/project"),
        ({"colour": "red"}, "configuration: 'colour' is not a known field"),
        ({"tokens": [{"token": "x", "kind": "personal"}]}, r"tokens\[0\].kind: 'personal'"),
        ({"tokens": [{"token": "x", "kind": "project", "role": "king"}]}, "role: 'king'"),
        ({"tokens": [{"token": "x", "kind": "project", "scopes": ["all"]}]}, "scopes"),
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
    assert config.variables["SECRET"].value in config.masked
    assert config.variables["A_PATH"].value not in config.masked
