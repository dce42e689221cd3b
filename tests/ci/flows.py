"""A forge at rest with a copy of this repository, where tests make pipelines that nobody runs."""

from pathlib import Path
from typing import Any

from demo.forge.ci.pipeline_creation import PipelineRequest
from demo.forge.configuration import parse_config
from demo.forge.forge import Forge
from demo.forge.records.merge_request import MergeRequest
from demo.forge.records.pipeline import ZEROS, Pipeline
from demo.workspace import ROOT, copy_tree
from tests.demo.forge.fixtures import configuration, git


class Flows:
    """A forge at rest with a copy of this repository, and a clone to commit in."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        copy_tree(ROOT, self.clone)
        self.start = self.head()
        self._requests: dict[tuple[str, ...], Pipeline] = {}
        # Against the guide, so that what variables could do is seen.
        open_to_variables = {"ci_pipeline_variables_minimum_override_role": "maintainer"}
        self.forge = self._forge(folder / "plain", {}, {"project": open_to_variables})
        self.with_registry = self._forge(folder / "registry", {"MODEL_REGISTRY": "true"}, {})

    def _forge(self, folder: Path, variables: dict[str, str], settings: dict[str, Any]) -> Forge:
        config = parse_config(configuration(variables=variables, settings=settings))
        forge = Forge(folder, config, url="http://127.0.0.1:1")
        forge.repository.create()
        self._bring(forge)
        return forge

    def _bring(self, forge: Forge) -> None:
        git(self.clone, "push", "--quiet", "--mirror", str(forge.repository.path))

    def head(self) -> str:
        """Return the commit that is checked out."""
        return git(self.clone, "rev-parse", "HEAD").stdout.strip()

    def change(self, *files: str, branch: str = "change") -> str:
        """Put a branch one commit after main, with these files changed; return the commit."""
        git(self.clone, "checkout", "--quiet", "--force", "-B", branch, self.start)
        for name in files:
            (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
            with (self.clone / name).open("a") as file:
                file.write("\n")
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "--quiet", "--allow-empty", "-m", "Change")
        self._bring(self.forge)
        return self.head()

    def tag(self, name: str) -> None:
        """Tag main."""
        git(self.clone, "tag", "--force", name, self.start)
        self._bring(self.forge)

    def pipeline(
        self,
        source: str,
        ref: str = "main",
        sha: str | None = None,
        *,
        tag: bool = False,
        registry: bool = False,
        before: str = ZEROS,
        **inputs: str,
    ) -> Pipeline:
        """Create a pipeline; raise PipelineRefused where there is none."""
        forge = self.with_registry if registry else self.forge
        if registry:
            self._bring(forge)
        by = forge.config.tokens[0]
        wish = PipelineRequest(
            source, ref, sha or self.start, by, tag=tag, inputs=inputs, before_sha=before
        )
        return forge.pipelines.create(wish)

    def merge_request(self, *files: str, branch: str = "change") -> Pipeline:
        """Return the pipeline of a merge request that changes these files, created once."""
        if (branch, *files) not in self._requests:
            self._requests[branch, *files] = self._merge_request(*files, branch=branch)
        return self._requests[branch, *files]

    def _merge_request(self, *files: str, branch: str) -> Pipeline:
        sha = self.change(*files, branch=branch)
        by, now = self.forge.config.tokens[0], self.forge.state.clock()
        request = MergeRequest(1, 1, "Change", "", branch, "main", by, sha, now, now)
        wish = PipelineRequest("merge_request_event", branch, sha, by, merge_request=request)
        return self.forge.pipelines.create(wish)
