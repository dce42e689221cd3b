"""Take the toy task from its rows to the verdicts and reports, in the tree that has its files."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perennial import bundle
from perennial.kinds.known import INPUTS, OUTPUTS
from tests import bundles
from tests.service import fakes
from tests.training.travel.sums import rows
from tests.training.travel.through import FRESH, INCIDENT, STARTED, keep, stages
from training.artifacts.splits import Prepared
from training.contracts.examples import EXAMPLES, Inputs, example
from training.contracts.models import checks
from training.errors import BundleUnusable
from training.feedback import collect
from training.gate import __main__ as gate
from training.registry.versions import Facts
from training.report import __main__ as report
from training.task.files import lock_file, stages_file
from training.tasks import TASKS
from training.tasks import __main__ as tasks

NAME = "sums"
# Sections of a report that every kind of output has.
SECTIONS = "Metrics Training Mistakes Slices Data Cost Lineage".split()


def promises() -> int:
    """Hold the model to every promise, on bits and on what the contracts have."""

    def make(places: Any, random: np.random.Generator) -> Inputs:
        bits = random.integers(0, 2, (len(places), 8))
        bits[:, :3] = np.eye(3)[places]
        return np.asarray(bits, np.float32)

    bits = example("bits", INPUTS["bits"].example(), make, OUTPUTS["amount"].example())
    return len([check() for name, check in checks((*EXAMPLES, bits)) if name.startswith("ridge")])


def serve(folder: Path, made: Path) -> None:
    """Serve the bundle, predict the fresh rows and send their amounts as numbers."""
    shutil.copytree(made, folder / "bundles" / "one")
    bundles.production(folder / "bundles", folder / "bundles" / "one")
    with fakes.running(fakes.settings(folder)) as service:
        sent = rows.fresh(FRESH)
        for instance, predicted in zip(sent, service.predict(*sent), strict=True):
            label = {"prediction_id": predicted["prediction_id"], "label": rows.label(instance)}
            assert service.client.post("/feedback", json=label).status_code == 201


def judged(champion: Path, challenger: Path) -> tuple[int, dict[str, Any]]:
    """Return the gate's exit code and what it wrote about two folders of artifacts."""
    against = [f"--champion={champion / 'bundle'}", f"--challenger={challenger / 'bundle'}"]
    prepared = f"--prepared=artifacts/{NAME}/prepared"
    code = gate.main([f"--task={NAME}", *against, prepared, f"--out={challenger / 'gate'}"])
    found: dict[str, Any] = json.loads((challenger / "gate" / "gate.json").read_text())
    return code, found


def reported(folder: Path, *options: str) -> str:
    """Write the report and return its text."""
    report.main([f"--task={NAME}", *options, f"--out={folder}"])
    text = (folder / "report.md").read_text()
    for title in SECTIONS:
        assert f"\n## {title}" in text, title
    for word in ("accuracy", "McNemar", "confidence", "calibration", "Confusion"):
        assert word not in text, word
    return text


def main(folder: Path) -> None:
    """Train, serve, collect, train again, judge both ways, report."""
    task = TASKS[NAME]
    tasks.main(["generate"])
    assert "- mean_error per epoch:" in stages_file(NAME).read_text()
    lock_file(NAME).write_text('stages: {prepare: {outs: [{md5: "d1"}]}}\n')
    champion = keep(folder, stages(NAME))
    first = bundle.load(champion / "bundle")
    metrics = json.loads((champion / "metrics" / "metrics.json").read_text())["base"]
    assert metrics["mean_error_low"] < metrics["mean_error"] < metrics["mean_error_high"] < 1
    assert first.manifest.metrics["base_mean_error"].value == metrics["mean_error"]
    assert first.reference.loss is not None and first.reference.accuracy is None
    assert "mean error (the unit), 95 % interval" in first.card and "calibrated" not in first.card
    assert "\nScore: mean error: 0." in Facts.of(first, why="The first").message(NAME, "v1.0.0")
    text = reported(folder / "first")
    assert "deploys the first model" in text and "| mean error (the unit) ↓ |" in text

    serve(folder, champion / "bundle")
    database = f"--database=sqlite:///{folder / 'service.db'}"
    since = [f"--incident={INCIDENT}", f"--incident-started={STARTED}"]
    collect.main([f"--task={NAME}", *since, database], track=lambda file: None)
    artifacts = stages(NAME)
    test = Prepared.read(artifacts / "prepared", task.input).test
    fresh = test.where(test.source == INCIDENT)
    assert fresh.labels.dtype == np.float64 and fresh.labels.min() > rows.NEW

    code, found = judged(champion, artifacts)
    assert (code, found["decision"]["verdict"]) == (0, "promote"), found["decision"]
    assert found["fresh"]["difference"]["value"] < -15 and found["fresh"]["challenger"]["value"] < 1
    assert "significant gain on fresh rows" in found["decision"]["reasons"][0]
    decided = f"--gate={artifacts / 'gate' / 'gate.json'}"
    text = reported(folder / "again", f"--champion={champion}", decided)
    assert "by Wilcoxon's signed-rank test and, where the mean is worse, Student's t test" in text
    assert "**yes, better**" in text
    assert "rows with the largest loss**" in text and "main's loss |" in text
    code, found = judged(artifacts, artifacts)
    assert (code, found["decision"]["verdict"]) == (0, "keep"), found["decision"]

    code, found = judged(artifacts, champion)
    reasons = "; ".join(found["decision"]["reasons"])
    assert (code, found["decision"]["verdict"]) == (1, "block"), reasons
    assert "a significant loss on fresh rows" in reasons
    assert "always answering their median reaches" in reasons
    assert "mean error above the limit of 0.5" in reasons
    bundles.make_bundle(folder / "classes" / "bundle", task=NAME)
    message = "its output is of the kind 'classes', expected 'amount'.*make task-new"
    with pytest.raises(BundleUnusable, match=message):
        judged(folder / "classes", artifacts)
    print(promises(), "promises kept")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
