"""Section 8: every figure beside main's with its ratio, or not recorded, never invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.training.report.made import Artifacts
from training.report.sections.cost import cost_figures, section

COST: dict[str, Any] = {
    "wall_seconds": 12.34,
    "cpu_seconds": 20.0,
    "memory_peak_bytes": 900_000_000,
    "gpu": None,
    "energy_joules_estimate": 200.0,
    "energy_basis": "CPU seconds at 10 W per core",
    "device": "cpu",
    "precision": "float32",
}
GPU = {
    "name": "H200",
    "seconds_busy": 5.0,
    "memory_peak_bytes": 2_000_000_000,
    "energy_joules": 900.0,
}


def record(folder: Path, seconds: float, cost: dict[str, Any] | None) -> None:
    """Write training.json with a cost, or as versions before it did."""
    facts = {"model": "cnn", "framework": "numpy", "framework_version": "2", "seconds": seconds}
    (folder / "model").mkdir(exist_ok=True)
    document = facts if cost is None else {**facts, "cost": cost}
    (folder / "model" / "training.json").write_text(json.dumps(document))


@pytest.fixture
def made(tmp_path: Path) -> Artifacts:
    """Return artifacts whose training took twice as long as main's."""
    artifacts = Artifacts(tmp_path, fresh=False)
    record(artifacts.folder, 12.34, COST)
    record(artifacts.champion, 6.17, {**COST, "wall_seconds": 6.17})
    return artifacts


def lines(artifacts: Artifacts, *, main: bool = True) -> dict[str, list[str]]:
    """Return the table's cells by name."""
    text = "\n".join(section(artifacts.inputs(main=main), artifacts.out))
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {name: cells for name, *cells in rows}


def test_each_figure_stands_beside_mains(made: Artifacts) -> None:
    """Value, value, ratio; sizes and latencies are measured for both."""
    found = lines(made)
    assert found["training, wall time"] == ["6.17 s", "12.3 s", "×2.00"]
    assert found["training, peak memory"] == ["900 MB", "900 MB", "×1.00"]
    assert found["training, energy estimate"] == ["200 J", "200 J", "×1.00"]
    assert found["bundle size"][0].endswith(" kB") and found["bundle size"][2].startswith("×")
    for name in ("1 row, p50", "1 row, p99", "64 rows, p50", "64 rows, p99"):
        assert len(found[f"answer to {name}"]) == 3


def test_a_gpu_is_told_where_one_was_used(made: Artifacts) -> None:
    """Main trained on the CPU has no GPU figures; without any GPU the lines are not there."""
    assert "GPU busy" not in lines(made)
    record(made.folder, 12.34, {**COST, "gpu": GPU, "device": "gpu", "precision": "mixed_float16"})
    found = lines(made)
    assert found["GPU busy"][:2] == ["not recorded", "5 s"]
    assert found["GPU, peak memory"][:2] == ["not recorded", "2 GB"]
    text = "\n".join(section(made.inputs(), made.out))
    assert "Here: `cnn` by numpy 2, on `H200` in mixed_float16; energy from" in text


@pytest.mark.parametrize(("rows", "words"), [(300, "the latest 300 of 1,400"), (1400, "all 1,400")])
def test_a_retrain_says_how_far_back_it_learned_from(
    rows: int, words: str, made: Artifacts
) -> None:
    """Where it chose among windows; a model of before had no choice, and says nothing."""
    file = made.folder / "model" / "training.json"
    chosen = {"rows": rows, "windows": {"1400": 0.5, "300": 0.4}}
    file.write_text(json.dumps({**json.loads(file.read_text()), **chosen}))
    text = "\n".join(section(made.inputs(), made.out))
    assert (
        text.count(f"; of 2 windows it learned from {words} training rows, which lost least.") == 1
    )


def test_what_main_did_not_record_is_not_invented(made: Artifacts) -> None:
    """A training of before has its seconds; the rest is said not to be recorded, without ratio."""
    record(made.champion, 6.17, None)
    found = lines(made)
    assert found["training, wall time"][0] == "6.17 s"
    assert found["training, CPU time"] == ["not recorded", "20 s"]
    (made.champion / "model" / "training.json").unlink()
    assert lines(made)["training, wall time"] == ["not recorded", "12.3 s"]


def test_the_estimate_says_its_assumptions(made: Artifacts) -> None:
    """What was counted, at how many watts, and what is left out."""
    text = "\n".join(section(made.inputs(), made.out))
    assert "energy from CPU seconds at 10 W per core, excluding memory, cooling and power" in text
    assert "without HTTP: medians of 9 rounds of 120 calls each" in text


def test_a_first_model_stands_alone(made: Artifacts) -> None:
    """One column, and no word of main."""
    found = lines(made, main=False)
    assert found["training, wall time"] == ["12.3 s"]
    text = "\n".join(section(made.inputs(main=False), made.out))
    assert "Main" not in text and "main" not in text


def test_latencies_are_measured_once(made: Artifacts) -> None:
    """Report, metrics report and summary all show the same figures."""
    inputs = made.inputs()
    assert cost_figures(inputs)[-4:] == cost_figures(inputs)[-4:]
