"""Start the demo's programs in order, and observe them while waiting."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from demo.errors import LoopBroken, TooSlow
from demo.inputs.known import demo_input
from demo.processes import Processes, find_program
from demo.screen import Screen, View
from demo.timeline import Sample, Timeline
from demo.traffic import Traffic
from demo.watch import Observation, Watch
from demo.workspace import Workspace
from monitoring.limits import TASKS as TASKS_FOLDER
from monitoring.limits import own
from monitoring.thresholds import Thresholds
from training.tasks import TASKS

Condition = Callable[[Observation], bool]

PATIENCE = 3
# Seconds between two observations, each of which asks every program.
PERIOD = 1.0
# Between two looks of the relay at an incident and its labels, in place of a minute.
LOOK_SECONDS = 4.0


class Stage:
    """Runs the programs, records events, and waits for the loop's steps.

    cooldown: seconds between two retrains that the relay starts.
    """

    def __init__(
        self, workspace: Workspace, processes: Processes, screen: Screen, *, cooldown: float = 3600
    ) -> None:
        self.workspace = workspace
        self.processes = processes
        self.screen = screen
        self.task = TASKS[workspace.task]
        self.demo = demo_input(self.task.input)
        self.metric = self.task.output.metrics[self.task.output.headline]
        limits = own(Thresholds(), workspace.checkout / TASKS_FOLDER).get(
            workspace.task, Thresholds()
        )
        self.timeline = Timeline(self.metric, limits)
        self.traffic = Traffic(
            workspace.addresses.service,
            self.task.output,
            key=workspace.secrets.client,
            rate=self.demo.rate,
        )
        self.phase = "starting"
        self.versions: list[str] = []
        self.fired: set[str] = set()  # alerts that have fired
        self._cooldown = cooldown
        self._watch = Watch(workspace.addresses, window=limits.short_window)
        self._started = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the demo started."""
        return time.monotonic() - self._started

    @property
    def watch(self) -> Watch:
        """The observer of the programs."""
        return self._watch

    def event(self, name: str, text: str) -> None:
        """Record an event and print its meaning."""
        self.timeline.add(name, self.elapsed)
        self.screen.say(f"{self.elapsed:6.1f} s  {name.replace('_', ' ')}: {text}", style="bold")

    def note(self, text: str) -> None:
        """Print a line that is not an event."""
        self.screen.say(f"{self.elapsed:6.1f} s  {text}")

    def note_scores(self, **scores: float | None) -> None:
        """Record scores of the run, by the headline metric of the task's output."""
        self.timeline.summary[self.task.output.headline] = {
            name: None if score is None else round(score, 4) for name, score in scores.items()
        }

    def promised(self) -> float:
        """Return the score that the serving bundle promises: on fresh test rows if there were any.

        Raises LoopBroken if nothing serves.
        """
        manifest = self._watch.manifest()
        if manifest is None:
            raise LoopBroken("service: no bundle serves, expected one")
        metrics, headline = manifest["metrics"], self.task.output.headline
        found = metrics.get(f"fresh_{headline}") or metrics[f"base_{headline}"]
        return float(found["value"])

    def start_programs(self) -> None:
        """Start the forge, the relay, Prometheus, Alertmanager and the service, without a model."""
        addresses, ports, state = (
            self.workspace.addresses,
            self.workspace.ports,
            self.workspace.state,
        )
        python = sys.executable
        forge = [python, "-m", "demo.forge", "--root", str(state / "forge")]
        forge += ["--port", str(ports.forge), "--config", str(state / "forge.json")]
        self._start("forge", forge)
        self._start("service", [python, "-m", "service"], self._service_settings())
        prometheus = [find_program("prometheus"), f"--config.file={state / 'prometheus.yml'}"]
        prometheus += [f"--storage.tsdb.path={state / 'prometheus'}"]
        prometheus += [f"--web.listen-address=127.0.0.1:{ports.prometheus}"]
        # Collect garbage less often: a fifth of the work at a scrape every two seconds.
        self._start("prometheus", prometheus, {"GOGC": "400"})
        alertmanager = [find_program("prometheus-alertmanager", "alertmanager")]
        alertmanager += [f"--config.file={state / 'alertmanager.yml'}", "--cluster.listen-address="]
        alertmanager += [f"--storage.path={state / 'alertmanager'}"]
        alertmanager += [f"--web.listen-address=127.0.0.1:{ports.alertmanager}"]
        self._start("alertmanager", alertmanager)
        self.processes.wait_for("forge", f"{addresses.forge}/{addresses.project}")
        self._start("relay", [python, "-m", "monitoring.relay"], self._relay_settings())
        self.processes.wait_for("relay", f"{addresses.relay}/health")
        self.processes.wait_for("prometheus", f"{addresses.prometheus}/-/ready")
        self.processes.wait_for("service", f"{addresses.service}/health")

    def _start(self, name: str, command: list[str], settings: dict[str, str] | None = None) -> None:
        env = self.workspace.environment() | (settings or {})
        self.processes.start(name, command, env=env, cwd=self.workspace.checkout)

    def _service_settings(self) -> dict[str, str]:
        return {
            "PERENNIAL_BUNDLES": str(self.workspace.bundles),
            "PERENNIAL_DATABASE_URL": self.workspace.database_url,
            "PERENNIAL_PORT": str(self.workspace.ports.service),
            "PERENNIAL_KEYS_FILE": str(self.workspace.service_keys),
        }

    def _relay_settings(self) -> dict[str, str]:
        secrets = self.workspace.secrets
        return {
            "RELAY_PORT": str(self.workspace.ports.relay),
            "RELAY_DATABASE_URL": f"sqlite:///{self.workspace.state / 'relay.db'}",
            "RELAY_GITLAB_URL": self.workspace.addresses.forge,
            "RELAY_PROMETHEUS_URL": self.workspace.addresses.prometheus,
            "RELAY_PROJECT": self.workspace.addresses.project,
            "RELAY_MODELS": self.workspace.task,
            "RELAY_COOLDOWN_SECONDS": f"{self._cooldown:g}",
            "RELAY_LOOK_SECONDS": f"{LOOK_SECONDS:g}",
            "RELAY_TRIGGER_TOKEN": secrets.trigger,
            "RELAY_READ_TOKEN": secrets.read,
            "RELAY_BEARER_TOKEN": secrets.webhook,
        }

    def run(self, name: str, command: list[str]) -> None:
        """Run a command in the checkout and wait for it, as its engineer would."""
        env = self.workspace.environment() | self.workspace.job_variables()
        self.processes.run(name, command, env=env, cwd=self.workspace.checkout)

    def in_git(self, file: Path) -> bool:
        """Return whether the checkout's git has a file."""
        command = ["git", "ls-files", "--error-unmatch", str(file)]
        done = subprocess.run(command, cwd=self.workspace.checkout, capture_output=True)
        return done.returncode == 0

    def push(self) -> None:
        """Push the checkout's main to the forge."""
        host = self.workspace.addresses.forge.removeprefix("http://")
        token = self.workspace.secrets.api
        url = f"http://oauth2:{token}@{host}/{self.workspace.addresses.project}.git"
        self.run("push", ["git", "push", "--quiet", url, "main"])

    def look(self) -> Observation | None:
        """Observe, record a sample, refresh the screen; None if a program does not answer.

        Raises ProcessDied if one has ended.
        """
        self.processes.check()
        try:
            seen = self._watch.look()
        except httpx.TransportError:  # it is too busy, or about to be found dead
            return None
        if seen.version and (not self.versions or self.versions[-1] != seen.version):
            self.versions.append(seen.version)
        self.fired.update(seen.firing)
        now = time.monotonic()
        traffic = self.traffic
        score = traffic.score(since=now - 5)
        self.timeline.samples.append(Sample(self.elapsed, score, seen.score, seen.psi))
        recent = sum(answer.at >= now - 5 for answer in traffic.answers[-1000:])
        self.screen.show(
            View(
                phase=self.phase,
                elapsed=self.elapsed,
                rate=recent / 5,
                metric=self.metric.title,
                score=score,
                sent=traffic.sent,
                failed=traffic.failed,
                observation=seen,
            )
        )
        return seen

    def wait(self, name: str, until: Condition, *, seconds: float, phase: str) -> Observation:
        """Check every second until a condition holds.

        seconds: ample on two idle cores; a busy machine gets PATIENCE times as long.
        Raises TooSlow; LoopBroken if a pipeline fails unexpectedly.
        """
        self.phase = phase
        seconds *= PATIENCE
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            seen = self.look()
            if seen is not None and until(seen):
                return seen
            time.sleep(PERIOD)
        raise TooSlow(name, seconds)

    def pause(
        self, seconds: float, *, phase: str, broken: Callable[[Observation], str | None]
    ) -> None:
        """Observe for some seconds; raise LoopBroken as soon as `broken` returns a reason."""
        self.phase = phase
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            seen = self.look()
            if seen is not None and (reason := broken(seen)):
                raise LoopBroken(reason)
            time.sleep(PERIOD)


def relative(path: Path) -> str:
    """Return a path relative to the current folder."""
    return os.path.relpath(path)
