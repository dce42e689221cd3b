"""Runs one job in a checkout of its own and keeps its artifacts and log."""

import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from demo.forge.access import Access
from demo.forge.ci import reports
from demo.forge.ci.caches import Caches
from demo.forge.ci.compile import dump, one_job
from demo.forge.ci.tool import Tool, Workplace, stop
from demo.forge.ci.variables import ENVIRONMENT, NOT_GITLABS, is_protected, job_variables, literal
from demo.forge.configuration import Config
from demo.forge.git.checkouts import Checkouts
from demo.forge.records.job import Job
from demo.forge.records.pipeline import Pipeline

_CODE = re.compile(r" finished in .* FAIL (\d+) *$", re.MULTILINE)
_DOTENV = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$")


@dataclass(frozen=True)
class JobResult:
    """How a job ended: exit code, GitLab's failure reason, coverage in percent."""

    exit_code: int
    reason: str | None = None
    coverage: float | None = None


class JobRunner:
    """Runs the jobs of pipelines in folders under `root`."""

    def __init__(
        self,
        root: Path,
        checkouts: Checkouts,
        tool: Tool,
        config: Config,
        access: Access,
        *,
        url: str,
    ) -> None:
        self.root = root
        self.checkouts = checkouts
        self.tool = tool
        self.config = config
        self.access = access
        self.caches = Caches(root / "caches", config)
        self.url = url
        self._stopped = False
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._killed: set[int] = set()

    def folder(self, pipeline: Pipeline) -> Path:
        """Return where a pipeline keeps its files."""
        return self.root / "pipelines" / str(pipeline.id)

    def run(self, pipeline: Pipeline, job: Job) -> JobResult:
        """Run a job to its end in a fresh checkout."""
        folder = self.folder(pipeline) / "jobs" / str(job.id)
        place = self._prepare(folder, pipeline, job)
        dump(one_job(job.spec, pipeline.globals), folder / "job.json")
        process = self.tool.start(place, file=folder / "job.json", job=job.spec.name)
        self._running[job.id] = process
        if self._stopped or job.id in self._killed:  # while this job was being prepared
            stop(process)
        limit = min(job.spec.timeout or self.config.timeout, self.config.timeout)
        try:
            code = process.wait(limit)
            result = self._result(code, place)
        except subprocess.TimeoutExpired:
            stop(process)
            result = JobResult(1, "job_execution_timeout")
        finally:
            del self._running[job.id]
        text = self._keep(pipeline, job, place, result)
        if result.exit_code == 0:
            protected = is_protected(pipeline, self.access, self.config)
            self.caches.keep(job.spec, place.checkout, protected=protected)
        self.checkouts.give_back(place.checkout)
        shutil.rmtree(folder)
        return replace(result, coverage=_coverage(job.spec.coverage, text))

    def kill(self, job: Job) -> None:
        """Kill a job that runs or is about to run."""
        self._killed.add(job.id)
        if process := self._running.get(job.id):
            stop(process)

    def stop(self) -> None:
        """Kill every running job, and those that are about to run."""
        self._stopped = True
        for process in list(self._running.values()):
            stop(process)

    def trace(self, pipeline: Pipeline, job: Job) -> str:
        """Return a job's log so far, with secrets masked."""
        kept = self.trace_file(pipeline, job)
        if kept.exists():
            return kept.read_text()
        state = self.folder(pipeline) / "jobs" / str(job.id) / "state"
        return self._mask(_output(state), job)

    def trace_file(self, pipeline: Pipeline, job: Job) -> Path:
        """Return where an ended job's log is kept."""
        return self.folder(pipeline) / "traces" / f"{job.id}.log"

    def _mask(self, text: str, job: Job) -> str:
        for secret in sorted(self.config.masked | {job.token}, key=len, reverse=True):
            text = text.replace(secret, "[MASKED]")
        return text

    def _prepare(self, folder: Path, pipeline: Pipeline, job: Job) -> Workplace:
        own = job_variables(pipeline, job, self.config, url=self.url)
        checkout = folder / self.config.project.rpartition("/")[2]
        self.checkouts.take(checkout, pipeline.sha, origin=own["CI_REPOSITORY_URL"])
        protected = is_protected(pipeline, self.access, self.config)
        self.caches.restore(job.spec, checkout, protected=protected)
        dotenv: dict[str, str] = {}
        for producer in producers(pipeline, job):
            dotenv |= self._restore(pipeline, producer, checkout)
        environment = job.spec.environment
        scoped = self.config.visible(protected=protected, environment=environment)
        given = {
            **literal(dotenv),
            **pipeline.variables,
            **literal(scoped),
            **pipeline.given,
            **literal(own),
        }
        absent = NOT_GITLABS if environment else NOT_GITLABS + ENVIRONMENT
        unset = [name for name in absent if name not in given]
        return Workplace(checkout, folder / "state", given, unset)

    def artifacts(self, pipeline: Pipeline, job: Job) -> Path:
        """Return where a job's artifacts are kept: files/ and reports/KIND/, if it has any."""
        return self.folder(pipeline) / "artifacts" / str(job.id)

    def _restore(self, pipeline: Pipeline, producer: Job, checkout: Path) -> dict[str, str]:
        """Copy a job's artifacts into a checkout, and return its dotenv variables."""
        kept = self.artifacts(pipeline, producer)
        if (kept / "files").is_dir():
            shutil.copytree(kept / "files", checkout, dirs_exist_ok=True, symlinks=True)
        given = kept / "reports" / "dotenv"
        files = sorted(path for path in given.rglob("*") if path.is_file())
        return {key: value for path in files for key, value in _dotenv(path.read_text()).items()}

    def _result(self, code: int, place: Workplace) -> JobResult:
        if code == 0:
            return JobResult(0)
        said = _CODE.findall(_read(place.state / "tool.log"))
        if said:
            return JobResult(int(said[-1]), "script_failure")
        return JobResult(1, "runner_system_failure")

    def _keep(self, pipeline: Pipeline, job: Job, place: Workplace, result: JobResult) -> str:
        """Keep a job's artifacts and its log; return the log."""
        artifacts = job.spec.body.get("artifacts") or {}
        wanted = artifacts.get("when", "on_success")
        said: list[str] = []
        if wanted == "always" or (wanted == "on_success") == (result.exit_code == 0):
            kept = self.artifacts(pipeline, job)
            made = [path for path in (place.state / "artifacts").glob("*") if path.is_dir()]
            if made:
                kept.mkdir(parents=True)
                shutil.rmtree(made[0] / ".gitlab-ci-reports", ignore_errors=True)
                made[0].rename(kept / "files")
            said = reports.keep(artifacts, place.checkout, kept / "reports")
        text = _output(place.state)
        if result.reason == "runner_system_failure":
            text += _read(place.state / "tool.log")
        text = self._mask(text + "".join(f"{line}\n" for line in said) + _ending(result), job)
        trace = self.trace_file(pipeline, job)
        trace.parent.mkdir(parents=True, exist_ok=True)
        trace.write_text(text)
        return text


