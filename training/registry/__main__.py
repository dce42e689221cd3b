"""The model registry in git. Run as `python -m training.registry register|champion|upload`."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gto import api as gto
from gto.exceptions import GTOException
from ruamel.yaml import YAML

from perennial import bundle as bundles
from perennial.bundle import Bundle
from perennial.errors import BundleRejected
from training import params
from training.command_line import run
from training.errors import BundleUnusable, RegistryRefused
from training.gate import result as gate
from training.gitlab.git import Author, Remote, Repository
from training.registry import champion, versions
from training.registry.upload import upload
from training.registry.versions import STAGE, Facts, Versions
from training.tasks import TASKS

VERDICTS = ("promote: ", "keep: ", "block: ")


def open_bundle(task: str, folder: Path) -> Bundle:
    """Load the bundle of a task. Raises BundleUnusable."""
    try:
        found = bundles.load(folder)
    except BundleRejected as error:
        raise BundleUnusable(folder, f"{error}, or run 'dvc pull {folder}'") from error
    if found.manifest.task != task:
        raise BundleUnusable(folder, f"task is {found.manifest.task!r}, expected {task!r}")
    return found


def why(repository: Repository, bundle: Bundle, verdict: Path) -> str:
    """Return why this bundle serves: the gate's verdict, else the commit that brought it to main.

    verdict: gate.json, which may be absent or about another bundle.
    """
    if verdict.is_file():
        result = gate.read(verdict)
        if result.challenger.digest == bundle.digest:
            return result.decision.line()
    commit = repository.read("log", "-1", "--first-parent", "--format=%H", "--", "dvc.lock")
    commit = commit or repository.read("rev-parse", "HEAD")
    parents = repository.read("show", "--no-patch", "--format=%P", commit).split()
    outside = [f"^{parents[0]}"] if parents else []
    brought = repository.read("log", "--format=%B", commit, *outside).splitlines()
    judged = next((line for line in brought if line.startswith(VERDICTS)), None)
    return judged or _title(repository.read("show", "--no-patch", "--format=%B", commit))


def _title(message: str) -> str:
    """Return the title of a commit; a merge commit's own first line names only branches.

    >>> _title("Merge branch 'a' into 'main'\\n\\nWider filters\\n\\nSee merge request g/p!3")
    'Wider filters (g/p!3)'
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    see = "See merge request "
    request = next((line.removeprefix(see) for line in lines if line.startswith(see)), "")
    own = [line for line in lines if not line.startswith(("Merge branch ", see))]
    title = own[0] if own else lines[0] if lines else "a commit without a message"
    return f"{title} ({request})" if request else title


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
        reasons = why(repository, bundle, root / "artifacts" / task / "gate" / gate.FILE)
        facts = Facts.of(bundle, why=reasons, pipeline=pipeline)
        made.append(tags.add_version(version, facts.message(task, bundle.manifest.version)))
    if known.serving is None or known.serving[1] != version:
        message = f"{task} {version} is deployed and verified\n\nPipeline: {pipeline}"
        made.append(tags.put_into_production(version, message))
    for name in made:
        # The version tag's pipeline uploads to GitLab's registry; production is deployed already.
        repository.push_tag(name, remote, skip_pipeline=f"#{STAGE}#" in name)
    return made


@dataclass(frozen=True)
class Tags:
    """Creates tags in a checkout through GTO. Every method raises RegistryRefused."""

    task: str
    root: Path
    author: Author

    def add_version(self, version: str, message: str) -> str:
        """Tag HEAD with a version and return the tag's name."""
        return self._create(gto.register, ref="HEAD", version=version, message=message)

    def put_into_production(self, version: str, message: str) -> str:
        """Tag a version's commit with the stage and return the tag's name."""
        # Forced: GTO refuses to put a version into a stage where it has been before.
        return self._create(gto.assign, stage=STAGE, version=version, message=message, force=True)

    def _create(self, action: Callable[..., Any], **tag: Any) -> str:
        by = {"author": self.author.name, "author_email": self.author.email}
        try:
            made = action(str(self.root), name=self.task, **tag, **by)
        except GTOException as error:
            raise RegistryRefused(f"{self.task}@{tag['version']}: GTO refuses: {error}") from error
        return str(made.tag)


def _check_same(known: Versions, version: str, bundle: Bundle, repository: Repository) -> None:
    """Refuse a version that was registered for another bundle."""
    tag = known.versions[version]
    there = Facts.read(tag.message).bundle
    if there:
        same = there == bundle.digest
    else:  # a tag made by hand: DVC's hash of the folder shows it
        locks = [repository.read("show", f"{at}:dvc.lock") for at in (tag.commit, "HEAD")]
        same = len({_locked(known.task, lock) for lock in locks}) == 1
    if not same:
        raise RegistryRefused(
            f"{tag.name}: registered for the bundle {there[:12] or 'of another dvc.lock'} at "
            f"{tag.commit[:8]}, this one is {bundle.digest[:12]}; raise "
            f"{known.task}.export.version in params.yaml, run 'dvc repro' and merge the change"
        )


def _locked(task: str, lock: str) -> str:
    stages = YAML(typ="safe").load(lock)["stages"]
    return str(stages[f"export@{task}"]["outs"][0]["md5"])


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = argparse.ArgumentParser(description=__doc__)
    verbs = found.add_subparsers(dest="verb", required=True)
    for verb, text in {
        "register": "tag the version that main deployed and verified, and push the tags",
        "champion": "print which version serves and why; exit 1 if the service serves another",
        "upload": "upload the version to GitLab's model registry",
    }.items():
        verbs.add_parser(verb, help=text, description=text).add_argument(
            "--task", required=True, choices=sorted(TASKS), help="which model"
        )
    return found


def main(
    arguments: Sequence[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    root: Path = Path(),
    remote: Remote | None = None,
    ask: Callable[[str], Any] = champion.ask,
) -> int:
    """Run a verb and return the exit code.

    remote: where to push; by default the project's repository.  ask: fetches JSON.
    """
    options = parser().parse_args(arguments)
    if options.verb == "register":
        to = remote or Remote.of_job(environment)
        pushed = register(options.task, root=root, environment=environment, remote=to)
        for name in pushed:
            print(f"pushed {name}")
        if not pushed:
            print(f"{options.task}: the deployed version is already registered")
        return 0
    if options.verb == "upload":
        found = open_bundle(options.task, root / "artifacts" / options.task / "bundle")
        numbers = params.load(options.task, root / params.FILE)
        chosen = numbers.model_dump(include={"prepare", "train", "export"})
        repository = Repository(root, environment)
        for line in upload(found, repository, environment, chosen):
            print(line, flush=True)
        return 0
    known = versions.read(options.task, Repository(root, environment))
    lines, agrees = champion.describe(known, environment.get("PERENNIAL_URL", ""), ask)
    print("\n".join(lines))
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(run(main))
