"""Every pipeline file is what GitLab's JSON schema says a pipeline file is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from demo.workspace import ROOT
from tests.ci import pipeline_files, schema

NAMES = [str(file.relative_to(ROOT)) for file in pipeline_files.files()]


def _problems(document: Any) -> Iterator[str]:
    for error in Draft7Validator(schema.load()).iter_errors(document):
        yield f"{'/'.join(map(str, error.path))}: {error.message}"


def test_the_schema_is_gitlabs() -> None:
    """It is valid by itself and refuses what GitLab refuses."""
    Draft7Validator.check_schema(schema.load())
    assert list(_problems({"job": {"scripts": ["a"]}}))
    assert list(_problems({"job": {"script": ["a"], "interruptible": "yes"}}))
    assert list(_problems({"job": {"script": ["a"], "artifacts": {"reports": {"unit": "a"}}}}))
    assert not list(_problems({"job": {"script": ["a"]}}))


@pytest.mark.parametrize("name", NAMES)
def test_a_pipeline_file_is_valid(name: str) -> None:
    """Header with inputs and body both; the includes are local, and each one exists."""
    for document in pipeline_files.read(ROOT / name):
        assert list(_problems(document)) == []
        for include in document.get("include", []):
            assert list(include) == ["local"] and (ROOT / include["local"]).is_file()


def test_every_file_of_the_folder_is_included() -> None:
    """One file per flow, and none that GitLab would not read."""
    root = pipeline_files.read(ROOT / ".gitlab-ci.yml")[-1]
    included = {Path(include["local"]).name for include in root["include"]}
    assert included == {path.name for path in (ROOT / "ci").glob("*.yml")}


def _jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in pipeline_files.files():
        for name, body in pipeline_files.read(file)[-1].items():
            if name not in pipeline_files.GLOBAL and not name.startswith("."):
                yield name, body


JOBS = dict(_jobs())


@pytest.mark.parametrize("name", [name for name, body in JOBS.items() if "artifacts" in body])
def test_what_a_job_leaves_goes_after_a_while(name: str) -> None:
    """Artifacts have an end, and a report that explains a failure is kept after one."""
    artifacts = JOBS[name]["artifacts"]
    assert "expire_in" in artifacts
    if {"junit", "codequality"} & set(artifacts.get("reports", {})):
        assert artifacts["when"] == "always"


def test_each_lock_has_a_cache_of_its_own() -> None:
    """An environment is found again by the file that it was installed from."""
    common = pipeline_files.read(ROOT / "ci" / "common.yml")[-1]
    keys = {
        entry["key"]["prefix"]: entry["key"]["files"]
        for job in common.values()
        if isinstance(job, dict)
        for entry in job.get("cache", [])
    }
    assert len(keys) == 4
    for files in keys.values():
        assert all((ROOT / name).is_file() for name in files)


def test_one_job_of_a_flow_fills_each_cache() -> None:
    """Jobs that run side by side do not write over one another's cache."""
    writers = {name for name, body in JOBS.items() if body.get("variables", {}).get("CACHE_POLICY")}
    assert writers == {"test", "validate", "build", "collect", "stored"}
