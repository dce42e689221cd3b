"""Merge requests: opening, following pushes, merging."""

import itertools
from collections.abc import Sequence

import structlog

from demo.forge.access import Access
from demo.forge.background import Background
from demo.forge.ci.pipeline_creation import PipelineRequest, Pipelines
from demo.forge.configuration import Config, Token
from demo.forge.errors import ApiError, PipelineRefused, bad_request, conflict, not_mergeable
from demo.forge.fork import Fork
from demo.forge.git.merge import merge
from demo.forge.git.repository import Repository
from demo.forge.limits import check_note, check_text
from demo.forge.mergeability import Mergeability
from demo.forge.records.merge_request import MergeRequest, Note
from demo.forge.records.pipeline import Pipeline
from demo.forge.records.state import State

log = structlog.get_logger()


class MergeRequests:
    """The project's merge requests, with their pipelines."""

    def __init__(
        self,
        state: State,
        repository: Repository,
        pipelines: Pipelines,
        background: Background,
        mergeability: Mergeability,
        config: Config,
        access: Access,
    ) -> None:
        self.state = state
        self.repository = repository
        self.pipelines = pipelines
        self.background = background
        self.mergeability = mergeability
        self.config = config
        self.access = access
        self._iids = itertools.count(1)

    def open(
        self,
        *,
        author: Token,
        title: str,
        description: str,
        source: str,
        target: str,
        labels: Sequence[str] = (),
        remove_source_branch: bool = False,
        fork: Fork | None = None,
    ) -> MergeRequest:
        """Open a merge request; its pipeline is created a moment later.

        Raises ApiError.
        """
        check_text(title, description)
        with self.state.lock:
            sha = self._check_branches(source, target, fork)
            now = self.state.clock()
            request = MergeRequest(
                id=self.state.next_id(),
                iid=next(self._iids),
                title=title,
                description=description,
                source_branch=source,
                target_branch=target,
                author=author,
                sha=sha,
                created_at=now,
                updated_at=now,
                labels=list(labels),
                remove_source_branch=remove_source_branch,
                fork=fork.path if fork is not None else None,
            )
            if fork is not None:
                wanted = f"+refs/heads/{source}:{request.ref}"
                self.repository.git("fetch", "--quiet", str(fork.repository.path), wanted)
            self.state.merge_requests[request.iid] = request
        log.info("merge request opened", iid=request.iid, source=source, target=target, sha=sha)
        if fork is None:  # else its pipeline runs in the fork
            self._start_pipeline(request, author, skip=self.pipelines.skips(sha))
        return request

    def run(self, request: MergeRequest, by: Token) -> Pipeline:
        """Run a merge request's pipeline for a member who asks for it.

        That of a fork runs here, with the project's variables, only if the project lets it; else
        in the fork, where the member may start nothing.
        Source: MergeRequests::CreatePipelineService of GitLab.

        Raises ApiError.
        """
        allowed = self.config.settings.get("ci_allow_fork_pipelines_to_run_in_parent_project")
        if request.fork is not None and not allowed:
            raise bad_request({"base": ["Insufficient permissions to create a new pipeline"]})
        try:
            return self.pipelines.create(self._wanted(request, by, skip=False))
        except PipelineRefused as refusal:
            raise bad_request({"base": refusal.reasons}) from refusal

    def _check_branches(self, source: str, target: str, fork: Fork | None) -> str:
        if source == target and fork is None:
            reason = "You can't use same project/branch for source and target"
            raise ApiError(422, {"message": [reason]})
        origin = self.repository if fork is None else fork.repository
        sha = origin.branch(source)
        for side, name, place in (("Source", source, origin), ("Target", target, self.repository)):
            if place.branch(name) is None:
                raise bad_request([f'{side} branch "{name}" does not exist'])
        for other in self.state.merge_requests.values():
            if (other.state, other.source_branch, other.target_branch) == (
                "opened",
                source,
                target,
            ):
                reason = "Another open merge request already exists for this source branch"
                raise conflict([f"{reason}: !{other.iid}"])
        assert sha is not None
        return sha

    def pushed(self, branch: str, old: str, new: str, by: Token, *, skip: bool) -> None:
        """Start the pipelines of a moved branch and of its merge requests."""
        wanted = PipelineRequest("push", branch, new, by, before_sha=old, skip=skip)
        self.background.submit(lambda: self.pipelines.try_create(wanted))
        self._follow(branch, new, by, skip=skip)

    def _follow(self, branch: str, sha: str, by: Token, *, skip: bool) -> None:
        with self.state.lock:
            touched = [
                request
                for request in self.state.merge_requests.values()
                if request.state == "opened" and request.ref == f"refs/heads/{branch}"
            ]
            for request in touched:
                request.sha = sha
                request.updated_at = self.state.clock()
                if request.auto_merge is not None:
                    self._say(request, by, "aborted the automatic merge because of a new push")
                    request.auto_merge = None
        for request in touched:
            self._start_pipeline(request, by, skip=skip)

    def _start_pipeline(self, request: MergeRequest, by: Token, *, skip: bool) -> None:
        ref = f"refs/merge-requests/{request.iid}/head"
        self.repository.move(ref, request.sha)
        wanted = self._wanted(request, by, skip=skip)
        with self.state.lock:
            request.pipelines_in_creation += 1

        def create() -> None:
            try:
                self.pipelines.try_create(wanted)
            finally:
                with self.state.lock:
                    request.pipelines_in_creation -= 1
            self._try_auto_merge(request)

        self.background.submit(create)

    def _wanted(self, request: MergeRequest, by: Token, *, skip: bool) -> PipelineRequest:
        return PipelineRequest(
            "merge_request_event",
            request.source_branch,
            request.sha,
            by,
            skip=skip,
            merge_request=request,
        )

    def pipeline_finished(self, pipeline: Pipeline) -> None:
        """Merge the merge requests that waited for this pipeline."""
        with self.state.lock:
            waiting = [one for one in self.state.merge_requests.values() if one.auto_merge]
        for request in waiting:
            self._try_auto_merge(request)

    def _try_auto_merge(self, request: MergeRequest) -> None:
        with self.state.lock:
            by = request.auto_merge
            if by is None or request.pipelines_in_creation or not self.mergeability.passed(request):
                return
            if not self.mergeability.mergeable(request):
                log.warning("automatic merge is not possible", iid=request.iid)
                return
            self._merge(request, by, message=None)

    def accept(
        self,
        request: MergeRequest,
        by: Token,
        *,
        sha: str | None,
        auto_merge: bool,
        message: str | None,
        remove_source_branch: bool | None,
    ) -> None:
        """Merge now, or as soon as the pipeline has succeeded.

        Raises ApiError: 405 where it cannot merge, 409 where the commit is another.
        """
        with self.state.lock:
            head = self.mergeability.head_pipeline(request)
            waiting = request.pipelines_in_creation > 0 or (head is not None and head.active)
            standing = self.mergeability.detailed_status(request)
            if standing != "mergeable" and not (auto_merge and standing == "ci_still_running"):
                raise not_mergeable()
            if sha is not None and sha != request.sha:
                raise conflict(f"SHA does not match HEAD of source branch: {request.sha}")
            if remove_source_branch is not None:
                request.should_remove_source_branch = remove_source_branch
            if auto_merge and waiting:
                request.auto_merge = by
                self._say(request, by, "enabled an automatic merge when the pipeline succeeds")
                return
            if auto_merge and not self.mergeability.passed(request):
                raise not_mergeable()
            self._merge(request, by, message=message)

    def _merge(self, request: MergeRequest, by: Token, *, message: str | None) -> None:
        target = self.repository.branch(request.target_branch)
        assert target is not None
        new = merge(
            self.repository,
            source=request.sha,
            target=target,
            into=request.target_branch,
            by=by,
            message=None if self.config.merge_method == "ff" else message or self._message(request),
        )
        if new is None:
            raise not_mergeable()
        if new != request.sha:
            request.merge_commit_sha = new
        if (
            request.fork is None
            and request.removes_source_branch
            and not self.access.protects_branch(request.source_branch)
        ):
            self.repository.delete(f"refs/heads/{request.source_branch}")
        request.state = "merged"
        request.merged_onto = target
        request.auto_merge = None
        request.merged_by = by
        request.merged_at = request.updated_at = self.state.clock()
        log.info("merged", iid=request.iid, into=request.target_branch, sha=new)
        self.pushed(request.target_branch, target, new, by, skip=self.pipelines.skips(new))

    def _message(self, request: MergeRequest) -> str:
        branches = f"Merge branch '{request.source_branch}' into '{request.target_branch}'"
        reference = f"See merge request {self.config.project}!{request.iid}"
        return f"{branches}\n\n{request.title}\n\n{reference}"

    def _say(self, request: MergeRequest, by: Token, text: str) -> None:
        now = self.state.clock()
        request.notes.append(Note(self.state.next_id(), text, by, now, now, system=True))

    def comment(self, request: MergeRequest, by: Token, body: str) -> Note:
        """Add a note.

        Raises ApiError.
        """
        check_note(body)
        with self.state.lock:
            now = self.state.clock()
            note = Note(self.state.next_id(), body, by, now, now)
            request.notes.append(note)
            return note
