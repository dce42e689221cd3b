"""Creating pipelines: for pushes, merge requests and triggers."""

import itertools
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from demo.forge.access import Access
from demo.forge.ci.compile import compile_pipeline
from demo.forge.ci.rights import check_rights
from demo.forge.ci.runner import Runner
from demo.forge.ci.tool import Tool, Workplace
from demo.forge.ci.variables import (
    NOT_GITLABS,
    is_protected,
    literal,
    merge_request_variables,
    pipeline_variables,
)
from demo.forge.configuration import Config, Token
from demo.forge.errors import PipelineRefused, bad_request
from demo.forge.git.checkouts import Checkouts
from demo.forge.git.repository import Repository
from demo.forge.records.job import Job, JobSpec
from demo.forge.records.merge_request import MergeRequest
from demo.forge.records.pipeline import ZEROS, Pipeline
from demo.forge.records.state import State
from demo.forge.records.status import STARTED

log = structlog.get_logger()

# Where the checkout's rules:changes look for the commit to compare with.
BASE = "refs/remotes/origin/the-base-of-the-changes"
SKIP_MARKS = ("[ci skip]", "[skip ci]")


@dataclass(frozen=True)
class PipelineRequest:
    """What a pipeline is created from."""

    source: str
    ref: str
    sha: str
    user: Token
    before_sha: str = ZEROS
    tag: bool = False
    skip: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, object] = field(default_factory=dict)
    merge_request: MergeRequest | None = None


