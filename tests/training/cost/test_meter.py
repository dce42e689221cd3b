"""What training cost: sums over readings, and an energy estimate that says how it was made."""

import time

import pytest

from tests.training.machines import FakeMachine, reading
from training.cost.meter import Cost, GpuCost, GpuReading, Meter, metered


def gpu(busy: float | None = 0.5, memory: int = 10, joules: float | None = 0.0) -> GpuReading:
    """Return one look at a GPU."""
    return GpuReading("GPU", busy, memory, joules)


def cost_of(meter: Meter, device: str = "cpu") -> Cost:
    """Return the cost at 10 W per core."""
    return meter.cost(device=device, precision="float32", watts_per_core=10)


def test_a_run_costs_what_lies_between_its_first_and_last_reading() -> None:
    """Counters start anywhere; memory is the process' own peak."""
    meter = Meter(reading(100, cpu=7, memory=50))
    meter.add(reading(101, cpu=8, memory=60))
    meter.add(reading(104, cpu=15, memory=80))
    found = cost_of(meter)
    assert (found.wall_seconds, found.cpu_seconds, found.memory_peak_bytes) == (4, 8, 80)
    assert found.gpu is None and found.device == "cpu" and found.precision == "float32"


def test_without_a_counter_busy_cores_are_priced() -> None:
    """Eight CPU seconds at 10 W are 80 J, and the basis says so."""
    meter = Meter(reading(0))
    meter.add(reading(4, cpu=8))
    assert cost_of(meter).energy_joules_estimate == 80
    assert cost_of(meter).energy_basis == "CPU seconds at 10 W per core"


def test_the_processors_own_counter_goes_before_the_estimate() -> None:
    """Where RAPL can be read, the watts per core are not used."""
    meter = Meter(reading(0, joules=1000))
    meter.add(reading(4, cpu=8, joules=1234))
    found = cost_of(meter)
    assert found.energy_joules_estimate == 234
    assert found.energy_basis == "RAPL counter of the whole processor"


def test_a_gpus_busy_share_is_summed_over_time() -> None:
    """Half of two seconds, all of one; the most memory; the difference of its energy counter."""
    meter = Meter(reading(0, gpu=gpu(busy=0.9, memory=5, joules=100)))
    meter.add(reading(2, gpu=gpu(busy=0.5, memory=70, joules=300)))
    meter.add(reading(3, cpu=1, gpu=gpu(busy=1, memory=30, joules=450)))
    found = cost_of(meter, "gpu")
    assert found.gpu == GpuCost("GPU", 2.0, 70, 350)
    assert found.energy_joules_estimate == 360
    assert found.energy_basis == "CPU seconds at 10 W per core + NVML counter of the GPU"


def test_a_gpu_that_the_model_did_not_use_is_left_out() -> None:
    """A model trained on the CPU pays nothing for the GPU beside it."""
    meter = Meter(reading(0, gpu=gpu(joules=0)))
    meter.add(reading(1, cpu=1, gpu=gpu(joules=500)))
    assert cost_of(meter).gpu is None and cost_of(meter).energy_joules_estimate == 10


def test_what_a_gpu_does_not_tell_is_unknown() -> None:
    """No energy and no busy time are null, not 0, and the basis names the gap."""
    meter = Meter(reading(0, gpu=gpu(busy=None, joules=None)))
    meter.add(reading(1, cpu=1, gpu=gpu(busy=None, joules=None)))
    found = cost_of(meter, "gpu")
    assert found.gpu == GpuCost("GPU", None, 10, None)
    assert found.energy_basis.endswith("; the GPU has no energy counter")


def test_the_document_has_the_agreed_fields() -> None:
    """As the report and training.json know them."""
    meter = Meter(reading(0, gpu=gpu()))
    meter.add(reading(1, gpu=gpu()))
    document = cost_of(meter, "gpu").document()
    fields = "wall_seconds cpu_seconds memory_peak_bytes gpu energy_joules_estimate energy_basis"
    assert list(document) == [*fields.split(), "device", "precision"]
    fields = "name seconds_busy memory_peak_bytes energy_joules"
    assert list(document["gpu"]) == fields.split()


def test_the_machine_is_read_while_training_runs() -> None:
    """A thread looks in between, and the last look comes at the end, also after a failure."""
    machine = FakeMachine()
    with pytest.raises(RuntimeError), metered(machine, every=0.001) as meter:
        while machine.looks < 4:
            time.sleep(0.001)
        raise RuntimeError
    looks = machine.looks
    assert cost_of(meter).wall_seconds == looks - 1 >= 4
    time.sleep(0.01)
    assert machine.looks == looks
