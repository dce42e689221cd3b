"""Numpy's products in the service use one thread, unless somebody chooses otherwise."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import service.__main__
import json, threadpoolctl
pools = threadpoolctl.threadpool_info()
print(json.dumps([pool["num_threads"] for pool in pools if pool["user_api"] == "blas"]))
"""


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has one thread in any case")
@pytest.mark.parametrize(("chosen", "threads"), [(None, 1), ("2", 2)])
def test_products_take_one_thread_by_default(chosen: str | None, threads: int) -> None:
    """More would burn processor time; OPENBLAS_NUM_THREADS is heard where it is set."""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    if chosen is not None:
        environment["OPENBLAS_NUM_THREADS"] = chosen
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    assert found and set(found) == {threads}
