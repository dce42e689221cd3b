"""Measures a training run's cost: wall time, CPU time, memory and an energy estimate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from threading import Event, Thread
from typing import Any

EVERY = 0.5  # seconds between two readings


@dataclass(frozen=True)
class GpuReading:
    """One reading of a GPU.

    busy: share of the last sampling period in which it ran anything, 0 to 1; None if unknown.
    memory: bytes in use by all processes.  joules: a counter that only grows; None if absent.
    """

    name: str
    busy: float | None
    memory: int
    joules: float | None


@dataclass(frozen=True)
class Reading:
    """One reading of the machine; `wall`, `cpu` and `joules` are counters that only grow.

    wall, cpu: seconds; cpu is of this process with all its threads.
    memory_peak: bytes, the most that this process ever held.
    joules: of the processor's own counter (RAPL); None if it cannot be read.
    """

    wall: float
    cpu: float
    memory_peak: int
    joules: float | None = None
    gpu: GpuReading | None = None


@dataclass(frozen=True)
class GpuCost:
    """The GPU's part of the cost; a figure is None if the GPU does not report it."""

    name: str
    seconds_busy: float | None
    memory_peak_bytes: int
    energy_joules: float | None


@dataclass(frozen=True)
class Cost:
    """The block `cost` of training.json. energy_basis: how the energy was estimated, as text.

    device: `cpu` or `gpu`.  precision: of the arithmetic in training, such as `float32`.
    """

    wall_seconds: float
    cpu_seconds: float
    memory_peak_bytes: int
    gpu: GpuCost | None
    energy_joules_estimate: float
    energy_basis: str
    device: str
    precision: str

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return asdict(self)


class Meter:
    """Adds up readings; a GPU's busy share applies to the time since the reading before."""

    def __init__(self, first: Reading) -> None:
        self._first = self._last = first
        self._busy: float | None = 0.0
        self._memory = first.gpu.memory if first.gpu else 0

    def add(self, reading: Reading) -> None:
        """Add the next reading."""
        if reading.gpu is not None:
            step, busy = reading.wall - self._last.wall, reading.gpu.busy
            self._busy = None if self._busy is None or busy is None else self._busy + busy * step
            self._memory = max(self._memory, reading.gpu.memory)
        self._last = reading

    def cost(self, *, device: str, precision: str, watts_per_core: float) -> Cost:
        """Return the cost between the first and the last reading.

        device: what the model was trained on; an idle GPU is not counted.
        watts_per_core: of a busy core, usually 4 (server) to 15 (desktop).
        The processor's energy is read from its counter, which includes everything else that ran
        on the machine; without a counter it is CPU seconds times watts. Memory, cooling and the
        power supply are not included.
        Source: Lannelongue, Grealey and Inouye, Green Algorithms, Advanced Science 8, 2021.
        """
        cpu = self._last.cpu - self._first.cpu
        joules, basis = cpu * watts_per_core, f"CPU seconds at {watts_per_core:g} W per core"
        if self._first.joules is not None and self._last.joules is not None:
            joules = self._last.joules - self._first.joules
            basis = "RAPL counter of the whole processor"
        gpu = self._gpu() if device == "gpu" else None
        if gpu is not None:
            counted = gpu.energy_joules is not None
            basis += " + NVML counter of the GPU" if counted else "; the GPU has no energy counter"
            joules += gpu.energy_joules or 0.0
        return Cost(
            wall_seconds=round(self._last.wall - self._first.wall, 3),
            cpu_seconds=round(cpu, 3),
            memory_peak_bytes=self._last.memory_peak,
            gpu=gpu,
            energy_joules_estimate=round(joules, 1),
            energy_basis=basis,
            device=device,
            precision=precision,
        )

    def _gpu(self) -> GpuCost | None:
        first, last = self._first.gpu, self._last.gpu
        if first is None or last is None:
            return None
        energy = None
        if first.joules is not None and last.joules is not None:
            energy = round(last.joules - first.joules, 1)
        busy = None if self._busy is None else round(self._busy, 3)
        return GpuCost(last.name, busy, self._memory, energy)


@contextmanager
def metered(read: Callable[[], Reading], *, every: float = EVERY) -> Iterator[Meter]:
    """Read the machine from a thread while the block runs; the last reading is taken at its end.

    every: seconds between readings, far less than the minutes in which RAPL's counter wraps.
    """
    meter, done = Meter(read()), Event()

    def watch() -> None:
        while not done.wait(every):
            meter.add(read())

    thread = Thread(target=watch, name="cost", daemon=True)
    thread.start()
    try:
        yield meter
    finally:
        done.set()
        thread.join()
        meter.add(read())
