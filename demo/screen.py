"""The live terminal view: phase, throughput, score, drift, alerts, pipeline jobs."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from demo.watch import Observation, Pipeline
from perennial.plural import plural

STATUS_STYLES = {
    "success": "green",
    "failed": "red",
    "running": "yellow",
    "skipped": "dim",
    "created": "dim",
    "pending": "dim",
}


@dataclass(frozen=True)
class View:
    """Everything that the screen shows at one time; metric: what the score is, such as accuracy."""

    phase: str
    elapsed: float
    rate: float
    metric: str
    score: float | None
    sent: int
    failed: int
    observation: Observation | None


class Screen:
    """A live panel on a terminal; elsewhere a line per event and a line every ten seconds."""

    def __init__(self, console: Console, *, clock: Callable[[], float]) -> None:
        self._console = console
        self._clock = clock
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._last_line = clock()

    def __enter__(self) -> "Screen":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, text: str, *, style: str = "") -> None:
        """Print a line that stays on the screen."""
        self._console.print(Text(text, style=style))

    def show(self, view: View) -> None:
        """Show the state; without a terminal, print a line every ten seconds."""
        if self._console.is_terminal:
            self._live.update(render(view))
        elif self._clock() - self._last_line >= 10:
            self._last_line = self._clock()
            self.say("         " + summary(view), style="dim")


def summary(view: View) -> str:
    """Return the state in one line."""
    parts = [view.phase, f"{view.rate:.0f} predictions/s", f"{view.metric} {_number(view.score)}"]
    if view.observation is not None:
        parts.append(f"PSI {_number(view.observation.psi)}")
        parts.append("alerts: " + (", ".join(view.observation.firing) or "none"))
        parts += [
            f"{job.name} running"
            for pipeline in view.observation.pipelines
            for job in pipeline.jobs
            if job.status == "running"
        ]
    return " · ".join(parts)


def render(view: View) -> RenderableType:
    """Return the panel for a terminal."""
    table = Table.grid(padding=(0, 3))
    table.add_row(
        "throughput", f"{view.rate:.0f} predictions/s, {view.sent} sent, {view.failed} failed"
    )
    seen = view.observation
    version = seen.version if seen and seen.version else "none yet"
    table.add_row("serving", f"version {version}")
    table.add_row(view.metric, f"{_number(view.score)} in the last 5 s")
    if seen is not None:
        drifted = f"{plural(seen.drifted, 'signal')} drifted"
        drift = f"PSI {_number(seen.psi)} for the most drifted signal, {drifted}"
        table.add_row("drift", drift)
        style = "bold red" if seen.firing else "green"
        table.add_row("alerts", Text(", ".join(seen.firing) or "none", style=style))
        for pipeline in seen.pipelines:
            table.add_row(f"pipeline {pipeline.id}", _jobs(pipeline))
        for request in seen.merge_requests:
            table.add_row(f"merge request !{request.iid}", f"{request.title} ({request.state})")
    minutes, seconds = divmod(int(view.elapsed), 60)
    title = f"[bold]{view.phase}[/bold]  {minutes}:{seconds:02d}"
    return Panel(Group(table), title=title, title_align="left")


def _jobs(pipeline: Pipeline) -> Text:
    text = Text(f"{pipeline.source}: ")
    for job in pipeline.jobs:
        text.append(f"{job.name} ", style=STATUS_STYLES.get(job.status, ""))
    return text


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
