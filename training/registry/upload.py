"""Uploads a version of a model to GitLab's model registry."""

from collections.abc import Iterator, Mapping
from typing import Any

from perennial.bundle import Bundle
from training.errors import RegistryRefused
from training.gitlab.git import Repository
from training.gitlab.model_registry import MAX_DESCRIPTION, MAX_VALUE, Json, ModelRegistry
from training.registry.versions import Facts, read
from training.task.files import params_file


def flat(values: object, name: str = "") -> dict[str, str]:
    """Return nested parameters by dotted names, with values that GitLab accepts.

    >>> flat({"train": {"model": "cnn", "parameters": {"epochs": 20}}})
    {'train.model': 'cnn', 'train.parameters.epochs': '20'}
    """
    if not isinstance(values, Mapping):
        return {name: str(values)[:MAX_VALUE] or "empty"}
    found: dict[str, str] = {}
    for key, value in values.items():
        found |= flat(value, f"{name}.{key}" if name else str(key))
    return found


def upload(
    bundle: Bundle,
    repository: Repository,
    environment: Mapping[str, str],
    numbers: Mapping[str, Any],
) -> Iterator[str]:
    """Upload a bundle and yield a line for each step; running it again is safe.

    numbers: the task's parameters.
    Raises MissingVariable, GitLabRefused, RegistryRefused.
    """
    manifest = bundle.manifest
    name, version = manifest.task, manifest.version
    registry = ModelRegistry.of_job(environment)
    if registry.create_model(name, f"{name}: bundles that the service runs"):
        yield f"created the model {name}"
    tag = read(name, repository).versions.get(f"v{version}")
    why = Facts.read(tag.message).why if tag else ""
    tags = {"bundle": bundle.digest, "commit": manifest.commit, "data": manifest.data_version}
    found = registry.version(name, version)
    if found is None:
        text = "\n\n".join(part for part in (why, bundle.card) if part)
        found = registry.create_version(name, version, _short(text), tags)
        yield f"created version {version}"
    _check_same(found, version, bundle.digest)
    at = int(manifest.created.timestamp() * 1000)
    metrics = [
        {"key": key, "value": metric.value, "timestamp": at, "step": 0}
        for key, metric in manifest.metrics.items()
    ]
    facts = {"framework": f"{manifest.framework} {manifest.framework_version}"}
    logged = registry.log(found["run_id"], metrics, facts | flat(numbers))
    yield f"logged {logged} metrics and parameters"
    if job := environment.get("CI_JOB_ID", ""):
        registry.link_job(found["run_id"], job)
    for path in sorted(bundle.path.iterdir()):
        if registry.add_file(found["version"], path.name, path.read_bytes()):
            yield f"uploaded {path.name}"
    yield f"{name} {version} is in the model registry"


def _short(text: str) -> str:
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1] + "…"


def _check_same(found: Json, version: str, digest: str) -> None:
    """Refuse a version that was uploaded from another bundle."""
    there = next((tag["value"] for tag in found["tags"] if tag["key"] == "bundle"), "")
    if there != digest:
        raise RegistryRefused(
            f"version {version} of {found['name']} in GitLab's model registry has the bundle "
            f"{there[:12] or 'unknown'}, this one is {digest[:12]}; delete it there or raise "
            f"export.version in {params_file(found['name'])}"
        )
