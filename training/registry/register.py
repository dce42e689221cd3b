"""Registers what main deployed: tags its version and puts it into production."""

from collections.abc import Mapping
from pathlib import Path

from perennial.bundle import Bundle
from training.errors import RegistryRefused
from training.gate import result as gate
from training.gitlab.git import Author, Remote, Repository
from training.registry import versions
from training.registry.deployed_bundle import open_bundle
from training.registry.lock import locked_bundle
from training.registry.reason import reason
from training.registry.tags import Tags
from training.registry.versions import STAGE, Facts, Versions
from training.task.files import lock_file, params_file


def register(task: str, *, root: Path, environment: Mapping[str, str], remote: Remote) -> list[str]:
    """Tag the deployed bundle with its version and as production; return the pushed tags.

    Raises BundleUnusable, RegistryRefused, GitLabRefused.
    """
    bundle = open_bundle(task, root / "artifacts" / task / "bundle")
    repository = Repository(root, environment)
    for kind in "@#":
        repository.fetch_tags(f"{task}{kind}*", remote)
    known = versions.read(task, repository)
    version = f"v{bundle.manifest.version}"
    pipeline = environment.get("CI_PIPELINE_URL", "")
    tags = Tags(task, root, Author.of_job(environment))
    made = []
    if version in known.versions:
        _check_same(known, version, bundle, repository)
    else:
        why = reason(repository, bundle, root / "artifacts" / task / "gate" / gate.FILE)
        facts = Facts.of(bundle, why=why, pipeline=pipeline)
        made.append(tags.add_version(version, facts.message(task, bundle.manifest.version)))
    if known.serving is None or known.serving[1] != version:
        message = f"{task} {version} is deployed and verified\n\nPipeline: {pipeline}"
        made.append(tags.put_into_production(version, message))
    for name in made:
        # The version tag's pipeline uploads to GitLab's registry; production is deployed already.
        repository.push_tag(name, remote, skip_pipeline=f"#{STAGE}#" in name)
    return made


def _check_same(known: Versions, version: str, bundle: Bundle, repository: Repository) -> None:
    """Refuse a version that was registered for another bundle."""
    tag = known.versions[version]
    there = Facts.read(tag.message).bundle
    if there:
        same = there == bundle.digest
    else:  # a tag made by hand: DVC's hash of the folder shows it
        locks = [
            repository.read("show", f"{at}:{lock_file(known.task)}") for at in (tag.commit, "HEAD")
        ]
        same = len({locked_bundle(lock) for lock in locks}) == 1
    if not same:
        raise RegistryRefused(
            f"{tag.name}: registered for the bundle {there[:12] or 'of another dvc.lock'} at "
            f"{tag.commit[:8]}, this one is {bundle.digest[:12]}; raise "
            f"export.version in {params_file(known.task)}, run 'dvc repro -P' and merge the change"
        )
