"""GitLab's model registry, through the part of MLflow's API that GitLab implements.

Source: GitLab's lib/api/ml/mlflow/*.rb, lib/api/ml_model_packages.rb and their documentation.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import gitlab
import requests

from perennial.gitlab.client import connect, refusals
from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.job import Job
from perennial.gitlab.reading import NOT_GITLAB, reading
from training.errors import RegistryRefused

ABSENT = "RESOURCE_DOES_NOT_EXIST"
# GitLab's limits, in characters.
MAX_DESCRIPTION = 10_000
MAX_VALUE = 250
OFF = (
    "or the registry is off: Settings > General > Visibility, 'Model registry', "
    "'Model experiments' and 'Package registry'"
)
Json = dict[str, Any]


class ModelRegistry:
    """A project's registry. Every method raises GitLabRefused, naming the call and the reason."""

    def __init__(self, client: gitlab.Gitlab, project: str) -> None:
        """client: with a bearer token, since the registry's packages accept no other header."""
        self._client = client
        self._project = f"/projects/{project}"
        self._mlflow = f"{self._project}/ml/mlflow/api/2.0/mlflow"

    @classmethod
    def of_job(cls, environment: Mapping[str, str]) -> "ModelRegistry":
        """Return the registry that a job's environment names; nothing is sent yet.

        Raises MissingVariable.
        """
        job = Job(environment)
        return cls(connect(job.api, bearer=job.token, ca_file=job.ca_file), job.project)

    def create_model(self, name: str, description: str) -> bool:
        """Create a model unless it exists; return whether it was created."""
        if self._found(f"look up the model {name}", "registered-models/get", name=name):
            return False
        with _refusals(f"create the model {name}"):
            self._post("registered-models/create", {"name": name, "description": description})
        return True

    def version(self, name: str, version: str) -> Json | None:
        """Return a version of a model, or None."""
        action = f"look up version {version} of {name}"
        found = self._found(action, "model-versions/get", name=name, version=version)
        with reading(f"{action}: {NOT_GITLAB}"):
            return found and dict(found["model_version"])

    def create_version(
        self, name: str, version: str, description: str, tags: Mapping[str, str]
    ) -> Json:
        """Create a version; GitLab takes its number from the tag gitlab.version."""
        body = {
            "name": name,
            "description": description,
            "tags": _pairs({"gitlab.version": version} | dict(tags)),
        }
        with _refusals(f"create version {version} of {name}"):
            return dict(self._post("model-versions/create", body)["model_version"])

    def log(self, run: str, metrics: list[Json], values: Mapping[str, str]) -> int:
        """Log the metrics and parameters that a version lacks; return how many were logged."""
        with _refusals("log metrics and parameters"):
            data = self._get("runs/get", run_id=run)["run"]["data"]
            there = {kind: {found["key"] for found in data[kind]} for kind in ("metrics", "params")}
            body: Json = {
                "run_id": run,
                "metrics": [one for one in metrics if one["key"] not in there["metrics"]],
                "params": [one for one in _pairs(values) if one["key"] not in there["params"]],
            }
            if body["metrics"] or body["params"]:
                self._post("runs/log-batch", body)
        return len(body["metrics"]) + len(body["params"])

    def link_job(self, run: str, job: str) -> None:
        """Link the job that made a version on the version's page."""
        with _refusals(f"link job {job}"):
            data = self._get("runs/get", run_id=run)["run"]["data"]
            if all(tag["key"] != "gitlab.CI_JOB_ID" for tag in data["tags"]):
                tag = {"run_id": run, "key": "gitlab.CI_JOB_ID", "value": job}
                self._post("runs/set-tag", tag)

    def add_file(self, identifier: str, name: str, content: bytes) -> bool:
        """Store a file with a version unless it is stored; return whether it was uploaded.

        identifier: GitLab's number of the version.
        Raises RegistryRefused if the version has another file of this name.
        """
        path = f"{self._project}/packages/ml_models/{identifier}/files/{name}"
        try:
            with _refusals(f"look up {name}"):
                stored = _content(self._client.http_get(path, raw=True, streamed=False))
        except GitLabRefused as error:
            if error.status != 404:
                raise
        else:
            if hashlib.sha256(stored).digest() == hashlib.sha256(content).digest():
                return False
            raise RegistryRefused(
                f"{name}: version {identifier} has another file of this name; delete that "
                "version in GitLab's model registry and run the job again"
            )
        with _refusals(f"upload {name} of {len(content):,} bytes"):
            self._client.http_put(path, post_data=content, raw=True)
        return True

    def _found(self, action: str, call: str, **query: str) -> Json | None:
        """Return a call's answer; None if the registry has no such model or version."""
        try:
            with _refusals(action):
                return self._get(call, **query)
        except GitLabRefused as error:
            if error.code != ABSENT:
                raise
        return None

    def _get(self, call: str, **query: str) -> Json:
        return _object(self._client.http_get(f"{self._mlflow}/{call}", query_data=query))

    def _post(self, call: str, body: Json) -> Json:
        return _object(self._client.http_post(f"{self._mlflow}/{call}", post_data=body))


@contextmanager
def _refusals(action: str) -> Iterator[None]:
    with reading(f"{action}: {NOT_GITLAB}"), refusals(action, absent=OFF):
        yield


def _object(answer: Json | requests.Response) -> Json:
    if not isinstance(answer, dict):
        raise TypeError("no JSON object")
    return answer


def _content(answer: Json | requests.Response) -> bytes:
    if not isinstance(answer, requests.Response):
        raise TypeError("no file")
    return answer.content


def _pairs(values: Mapping[str, str]) -> list[Json]:
    return [{"key": key, "value": value} for key, value in values.items()]