def producers(pipeline: Pipeline, job: Job) -> list[Job]:
    """Return the jobs whose artifacts a job gets, in the order of their stages."""
    spec = job.spec
    if spec.dependencies is not None:
        return [other for other in pipeline.jobs if other.spec.name in spec.dependencies]
    if spec.needs is not None:
        wanted = {need.job for need in spec.needs if need.artifacts}
        return [other for other in pipeline.jobs if other.spec.name in wanted]
    return [other for other in pipeline.jobs if other.spec.stage_index < spec.stage_index]


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def _output(state: Path) -> str:
    return "".join(_read(path) for path in sorted((state / "output").glob("*.log")))


def _ending(result: JobResult) -> str:
    if result.exit_code == 0:
        return "Job succeeded\n"
    if result.reason == "job_execution_timeout":
        return "ERROR: Job failed: execution took longer than the job's timeout\n"
    if result.reason == "runner_system_failure":
        return "ERROR: Job failed (system failure)\n"
    return f"ERROR: Job failed: exit code {result.exit_code}\n"


def _coverage(pattern: str | None, text: str) -> float | None:
    """Return the last percentage that the job's expression finds in its log.

    >>> _coverage(r"/^TOTAL.*\\s(\\d+)%$/", "TOTAL 10 5 50%\\nTOTAL 10 2 80%\\n")
    80.0
    """
    if pattern is None:
        return None
    matches = list(re.finditer(pattern.strip("/"), text, re.MULTILINE))
    numbers = re.findall(r"\d+(?:\.\d+)?", matches[-1][0]) if matches else []
    return float(numbers[-1]) if numbers else None


def _dotenv(text: str) -> dict[str, str]:
    matches = (_DOTENV.match(line) for line in text.splitlines())
    return {match[1]: match[2].strip().strip("\"'") for match in matches if match}