class Pipelines:
    """Creates pipelines and hands them to the runner."""

    def __init__(
        self,
        root: Path,
        state: State,
        repository: Repository,
        checkouts: Checkouts,
        tool: Tool,
        runner: Runner,
        config: Config,
        access: Access,
        *,
        url: str,
    ) -> None:
        self.root = root
        self.state = state
        self.repository = repository
        self.checkouts = checkouts
        self.tool = tool
        self.runner = runner
        self.config = config
        self.access = access
        self.url = url
        self._iids = itertools.count(1)

    def create(self, request: PipelineRequest) -> Pipeline:
        """Create a pipeline and let it start.

        Raises PipelineRefused where GitLab would not create one.
        """
        pipeline = self._new(request)
        self._fill(pipeline, request)
        self._add(pipeline)
        return pipeline

    def on_ref(
        self,
        source: str,
        ref: str,
        user: Token,
        *,
        variables: Mapping[str, str] | None = None,
        inputs: Mapping[str, object] | None = None,
    ) -> Pipeline:
        """Create a pipeline of a branch or tag as it stands: trigger, api, web or schedule.

        Raises ApiError, with the reasons why there is none.
        """
        name = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
        sha = self.repository.branch(name)
        tag = sha is None
        sha = sha or self.repository.resolve(f"refs/tags/{name}")
        if sha is None:
            raise bad_request({"base": ["Reference not found"]})
        wanted = PipelineRequest(
            source, name, sha, user, tag=tag, variables=variables or {}, inputs=inputs or {}
        )
        try:
            return self.create(wanted)
        except PipelineRefused as refusal:
            raise bad_request({"base": refusal.reasons}) from refusal

    def try_create(self, request: PipelineRequest) -> Pipeline | None:
        """Create a pipeline unless the rules select no job; a broken file makes a failed one."""
        pipeline = self._new(request)
        try:
            self._fill(pipeline, request)
        except PipelineRefused as refusal:
            log.info(
                "no pipeline",
                source=request.source,
                ref=request.ref,
                sha=request.sha,
                reasons=refusal.reasons,
            )
            if not refusal.broken:
                return None
            pipeline.yaml_errors = "\n".join(refusal.reasons)
        self._add(pipeline)
        return pipeline

    def skips(self, sha: str) -> bool:
        """Tell whether a commit's message asks to skip the pipeline."""
        message = self.repository.commits(sha, limit=1)[0].message.lower()
        return any(mark in message for mark in SKIP_MARKS)

    def _new(self, request: PipelineRequest) -> Pipeline:
        merge_request = request.merge_request
        pipeline = Pipeline(
            id=self.state.next_id(),
            iid=next(self._iids),
            source=request.source,
            ref=request.ref,
            sha=request.sha,
            created_at=self.state.clock(),
            user=request.user,
            before_sha=request.before_sha,
            tag=request.tag,
            merge_request=merge_request.iid if merge_request else None,
            target=(
                merge_request.target_branch if merge_request and not merge_request.fork else None
            ),
        )
        if merge_request is not None:
            target = f"refs/heads/{merge_request.target_branch}"
            pipeline.base_sha = self.repository.merge_base(target, request.sha)
        return pipeline

    def _add(self, pipeline: Pipeline) -> None:
        self.state.add_pipeline(pipeline)
        log.info(
            "pipeline created",
            pipeline=pipeline.id,
            name=pipeline.name,
            source=pipeline.source,
            ref=pipeline.ref,
            sha=pipeline.sha,
            status=pipeline.status,
            jobs=[job.spec.name for job in pipeline.jobs],
        )
        if pipeline.jobs:
            self._cancel_redundant(pipeline)
        self.runner.advance(pipeline)

    def _cancel_redundant(self, new: Pipeline) -> None:
        """Cancel pipelines of older commits of the same line, as far as each one allows.

        Source: app/services/ci/pipeline_creation/cancel_redundant_pipelines_service.rb of GitLab.
        """
        setting = self.config.settings.get("auto_cancel_pending_pipelines")
        if setting != "enabled":
            return
        with self.state.lock:
            older = [
                other
                for other in self.state.pipelines.values()
                if other.id < new.id and other.line == new.line and other.sha != self._tip(new)
                if other.active or other.status == "manual"
            ]
        for other in older:
            fixed = (job for job in other.jobs if not job.spec.interruptible)
            if other.auto_cancel == "interruptible":
                self.runner.cancel(other, interruptible_only=True)
            elif other.auto_cancel == "conservative" and not any(
                j.status in STARTED for j in fixed
            ):
                self.runner.cancel(other)

    def _tip(self, pipeline: Pipeline) -> str | None:
        if pipeline.merge_request is not None:
            return self.repository.resolve(f"refs/merge-requests/{pipeline.merge_request}/head")
        kind = "tags" if pipeline.tag else "heads"
        return self.repository.resolve(f"refs/{kind}/{pipeline.ref}")

    def _fill(self, pipeline: Pipeline, request: PipelineRequest) -> None:
        """Read the file at the pipeline's commit, and give the pipeline its name and jobs.

        Raises PipelineRefused.
        """
        check_rights(
            self.access,
            request.user,
            request.ref,
            tag=request.tag,
            variables=bool(request.variables) and request.source != "schedule",
        )
        if request.skip:
            pipeline.skipped = True
            return
        folder = self.root / "pipelines" / str(pipeline.id) / "file"
        checkout = folder / "checkout"
        variables = self._variables(pipeline, request)
        unset = [name for name in NOT_GITLABS if name not in variables]
        place = Workplace(checkout, folder / "state", variables, unset)
        try:
            origin = f"{self.url}/{self.config.project}.git"
            self.checkouts.take(checkout, pipeline.sha, origin=origin)
            compiled = compile_pipeline(
                self.tool,
                place,
                inputs=request.inputs,
                changes=self._mark_base(checkout, pipeline),
                overrides=variables,
            )
        finally:
            self.checkouts.give_back(checkout)
            shutil.rmtree(folder.parent, ignore_errors=True)
        pipeline.variables = variables
        pipeline.given = literal(request.variables)
        pipeline.name = compiled.name
        pipeline.globals = compiled.variables
        pipeline.auto_cancel = compiled.auto_cancel
        pipeline.jobs = [self._job(spec) for spec in compiled.jobs]

    def _variables(self, pipeline: Pipeline, request: PipelineRequest) -> dict[str, str]:
        """Return the variables that override the file's, in GitLab's order of precedence."""
        commit = self.repository.commits(pipeline.sha, limit=1)[0]
        predefined = pipeline_variables(
            pipeline, self.access, self.config, url=self.url, commit=commit
        )
        if request.merge_request is not None:
            predefined |= merge_request_variables(
                request.merge_request,
                self.access,
                self.config,
                url=self.url,
                base=pipeline.base_sha or ZEROS,
            )
        project = self.config.visible(protected=is_protected(pipeline, self.access, self.config))
        return literal({**predefined, **project, **request.variables})

    def _job(self, spec: JobSpec) -> Job:
        token = f"glcbt-{secrets.token_urlsafe(24)}"
        return Job(self.state.next_id(), spec, self.state.clock(), token)

    def _mark_base(self, checkout: Path, pipeline: Pipeline) -> bool:
        """Set the commit that rules:changes compare with, and tell whether to evaluate them.

        It looks at origin/HEAD. As in GitLab, changes hold for everything but merge requests and
        pushes to a branch that was there before.
        """
        base = pipeline.base_sha
        if pipeline.source == "push" and not pipeline.tag and pipeline.before_sha != ZEROS:
            base = pipeline.before_sha
        if base is None:
            return False
        self.repository.git("update-ref", BASE, base, cwd=checkout)
        self.repository.git("symbolic-ref", "refs/remotes/origin/HEAD", BASE, cwd=checkout)
        return True
