"""What a training run cost: wall time, processor time, memory, and an estimate of its energy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from threading import Event, Thread
from typing import Any

EVERY = 0.5  # seconds between two looks at the machine


@dataclass(frozen=True)
class GpuReading:
    """One look at a GPU.

    busy: share of the last moment in which it ran anything, 0 to 1; None where it does not say.
    memory: bytes in use by all.  joules: a counter that only grows; None where it counts none.
    """

    name: str
    busy: float | None
    memory: int
    joules: float | None


@dataclass(frozen=True)
class Reading:
    """One look at the machine; all but `memory_peak` and the GPU's are counters that only grow.

    wall, cpu: seconds; cpu is of this process with all its threads.
    memory_peak: bytes, the most that this process ever held.
    joules: of the processor's own counter (RAPL); None where it cannot be read.
    """

    wall: float
    cpu: float
    memory_peak: int
    joules: float | None = None
    gpu: GpuReading | None = None


@dataclass(frozen=True)
class GpuCost:
    """What the GPU did; None where it does not say."""

    name: str
    seconds_busy: float | None
    memory_peak_bytes: int
    energy_joules: float | None


@dataclass(frozen=True)
class Cost:
    """The block `cost` of training.json. energy_basis: how the estimate was made, for the reader.

    device: `cpu` or `gpu`.  precision: of the sums in training, such as `float32`.
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
        """Return it as JSON has it."""
        return asdict(self)


class Meter:
    """Adds readings up; a GPU's busy share holds from the reading before to its own."""

    def __init__(self, first: Reading) -> None:
        self._first = self._last = first
        self._busy: float | None = 0.0
        self._memory = first.gpu.memory if first.gpu else 0

    def add(self, reading: Reading) -> None:
        """Take the next reading."""
        if reading.gpu is not None:
            step, busy = reading.wall - self._last.wall, reading.gpu.busy
            self._busy = None if self._busy is None or busy is None else self._busy + busy * step
            self._memory = max(self._memory, reading.gpu.memory)
        self._last = reading

    def cost(self, *, device: str, precision: str, watts_per_core: float) -> Cost:
        """Return what lies between the first and the last reading.

        device: what the model was trained on; a GPU that stood idle beside it is left out.
        watts_per_core: of a busy core, usually 4 (server) to 15 (desktop).
        The processor's energy is what its own counter says, of everything that ran on the machine
        meanwhile, or else its busy seconds times the watts; memory, cooling and the power supply
        are left out.
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
            basis += " + NVML counter of the GPU" if counted else "; the GPU counts no energy"
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

    every: seconds; RAPL's counter wraps after some minutes, so that minutes are too few looks.
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
