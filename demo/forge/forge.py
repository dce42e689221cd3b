"""The parts of the forge wired together: repository, pipelines and merge requests."""

import hmac
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from demo.forge.access import Access
from demo.forge.background import Background
from demo.forge.ci.fleet import Fleet
from demo.forge.ci.job_runner import JobRunner
from demo.forge.ci.pipeline_creation import PipelineRequest, Pipelines
from demo.forge.ci.runner import Runner
from demo.forge.ci.tool import Tool
from demo.forge.configuration import Config, Token
from demo.forge.fork import Fork
from demo.forge.git.checkouts import Checkouts
from demo.forge.git.push import PushRules, RefChange, push_rules
from demo.forge.git.repository import Repository, git_environment
from demo.forge.job_tokens import barred
from demo.forge.merge_requests import MergeRequests
from demo.forge.mergeability import Mergeability
from demo.forge.records.pipeline import ZEROS
from demo.forge.records.state import Clock, State, wall_clock

log = structlog.get_logger()


class Forge:
    """Everything behind the HTTP interface; start it before use and stop it after.

    root: a folder for the repository and for what jobs leave.  url: where the forge is reached.
    """

    def __init__(self, root: Path, config: Config, *, url: str, clock: Clock = wall_clock) -> None:
        self.root = root.resolve()
        self.config = config
        self.url = url
        home = self.root / "home"
        home.mkdir(parents=True, exist_ok=True)
        self.state = State(clock)
        self.access = Access(config)
        self.repository = Repository(
            self.root / "repositories" / f"{config.project}.git",
            default_branch=config.default_branch,
            environment=git_environment(home),
        )
        self.forks = {path: self._fork(path, home) for path in config.forks}
        environment = {"HOME": str(home), "PATH": self.repository.environment["PATH"]}
        tool = Tool(config.gitlab_ci_local, environment | dict(config.runner))
        checkouts = Checkouts(self.repository, self.root / "checkouts")
        self.jobs = JobRunner(self.root, checkouts, tool, config, self.access, url=url)
        self.fleet = Fleet(config, self.access)
        self.runner = Runner(self.state, self.jobs, self.fleet, concurrency=config.concurrency)
        self.background = Background()
        self.pipelines = Pipelines(
            self.root,
            self.state,
            self.repository,
            checkouts,
            tool,
            self.runner,
            config,
            self.access,
            url=url,
        )
        self.mergeability = Mergeability(self.state, self.repository, config)
        self.merge_requests = MergeRequests(
            self.state,
            self.repository,
            self.pipelines,
            self.background,
            self.mergeability,
            config,
            self.access,
        )
        self.runner.listeners.append(self.merge_requests.pipeline_finished)

    def start(self) -> None:
        """Create the repository, delete what earlier pipelines left, and start the workers."""
        for leftover in ("pipelines", "receptions", "checkouts"):
            shutil.rmtree(self.root / leftover, ignore_errors=True)
        for repository in (self.repository, *(fork.repository for fork in self.forks.values())):
            repository.create()
        self.runner.start()
        log.info("forge ready", url=self.url, project=self.config.project, root=str(self.root))

    def stop(self) -> None:
        """End every job and worker."""
        self.runner.stop()
        self.background.stop()

    def _fork(self, path: str, home: Path) -> Fork:
        repository = Repository(
            self.root / "repositories" / f"{path}.git",
            default_branch=self.config.default_branch,
            environment=git_environment(home),
        )
        return Fork(path, self.config.fork_id(path), repository, self.token)

    def reconfigure(self, config: Config) -> None:
        """Change everything that an administrator configures, apart from what starts with it."""
        with self.changing():
            self.config.become(config)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change settings while nothing reads them; a job that waits may have a runner then."""
        with self.state.lock:
            yield
            self.state.changed.notify_all()

    def token(self, value: str | None, kind: str = "project") -> Token | None:
        """Find a token by its value."""
        if not value:
            return None
        for token in self.config.tokens:
            same = hmac.compare_digest(token.value.encode(), value.encode())
            if same and token.kind == kind:
                return token
        return None

    def job_token(self, value: str | None) -> Token | None:
        """Find the token of a running job, of this project or of another one.

        It acts as the user of its pipeline.
        """
        if value and (running := self.state.job_of(value)):
            user, project = running[0].user, self.config.project
            return replace(user, value=value, kind="job", scopes=frozenset(), project=project)
        return self.token(value, "job")

    def barred(self, token: Token) -> str | None:
        """Return why a job's token does not open the project, or None."""
        return barred(self.config, token)

    def clone_token(self, value: str) -> Token | None:
        """Find a token for git: an access token, or a running job's token.

        That of a job only reads, unless the project lets its own jobs push with it.
        """
        if token := self.token(value):
            return token
        if (job := self.job_token(value)) is None:
            return None
        pushes = self.config.settings.get("ci_push_repository_for_job_token_allowed")
        own = job.project == self.config.project
        scopes = {"write_repository" if pushes and own else "read_repository"}
        return replace(job, scopes=frozenset(scopes))

    def push_rules(self, token: Token, refs: Sequence[RefChange]) -> PushRules:
        """Return what git must refuse of a push."""
        return push_rules(self.access, self.config.default_branch, token, refs)

    def new_reception(self) -> Path:
        """Return a new folder for what a push's hook reports."""
        folder = self.root / "receptions"
        folder.mkdir(exist_ok=True)
        return Path(tempfile.mkdtemp(dir=folder))

    def received(self, reception: Path, by: Token) -> None:
        """Start what a push starts; `reception` holds the refs that moved and the push options."""
        refs = reception / "refs"
        if not refs.exists() or by.kind == "job":
            return  # nothing was accepted; and what a job's token pushes starts no pipeline
        options = set((reception / "options").read_text().splitlines())
        for line in refs.read_text().splitlines():
            old, new, ref = line.split(" ", 2)
            log.info("push", ref=ref, old=old, new=new, by=by.name, options=sorted(options))
            if new != ZEROS:
                self._moved(ref, old, new, by, skip="ci.skip" in options)

    def _moved(self, ref: str, old: str, new: str, by: Token, *, skip: bool) -> None:
        skip = skip or self.pipelines.skips(new)
        kind, _, name = ref.removeprefix("refs/").partition("/")
        if kind == "heads":
            self.merge_requests.pushed(name, old, new, by, skip=skip)
        elif kind == "tags" and (sha := self.repository.resolve(ref)):
            wanted = PipelineRequest("push", name, sha, by, before_sha=old, tag=True, skip=skip)
            self.background.submit(lambda: self.pipelines.try_create(wanted))
