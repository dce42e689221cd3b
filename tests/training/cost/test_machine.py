"""The machine's counters: this process, the processor's energy over its wraps, the right GPU."""

from pathlib import Path
from typing import Any

import pytest

from tests.training.machines import FakeNvml
from training.cost.machine import Machine, Rapl, first_gpu, this_machine
from training.cost.meter import GpuReading

FIRST: dict[str, Any] = {"name": "first", "uuid": "GPU-1", "busy": 50, "memory": 7, "energy": 2500}
SECOND: dict[str, Any] = {"name": "second", "uuid": "GPU-2", "memory": 9}


def package(folder: Path, name: str, count: int) -> Path:
    """Write a processor package whose counter wraps at 100 J, as Linux shows it."""
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "energy_uj").write_text(f"{count}\n")
    (folder / name / "max_energy_range_uj").write_text("100000000\n")
    return folder / name


def test_all_packages_are_added_up_without_their_parts(tmp_path: Path) -> None:
    """Cores and memory controllers are parts of a package and are counted in it."""
    package(tmp_path, "intel-rapl:0", 1_000_000)
    package(tmp_path, "intel-rapl:1", 5_000_000)
    package(tmp_path, "intel-rapl:0:0", 0)
    rapl = Rapl(tmp_path)
    package(tmp_path, "intel-rapl:0", 3_000_000)
    package(tmp_path, "intel-rapl:1", 6_000_000)
    package(tmp_path, "intel-rapl:0:0", 900_000)
    assert rapl.joules() == pytest.approx(3)


def test_a_counter_that_wrapped_goes_on(tmp_path: Path) -> None:
    """From 99 J to 2 J of 100 J are 3 J."""
    package(tmp_path, "intel-rapl:0", 99_000_000)
    rapl = Rapl(tmp_path)
    package(tmp_path, "intel-rapl:0", 2_000_000)
    assert rapl.joules() == pytest.approx(3)


def test_a_machine_without_the_counter_says_so(tmp_path: Path) -> None:
    """No folder, or an empty one: unknown, not 0."""
    assert Rapl(tmp_path / "none").joules() is None and Rapl(tmp_path).joules() is None


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, "first"),
        ({"CUDA_VISIBLE_DEVICES": "1"}, "second"),
        ({"CUDA_VISIBLE_DEVICES": "GPU-2,GPU-1"}, "second"),
    ],
)
def test_the_gpu_that_the_framework_takes_is_read(environment: dict[str, str], name: str) -> None:
    """By default the first; CUDA_VISIBLE_DEVICES names another, by number or by UUID."""
    found = first_gpu(FakeNvml(FIRST, SECOND), environment)
    assert found is not None and found.read().name == name


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_a_machine_without_a_gpu_to_use_has_none(hidden: str) -> None:
    """No driver, no GPU, or one that is hidden from this process."""
    assert first_gpu(FakeNvml(driver=False), {}) is None
    assert first_gpu(FakeNvml(), {}) is None
    assert first_gpu(FakeNvml(FIRST), {"CUDA_VISIBLE_DEVICES": hidden}) is None


def test_a_gpus_figures_get_their_units() -> None:
    """Per cent become shares, millijoules joules; what it does not tell is unknown."""
    first, second = first_gpu(FakeNvml(FIRST), {}), first_gpu(FakeNvml(SECOND), {})
    assert first is not None and first.read() == GpuReading("first", 0.5, 7, 2.5)
    assert second is not None and second.read() == GpuReading("second", None, 9, None)


def test_this_process_is_measured(tmp_path: Path) -> None:
    """Clocks go forward, memory is bytes of a running Python, the GPU's reading is inside."""
    machine = Machine(Rapl(tmp_path), first_gpu(FakeNvml(FIRST), {}))
    before = machine()
    sum(range(100_000))
    after = machine()
    assert after.wall > before.wall and after.cpu > before.cpu
    assert after.memory_peak > 10_000_000 and after.joules is None
    assert after.gpu is not None and after.gpu.name == "first"


def test_the_real_machine_can_be_read() -> None:
    """With or without a GPU and an energy counter."""
    assert this_machine()().cpu > 0
