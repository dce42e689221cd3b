"""Reads the machine that trains: this process, the processor's energy counter, the first GPU."""

import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from training.cost.meter import GpuReading, Reading

RAPL = Path("/sys/class/powercap")


class Rapl:
    """Total joules of all processor packages, corrected for counters that wrap.

    folder: where Linux exposes the counters; on most machines only root may read them.
    Source: the Linux kernel's power capping framework, Documentation/power/powercap.
    """

    def __init__(self, folder: Path = RAPL) -> None:
        found = sorted(folder.glob("intel-rapl:*")) if folder.is_dir() else []
        packages = [package for package in found if package.name.count(":") == 1]  # no subzones
        self._packages = [p for p in packages if os.access(p / "energy_uj", os.R_OK)]
        self._last = [self._count(package) for package in self._packages]
        self._joules = 0.0

    def joules(self) -> float | None:
        """Return the joules used since this object was made; None if no counter can be read.

        Call it at least every few minutes: two wraps between calls would count as one.
        """
        if not self._packages:
            return None
        for i, package in enumerate(self._packages):
            count = self._count(package)
            step = count - self._last[i]
            if step < 0:
                step += int((package / "max_energy_range_uj").read_text())
            self._joules += step / 1e6
            self._last[i] = count
        return self._joules

    def _count(self, package: Path) -> int:
        return int((package / "energy_uj").read_text())


class NvidiaGpu:
    """One GPU through NVIDIA's management library.

    nvml: the module pynvml, initialised.  handle: of the device.
    """

    def __init__(self, nvml: Any, handle: Any) -> None:
        self._nvml = nvml
        self._handle = handle
        self._name = str(nvml.nvmlDeviceGetName(handle))

    def read(self) -> GpuReading:
        """Return a reading of the GPU."""
        nvml, handle = self._nvml, self._handle
        energy = self._value(
            lambda: nvml.nvmlDeviceGetTotalEnergyConsumption(handle)
        )  # millijoules
        busy = self._value(lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu)  # per cent
        return GpuReading(
            name=self._name,
            busy=None if busy is None else busy / 100,
            memory=int(nvml.nvmlDeviceGetMemoryInfo(handle).used),
            joules=None if energy is None else energy / 1000,
        )

    def _value(self, ask: Callable[[], int]) -> int | None:
        """Return a value; None if the GPU has none, as for energy before Volta or in MIG mode."""
        try:
            return ask()
        except (self._nvml.NVMLError_NotSupported, self._nvml.NVMLError_NoPermission):
            return None


def first_gpu(nvml: Any, environment: Mapping[str, str]) -> NvidiaGpu | None:
    """Return the GPU that a framework uses by default; None if there is none.

    nvml: the module pynvml.  environment: CUDA_VISIBLE_DEVICES names GPUs by number or UUID.
    """
    try:
        nvml.nvmlInit()
    except (nvml.NVMLError_LibraryNotFound, nvml.NVMLError_DriverNotLoaded):
        return None
    chosen = environment.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    if not nvml.nvmlDeviceGetCount() or chosen in ("", "-1", "NoDevFiles"):
        return None
    if chosen.isdecimal():
        return NvidiaGpu(nvml, nvml.nvmlDeviceGetHandleByIndex(int(chosen)))
    return NvidiaGpu(nvml, nvml.nvmlDeviceGetHandleByUUID(chosen))


class Machine:
    """This process on this machine; calling it gives a reading."""

    def __init__(self, rapl: Rapl, gpu: NvidiaGpu | None) -> None:
        self._rapl = rapl
        self._gpu = gpu

    def __call__(self) -> Reading:
        """Read everything once."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return Reading(
            wall=time.monotonic(),
            cpu=time.process_time(),
            memory_peak=peak if sys.platform == "darwin" else peak * 1024,  # Linux counts KiB
            joules=self._rapl.joules(),
            gpu=None if self._gpu is None else self._gpu.read(),
        )


def this_machine() -> Machine:
    """Return the machine that this process runs on."""
    import pynvml

    return Machine(Rapl(), first_gpu(pynvml, os.environ))
