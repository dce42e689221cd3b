"""A machine made by hand: what training costs, as a test wants it."""

from types import SimpleNamespace
from typing import Any

from training.cost.meter import GpuReading, Reading


def reading(
    at: float,
    *,
    cpu: float = 0.0,
    memory: int = 1,
    joules: float | None = None,
    gpu: GpuReading | None = None,
) -> Reading:
    """Return one look at a machine."""
    return Reading(wall=at, cpu=cpu, memory_peak=memory, joules=joules, gpu=gpu)


class FakeMachine:
    """Each look comes a second and two CPU seconds after the one before."""

    def __init__(self, gpu: GpuReading | None = None) -> None:
        self.looks = 0
        self._gpu = gpu

    def __call__(self) -> Reading:
        """Look once more."""
        self.looks += 1
        return reading(self.looks, cpu=2 * self.looks, memory=1000, gpu=self._gpu)


class FakeNvml:
    """Stands in for pynvml: GPUs by number, each a dict; what it lacks, the GPU does not tell."""

    class NVMLError_NotSupported(Exception):
        """The GPU has no such figure."""

    class NVMLError_NoPermission(Exception):
        """Root alone may ask."""

    class NVMLError_LibraryNotFound(Exception):
        """There is no driver here."""

    class NVMLError_DriverNotLoaded(Exception):
        """There is one, and it sleeps."""

    def __init__(self, *gpus: dict[str, Any], driver: bool = True) -> None:
        self._gpus = gpus
        self._driver = driver

    def nvmlInit(self) -> None:
        """Start, where there is a driver."""
        if not self._driver:
            raise self.NVMLError_LibraryNotFound

    def nvmlDeviceGetCount(self) -> int:
        """Return how many GPUs there are."""
        return len(self._gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> dict[str, Any]:
        """Return a GPU by its number."""
        return self._gpus[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> dict[str, Any]:
        """Return a GPU by its name in the world."""
        return next(gpu for gpu in self._gpus if gpu["uuid"] == uuid)

    def nvmlDeviceGetName(self, handle: dict[str, Any]) -> str:
        """Return what it is called."""
        return str(handle["name"])

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: dict[str, Any]) -> int:
        """Return millijoules since its driver was loaded."""
        return self._figure(handle, "energy")

    def nvmlDeviceGetUtilizationRates(self, handle: dict[str, Any]) -> SimpleNamespace:
        """Return per cent of the last moment."""
        return SimpleNamespace(gpu=self._figure(handle, "busy"))

    def nvmlDeviceGetMemoryInfo(self, handle: dict[str, Any]) -> SimpleNamespace:
        """Return bytes."""
        return SimpleNamespace(used=handle["memory"])

    def _figure(self, handle: dict[str, Any], name: str) -> int:
        if name not in handle:
            raise self.NVMLError_NotSupported
        return int(handle[name])
