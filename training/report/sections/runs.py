"""The experiment trackers' runs in which both models were trained."""

from pathlib import Path

from training.report.markdown import code, table
from training.report.report_inputs import ReportInputs
from training.trackers.runs import Runs


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return a link per tracker, or the command that shows a run; nothing where there is none."""
    here = Runs.read(inputs.folder / "model").links
    file = inputs.of_main("model/runs.json")
    main = {} if file is None else Runs.read(file.parent).links
    trackers = sorted(name for name in {*here, *main} if here.get(name) or main.get(name))
    if not trackers:
        return []
    both = (main, here) if inputs.champion is not None else (here,)
    rows = [[name, *(_shown(links.get(name, "")) for links in both)] for name in trackers]
    head = ["tracker", *(["main"] if inputs.champion is not None else []), "here"]
    return ["## Tracked runs", table(head, rows)]


def _shown(link: str) -> str:
    """Return a link as Markdown.

    >>> _shown("https://mlflow.example/#/run"), _shown("wandb sync var"), _shown("")
    ('[run](https://mlflow.example/#/run)', '`wandb sync var`', 'not tracked')
    """
    if not link:
        return "not tracked"
    return f"[run]({link})" if link.startswith(("https://", "http://")) else code(link)
