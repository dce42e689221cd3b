"""Play the loop for a task of the tests in one process: all but GitLab's pipelines is real.

The service answers over HTTP and stores; the alerts' rules are computed as in the backtest, in
which a row comes every 15 s.
"""

import json
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from backtest.watching import Rows, Watch
from monitoring.thresholds import Thresholds
from perennial import bundle
from perennial.bundle.predictor import Predictor
from tests import bundles
from tests.service import fakes
from tests.training.travel.through import FRESH, INCIDENT, STARTED, keep, serve, stages
from training.feedback import collect
from training.gate import __main__ as gate
from training.task.files import lock_file

PACE = 15  # seconds


def alerts(made: Path, sent: list[Any], labels: list[str]) -> dict[str, list[int]]:
    """Return the rows after which each alert's condition holds; a label comes with its row."""
    loaded = bundle.load(made)
    given = loaded.manifest.input
    inputs = given.from_arrow(given.to_arrow(sent))
    at = np.arange(len(sent))
    rows = Rows(
        rows=inputs,
        values=Predictor(loaded).predict(inputs).astype(np.float64),
        truths=loaded.manifest.output.truths(labels),
        arrived=at,
        labelled=at,
        steps=len(sent),
    )
    fired = Watch(loaded, rows, thresholds=Thresholds(), pace=PACE, past={}).fired()
    return {name: np.flatnonzero(each).tolist() for name, each in fired.items() if each.any()}


def lost(folder: Path, made: Path, sent: list[Any], truths: list[Any]) -> float:
    """Deploy a bundle as the only one, ask its service, and return the mean loss of its answers."""
    place = folder / "bundles" / made.parent.name
    shutil.copytree(made, place)
    bundles.production(folder / "bundles", place)
    with fakes.running(fakes.settings(folder)) as service:
        answers = service.predict(*sent)
    losses = [
        abs(answer["value"] - truth) if "value" in answer else float(answer["label"] != truth)
        for answer, truth in zip(answers, truths, strict=True)
    ]
    return float(np.mean(losses))


def main(name: str, folder: Path) -> None:
    """Train, serve, see the shift, collect its labels, train again, judge, deploy, be better."""
    rows = import_module(f"tests.training.travel.{name}.rows")
    lock_file(name).write_text('stages: {prepare: {outs: [{md5: "d1"}]}}\n')
    champion = keep(folder, stages(name)) / "bundle"

    usual, fresh = rows.instances(FRESH, seed=9), rows.fresh(FRESH)
    sent = usual + fresh
    fired = alerts(champion, sent, [str(rows.label(one)) for one in sent])
    assert fired and min(first for first, *_ in fired.values()) >= FRESH, fired

    serve(folder, champion, rows)
    database = f"--database=sqlite:///{folder / 'service.db'}"
    since = [f"--incident={INCIDENT}", f"--incident-started={STARTED}"]
    collect.main([f"--task={name}", *since, database], track=lambda file: None)
    challenger = stages(name) / "bundle"
    against = [f"--champion={champion}", f"--challenger={challenger}"]
    code = gate.main([f"--task={name}", *against])
    found = json.loads(Path("artifacts", name, "gate", "gate.json").read_text())
    assert (code, found["decision"]["verdict"]) == (0, "promote"), found["decision"]

    unseen = [one for one in rows.instances(FRESH, seed=6, **rows.SHIFT) if one not in fresh]
    truths = [rows.label(one) for one in unseen]
    before, after = (lost(folder, made, unseen, truths) for made in (champion, challenger))
    assert after < before / 2, (before, after)
    print(f"{name}: {sorted(fired)} fired, mean loss {before:.3f}, then {after:.3f}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
