"""A version reaches GitLab's model registry whole, once, and every refusal says what to do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gitlab
import pytest

from demo.forge.records.model_registry import ModelRegistry as Models
from perennial.gitlab.errors import GitLabRefused, MissingVariable
from tests.demo.forge.fixtures import API, DEVELOPER, NO_SCOPE, READ, ForgeServer, running_forge
from tests.toy.numbers import NUMBERS
from tests.training.registry.job import Main
from training.command_line import run
from training.errors import RegistryRefused
from training.gitlab.model_registry import MAX_DESCRIPTION, ModelRegistry
from training.registry.upload import flat

NOBODY = "glpat-nobody-knows"


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """Run a forge."""
    with running_forge(tmp_path_factory.mktemp("forge")) as server:
        yield server


@pytest.fixture
def main(tmp_path: Path, forge: ForgeServer) -> Main:
    """Return the job of a version's tag, with an empty registry at the forge."""
    with forge.forge.state.lock:
        forge.forge.state.models = Models()
    made = Main(tmp_path)
    made.more = variables(forge)
    made.train("1.0.0", message="Wider filters")
    made.run("register")
    return made


def variables(forge: ForgeServer, **more: str) -> dict[str, str]:
    """Return what GitLab and the project set."""
    url = {"CI_API_V4_URL": f"{forge.url}/api/v4", "CI_PROJECT_ID": "1", "REPO_TOKEN": API}
    return url | more


def mlflow(forge: ForgeServer, call: str, **query: str) -> Any:
    """Ask the forge's registry."""
    path = f"/ml/mlflow/api/2.0/mlflow/{call}"
    return forge.project("GET", path, params=query)


def test_a_version_is_in_the_registry_with_all_it_has(main: Main, forge: ForgeServer) -> None:
    """The model, the version by its semantic number, why, the metrics, parameters and files."""
    assert main.run("upload") == 0
    model = mlflow(forge, "registered-models/get", name="digits")["registered_model"]
    [version] = model["latest_versions"]
    assert version["aliases"] == ["1.0.0"]
    assert version["description"].startswith("Wider filters\n\n# digits 1.0.0")
    run = mlflow(forge, "runs/get", run_id=version["run_id"])["run"]
    [metric] = run["data"]["metrics"]
    assert (metric["key"], metric["value"]) == ("base_accuracy", 0.975)
    values = {one["key"]: one["value"] for one in run["data"]["params"]}
    assert values["train.model"] == NUMBERS.train.model
    assert values["export.version"] == "1.0.0"
    bundle = main.root / "artifacts" / "digits" / "bundle"
    for path in bundle.iterdir():
        headers = {"Authorization": f"Bearer {API}"}
        found = forge.client.get(f"{run['info']['artifact_uri']}{path.name}", headers=headers)
        assert found.content == path.read_bytes()


