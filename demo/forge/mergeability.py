"""Whether a merge request can merge, and what prevents it."""

from demo.forge.configuration import Config
from demo.forge.git.repository import Repository
from demo.forge.records.merge_request import MergeRequest
from demo.forge.records.pipeline import Pipeline
from demo.forge.records.state import State


class Mergeability:
    """Reads the repository and the pipelines to tell whether merge requests can merge."""

    def __init__(self, state: State, repository: Repository, config: Config) -> None:
        self.state = state
        self.repository = repository
        self.config = config

    def detailed_status(self, request: MergeRequest) -> str:
        """Return what prevents the merge, as GitLab calls it, or `mergeable`."""
        if request.state != "opened":
            return "not_open"
        if request.draft:
            return "draft_status"
        target = self.repository.branch(request.target_branch)
        source = self.repository.resolve(request.ref)
        if target is None or source is None:
            return "broken_status"
        base = self.repository.merge_base(target, source)
        if base == source:
            return "commits_status"
        if self.config.merge_method == "ff" and base != target:
            return "need_rebase"
        if self.repository.merge_tree(target, source) is None:
            return "conflict"
        return self._pipeline_status(request)

    def mergeable(self, request: MergeRequest) -> bool:
        """Tell whether the merge request could merge now."""
        return self.detailed_status(request) == "mergeable"

    def _pipeline_status(self, request: MergeRequest) -> str:
        """Return what `Pipelines must succeed` prevents, as GitLab calls it, or `mergeable`.

        Source: MergeRequest#mergeable_ci_state? of GitLab.
        """
        settings = self.config.settings
        if not settings.get("only_allow_merge_if_pipeline_succeeds"):
            return "mergeable"
        head = self.head_pipeline(request)
        if request.pipelines_in_creation or (head is not None and head.active):
            return "ci_still_running"
        skipped = settings.get("allow_merge_on_skipped_pipeline") or False
        passed = ("success", "skipped") if skipped else ("success",)
        return "mergeable" if head is not None and head.status in passed else "ci_must_pass"

    def passed(self, request: MergeRequest) -> bool:
        """Tell whether the head pipeline lets an automatic merge happen."""
        head = self.head_pipeline(request)
        return head is None or head.status in ("success", "skipped")

    def base(self, request: MergeRequest) -> str | None:
        """Return the commit that the merge request's changes are counted from."""
        target = request.merged_onto or f"refs/heads/{request.target_branch}"
        return self.repository.merge_base(target, request.sha)

    def head_pipeline(self, request: MergeRequest) -> Pipeline | None:
        """Return the newest pipeline of the newest commit."""
        own = self.pipelines_of(request)
        return next((pipeline for pipeline in own if pipeline.sha == request.sha), None)

    def pipelines_of(self, request: MergeRequest) -> list[Pipeline]:
        """Return the merge request's pipelines, newest first."""
        with self.state.lock:
            return [
                pipeline
                for pipeline in sorted(
                    self.state.pipelines.values(), key=lambda one: one.id, reverse=True
                )
                if pipeline.merge_request == request.iid
                or (pipeline.source == "push" and pipeline.sha == request.sha and not pipeline.tag)
                and pipeline.ref == request.source_branch
            ]
