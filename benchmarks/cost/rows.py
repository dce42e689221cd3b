"""Claim: counting a million rows costs a small part of what Evidently and NannyML need.

All get the same rows, already loaded in memory, each in its own process: a bundle's signals of
digits, drawn with a little noise. The peers run with their defaults.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.cost.columns import Columns, Floats, column_names
from benchmarks.cost.contender import CONTENDERS, OURS
from perennial import signals
from perennial.bundle import Bundle
from perennial.bundle.predictor import Predictor

PEERS = Path(f"{os.environ.get('VENV', '.venv')}-peers/bin/python")
MISSING = f"{PEERS} is missing: run requirements/install.sh python peers"
NOISE = 0.01  # Standard deviations of the noise, which prevents repeated values.


@dataclass(frozen=True)
class Spent:
    """The cost of one contender: time to load and to work, and memory beyond that of the rows."""

    load_s: float
    s: float
    loaded_mib: float
    peak_mib: float


def write(folder: Path, bundle: Bundle, *, rows: int, seed: int = 0) -> None:
    """Write the signals of the digits, the reference, and `rows` rows drawn from them."""
    images = _images()
    found = signals.outputs(Predictor(bundle, threads=1).predict(images))
    columns = {**bundle.extraction.extract(images), **found}
    values = np.column_stack([columns[name] for name in column_names(bundle.reference)])
    values = values.astype(np.float64)
    Columns(folder).write(bundle.reference, values, _draw(values, rows, seed))


def measure(folder: Path, *, rounds: int) -> dict[str, Spent]:
    """Return the cost of each contender with the rows in `folder`, as medians over rounds."""
    found: dict[str, list[Spent]] = {name: [] for name in CONTENDERS}
    for number in range(rounds):
        for name, each in found.items():
            each.append(_run(name, folder))
            text = f"{name} took {each[-1].s:.1f} s and {each[-1].peak_mib:,.0f} MiB"
            print(f"round {number + 1}/{rounds}: {text}", file=sys.stderr)
    return {name: _middle(each) for name, each in found.items()}


def _run(name: str, folder: Path) -> Spent:
    python = sys.executable if name == OURS else str(PEERS)
    command = [python, "-m", "benchmarks.cost.contender", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stderr}")
    return Spent(**json.loads(done.stdout.splitlines()[-1]))


def _middle(rounds: list[Spent]) -> Spent:
    return Spent(
        load_s=median(each.load_s for each in rounds),
        s=median(each.s for each in rounds),
        loaded_mib=median(each.loaded_mib for each in rounds),
        peak_mib=median(each.peak_mib for each in rounds),
    )


def _draw(values: Floats, rows: int, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    drawn: Floats = values[random.integers(0, len(values), size=rows)]
    numeric = values[:, :-1]
    drawn[:, :-1] += random.normal(0, NOISE, size=drawn[:, :-1].shape) * numeric.std(axis=0)
    return drawn


def _images() -> NDArray[np.float32]:
    from sklearn.datasets import load_digits

    return np.asarray(load_digits().images, dtype=np.float32)