def test_uploading_again_changes_nothing(
    main: Main, forge: ForgeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job that runs again finds everything there."""
    main.run("upload")
    capsys.readouterr()
    assert main.run("upload") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "[info" not in line]
    assert lines == ["logged 0 metrics and parameters", "digits 1.0.0 is in the model registry"]


def test_a_half_done_upload_is_finished(main: Main, forge: ForgeServer) -> None:
    """As after a job that was cancelled between the version and its files."""
    main.run("upload")
    version = forge.forge.state.models.version("digits", "1.0.0")
    version.files.pop("model.onnx")
    version.metrics.clear()
    main.run("upload")
    assert "model.onnx" in version.files and len(version.metrics) == 1


def test_the_second_version_joins_the_model(main: Main, forge: ForgeServer) -> None:
    """One model, two versions, each with files of its own."""
    main.run("upload")
    main.train("1.1.0", seed=5)
    main.run("upload")
    model = mlflow(forge, "registered-models/get", name="digits")["registered_model"]
    assert [one["aliases"] for one in model["latest_versions"]] == [["1.0.0"], ["1.1.0"]]


def test_another_bundle_of_the_same_version_is_refused(main: Main) -> None:
    """The message names both bundles and the way out."""
    main.run("upload")
    main.train("1.0.0", seed=5)
    with pytest.raises(RegistryRefused, match="version 1.0.0 of digits .* raise export.version"):
        main.run("upload")


def test_a_file_that_differs_is_refused(main: Main, forge: ForgeServer) -> None:
    """GitLab would keep both under one name."""
    main.run("upload")
    forge.forge.state.models.version("digits", "1.0.0").files["card.md"] = b"other"
    with pytest.raises(RegistryRefused, match="card.md: version .* has another file of this name"):
        main.run("upload")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"REPO_TOKEN": NOBODY}, "look up the model digits: GitLab answered 401: .*REPO_TOKEN is"),
        ({"REPO_TOKEN": NO_SCOPE}, "answered 403: insufficient_scope.*REPO_TOKEN lacks the scope"),
        ({"REPO_TOKEN": READ}, "create the model digits: GitLab answered 403: insufficient_scope"),
        ({"CI_PROJECT_ID": "99"}, "answered 404: .*registry is off: Settings > General"),
        ({"CI_API_V4_URL": "http://127.0.0.1:1/api/v4"}, "no answer from GitLab: .*refused"),
    ],
)
def test_a_refusal_says_what_to_do(
    main: Main, more: dict[str, str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence: what was asked, what GitLab answered, what is missing; never the token."""
    main.more |= more
    with pytest.raises(GitLabRefused, match=expected) as caught:
        main.run("upload")
    assert "glpat" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_developers_token_with_the_scope_is_enough(main: Main) -> None:
    """The least role that GitLab asks for here."""
    main.more |= {"REPO_TOKEN": DEVELOPER}
    assert main.run("upload") == 0


@pytest.mark.parametrize("name", ["REPO_TOKEN", "CI_API_V4_URL", "CI_PROJECT_ID"])
def test_a_missing_variable_is_named(main: Main, name: str) -> None:
    """The message says which, and where it comes from."""
    main.more |= {name: ""}
    with pytest.raises(MissingVariable, match=f"^{name}: not set, expected"):
        main.run("upload")


def test_a_job_that_gitlab_does_not_know_is_refused(
    main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    """GitLab's own words are part of the sentence."""
    main.more |= {"CI_JOB_ID": "99999"}
    assert run(lambda: main.run("upload")) == 2
    said = capsys.readouterr().err
    assert said.startswith("GitLabRefused: link job 99999: GitLab answered 400: INVALID_PARAMETER")
    assert "must refer to an existing build" in said


def test_a_long_description_is_cut_where_gitlab_would_refuse_it(
    main: Main, forge: ForgeServer
) -> None:
    """The whole card is among the files."""
    main.train("1.1.0", seed=5, message="x" * (MAX_DESCRIPTION + 1))
    main.run("register")
    main.run("upload")
    version = forge.forge.state.models.version("digits", "1.1.0")
    assert len(version.description) == MAX_DESCRIPTION and version.description.endswith("…")
    registry = ModelRegistry.of_job(main.environment)
    with pytest.raises(GitLabRefused, match="INVALID_PARAMETER_VALUE.*Description is too long"):
        registry.create_version("digits", "2.0.0", "x" * (MAX_DESCRIPTION + 1), {})


def test_only_semantic_versions_are_taken(main: Main) -> None:
    """As GitLab does."""
    registry = ModelRegistry.of_job(main.environment)
    registry.create_model("digits", "")
    with pytest.raises(GitLabRefused, match="create version 1.0 of digits.*semantic version"):
        registry.create_version("digits", "1.0", "", {})


@pytest.mark.parametrize(
    ("call", "body", "expected"),
    [
        ("registered-models/create", {"name": "a", "owner": "b"}, "owner is not known"),
        ("model-versions/create", {"name": "a", "version": "1"}, "version is not known"),
        ("runs/log-batch", {"run_id": "a", "metrics": [{"key": "a"}]}, r"\[value\] is missing"),
    ],
)
def test_the_forge_is_strict(
    main: Main, forge: ForgeServer, call: str, body: dict[str, Any], expected: str
) -> None:
    """A field that GitLab would drop in silence is an error here."""
    client = gitlab.Gitlab(forge.url, oauth_token=API)
    with pytest.raises(gitlab.exceptions.GitlabHttpError, match=expected):
        client.http_post(f"/projects/1/ml/mlflow/api/2.0/mlflow/{call}", post_data=body)


def test_files_need_the_bearer_header(main: Main, forge: ForgeServer) -> None:
    """GitLab's registry packages take no PRIVATE-TOKEN."""
    main.run("upload")
    number = forge.forge.state.models.version("digits", "1.0.0").id
    path = f"/projects/1/packages/ml_models/{number}/files/card.md"
    assert forge.call("GET", path).status_code in (401, 404)


def test_long_values_fit() -> None:
    """GitLab stores 250 characters of a parameter."""
    assert flat({"a": "x" * 300}) == {"a": "x" * 250}
