"""The service with its counters off differs in nothing but what it counts."""

from pathlib import Path

import numpy as np

from benchmarks.cost.uncounted import UncountedVersions
from tests import bundles


def test_nothing_is_counted(tmp_path: Path) -> None:
    """A batch is forgotten, and what is exported stays at 0."""
    bundle, versions = bundles.make_bundle(tmp_path), UncountedVersions()
    counters = versions.enter(bundle)
    rows = bundles.images(3).astype(np.float32)
    counters.add(rows, np.full((3, 10), 0.1, np.float32), seconds=0.1)
    exported = versions.counters["digits", "1.0.0"]
    exported.settle()
    assert counters.rows.sum == 0
    assert exported.bins.sum() == 0
