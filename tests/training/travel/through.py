"""Take a task from its rows to a report on its first retrain, in the tree that has its files."""

import json
import shutil
import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from perennial import bundle
from tests import bundles
from tests.service import fakes
from training import params
from training.artifacts.splits import BASE, Prepared
from training.contracts.models import checks
from training.feedback import collect
from training.gate import __main__ as gate
from training.report import __main__ as report
from training.stages import evaluate, export, prepare, train, validate
from training.task.files import lock_file
from training.tasks import TASKS

FRESH = 250
INCIDENT = "0123456789ab"
STARTED = "2026-01-01T00:00:00Z"


def stages(name: str) -> Path:
    """Run every stage and return the artifacts."""
    for stage in (validate, prepare, train, evaluate, export):
        stage.main([f"--task={name}"])
    return Path("artifacts", name)


def serve(folder: Path, made: Path, rows: Any) -> None:
    """Serve the bundle, refuse bad rows by name, predict the fresh ones and send their labels."""
    shutil.copytree(made, folder / "bundles" / "one")
    bundles.production(folder / "bundles", folder / "bundles" / "one")
    with fakes.running(fakes.settings(folder)) as service:
        for instance, field in rows.REFUSED:
            answer = service.client.post("/predict", json={"instances": [instance]})
            assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
        sent = rows.fresh(FRESH)
        for instance, predicted in zip(sent, service.predict(*sent), strict=True):
            label = {"prediction_id": predicted["prediction_id"], "label": rows.label(instance)}
            assert service.client.post("/feedback", json=label).status_code == 201


def stored(folder: Path) -> list[Any]:
    """Return the instances in the service's database."""
    with sqlite3.connect(folder / "service.db") as connection:
        found = connection.execute("SELECT input FROM predictions").fetchall()
    connection.close()
    return [json.loads(text) for (text,) in found]


def keep(folder: Path, artifacts: Path) -> Path:
    """Copy the artifacts as main's and return where."""
    shutil.copytree(artifacts, folder / "main")
    return folder / "main"


def main(name: str, folder: Path) -> None:
    """Train, serve, collect, train again, judge and report."""
    rows, task = import_module(f"tests.training.travel.{name}.rows"), TASKS[name]
    lock_file(name).write_text('stages: {prepare: {outs: [{md5: "d1"}]}}\n')
    champion = keep(folder, stages(name))
    first = Prepared.read(champion / "prepared", task.input)
    base = first.train + first.held_out
    assert sorted(base.contents) == sorted(task.input.identities(task.load().table))

    serve(folder, champion / "bundle", rows)
    database = f"--database=sqlite:///{folder / 'service.db'}"
    since = [f"--incident={INCIDENT}", f"--incident-started={STARTED}"]
    collect.main([f"--task={name}", *since, database], track=lambda file: None)

    artifacts = stages(name)
    again = Prepared.read(artifacts / "prepared", task.input)
    everything = again.train + again.held_out
    fresh = everything.where(everything.source == INCIDENT)
    expected = task.input.to_arrow(stored(folder))
    assert set(fresh.contents) == set(task.input.identities(expected)) and len(fresh.labels) > 90
    sent = expected.to_pylist()
    assert all(row in sent for row in fresh.table.to_pylist())
    kept = everything.where(everything.source == BASE)
    assert sorted(kept.identities) == sorted(base.identities)
    assert bundle.load(artifacts / "bundle").manifest.version == "1.1.0"

    against = [f"--task={name}", f"--champion={champion / 'bundle'}"]
    code = gate.main([*against, f"--challenger={artifacts / 'bundle'}"])
    found = json.loads((artifacts / "gate" / "gate.json").read_text())
    assert (code, found["decision"]["verdict"]) == (0, "promote"), found["decision"]
    decided = f"--gate={artifacts / 'gate' / 'gate.json'}"
    out = folder / "report"
    report.main([f"--task={name}", f"--champion={champion}", decided, f"--out={out}"])
    text = (out / "report.md").read_text()
    assert "promote" in text and "most confident mistakes**" in text
    mistakes = text.partition("most confident mistakes**")[2]
    line = next(line for line in mistakes.splitlines() if "`" in line)
    assert all(shown in line for shown in rows.SHOWN), line
    slices = text.partition("## Slices")[2].partition("\n## ")[0]
    assert all(f"| `{name}`" in slices for name in rows.SLICES), slices

    model = params.load(name).train.model
    held = [check() for each, check in checks() if each.startswith(model)]
    print(len(held), "promises kept")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
