"""
SIMULATED: a stand-in for the module `pynvml` (nvidia-ml-py 13.615.71), with GPUs in arithmetic.

The functions, constants, structures and error classes are those of the real module, as far as
`benchharness.timing` uses them: everything that is not defined here is taken from the installed
one. The boards behave as NVIDIA's documents say; none of it was seen on a real GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pynvml

from benchharness.timing.gpu_sensors import Device
from benchharness.timing.nvml import Nvml

__all__ = [
    "Clock",
    "GpuLoad",
    "SimulatedGpu",
    "SimulatedNvml",
    "a100",
    "devices_of",
    "geforce",
    "mig_a100",
    "uuid",
    "vgpu",
]


@dataclass
class Clock:
    """Time that passes only when somebody sleeps or works."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class SimulatedGpu:
    """One board: what it is, how much it draws, and which questions it does not support."""

    name: str
    uuid: str
    clock: Clock
    memory_bytes: int = 40 * 2**30
    limit_mw: int = 400_000
    capability: tuple[int, int] = (8, 0)
    unsupported: frozenset[str] = frozenset()
    fields: dict[int, tuple[int, int]] = field(default_factory=dict)  # id: (scope, type)
    tick_s: float = 0.1
    idle_w: float = 50.0
    power_w: float = 50.0
    sensor_gain: float = 1.0
    temperature_c: float = 40.0
    reasons: int = 0
    held_down_ns: dict[int, int] = field(default_factory=dict)
    lost_at: float = float("inf")
    stuck_at: float = float("inf")
    reset_at: float = float("inf")
    mig: bool = False
    instances: list[SimulatedGpu] = field(default_factory=list)
    parent: SimulatedGpu | None = None
    sm_mhz: int = 1410
    _joules: float = 2000.0
    _shown: float = 2000.0
    _drawn_to: float = 0.0

    def draw(self, watts: float) -> None:
        """From now on the board draws so much."""
        self._account()
        self.power_w = watts

    def energy_mj(self) -> int:
        """The counter, which moves in ticks."""
        self._account()
        reset_j = 1900.0 if self.clock.now >= self.reset_at else 0.0
        return int(1000 * max(0.0, self._shown - reset_j))

    def _account(self) -> None:
        """What has been drawn until now, of which the counter shows what was drawn by its tick."""
        now = self.clock.now
        edge = int(now / self.tick_s + 1e-9) * self.tick_s
        if self._drawn_to < edge < self.stuck_at:
            self._shown = self._joules + self.power_w * (edge - self._drawn_to)
        self._joules += self.power_w * (now - self._drawn_to)
        self._drawn_to = now


def devices_of(*gpus: SimulatedGpu) -> list[Device]:
    """The devices of a machine with these boards, for as long as the test lasts."""
    library = SimulatedNvml(list(gpus))
    library.nvmlInit()
    return Nvml(library).devices()


class SimulatedNvml:
    """The module: `pynvml` with these boards in the machine; closed, it answers nothing."""

    def __init__(self, gpus: list[SimulatedGpu] = (), *, fails: str = "") -> None:
        self.gpus, self.fails = list(gpus), fails
        self.open = 0

    def __getattr__(self, name: str) -> object:
        if name.startswith("nvml") and callable(getattr(pynvml, name, None)):
            raise AssertionError(f"the simulation lacks {name}")
        return getattr(pynvml, name)

    # -- the library -----------------------------------------------------------------------

    def nvmlInit(self) -> None:
        if self.fails:
            raise pynvml.NVMLError(getattr(pynvml, self.fails))
        self.open += 1

    def nvmlShutdown(self) -> None:
        self.open -= 1

    def nvmlSystemGetDriverVersion(self) -> str:
        return "580.95.05"

    def nvmlSystemGetNVMLVersion(self) -> str:
        return "13.580.95.05"

    def nvmlSystemGetCudaDriverVersion_v2(self) -> int:
        return 13000

    def nvmlDeviceGetCount(self) -> int:
        if not self.open:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_UNINITIALIZED)
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> SimulatedGpu:
        return self._checked(self.gpus[index], "handle")

    # -- what a board is -------------------------------------------------------------------

    def nvmlDeviceGetName(self, gpu: SimulatedGpu) -> str:
        return self._checked(gpu, "name").name

    def nvmlDeviceGetUUID(self, gpu: SimulatedGpu) -> str:
        return self._checked(gpu, "uuid").uuid

    def nvmlDeviceGetMemoryInfo(self, gpu: SimulatedGpu, version: int | None = None) -> object:
        self._checked(gpu, "memory v2" if version else "memory")
        return SimpleNamespace(total=gpu.memory_bytes, used=gpu.memory_bytes // 8)

    def nvmlDeviceGetEnforcedPowerLimit(self, gpu: SimulatedGpu) -> int:
        return self._checked(gpu, "power limit").limit_mw

    def nvmlDeviceGetPowerManagementDefaultLimit(self, gpu: SimulatedGpu) -> int:
        return self._checked(gpu, "power limit").limit_mw

    def nvmlDeviceGetMaxPcieLinkGeneration(self, gpu: SimulatedGpu) -> int:
        self._checked(gpu, "pcie")
        return 4

    def nvmlDeviceGetCurrPcieLinkWidth(self, gpu: SimulatedGpu) -> int:
        self._checked(gpu, "pcie")
        return 16

    def nvmlDeviceGetEccMode(self, gpu: SimulatedGpu) -> list[int]:
        self._checked(gpu, "ecc")
        return [1, 1]

    def nvmlDeviceGetPersistenceMode(self, gpu: SimulatedGpu) -> int:
        self._checked(gpu, "persistence")
        return 1

    def nvmlDeviceGetCudaComputeCapability(self, gpu: SimulatedGpu) -> tuple[int, int]:
        return self._checked(gpu, "capability").capability

    def nvmlDeviceGetMigMode(self, gpu: SimulatedGpu) -> list[int]:
        return [int(self._checked(gpu, "mig").mig)] * 2

    def nvmlDeviceGetMaxMigDeviceCount(self, gpu: SimulatedGpu) -> int:
        return 7

    def nvmlDeviceGetMigDeviceHandleByIndex(self, gpu: SimulatedGpu, index: int) -> SimulatedGpu:
        if index >= len(gpu.instances):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return gpu.instances[index]

    # -- what it does now ------------------------------------------------------------------

    def nvmlDeviceGetTotalEnergyConsumption(self, gpu: SimulatedGpu) -> int:
        return self._checked(gpu, "energy").energy_mj()

    def nvmlDeviceGetPowerUsage(self, gpu: SimulatedGpu) -> int:
        gpu = self._checked(gpu, "power usage")
        return round(1000 * gpu.power_w * gpu.sensor_gain)

    def nvmlDeviceGetClockInfo(self, gpu: SimulatedGpu, kind: int) -> int:
        self._checked(gpu, "clock")
        return {pynvml.NVML_CLOCK_SM: gpu.sm_mhz, pynvml.NVML_CLOCK_MEM: 1215}[kind]

    def nvmlDeviceGetTemperatureV(self, gpu: SimulatedGpu, sensor: int) -> int:
        return round(self._checked(gpu, "temperature v").temperature_c)

    def nvmlDeviceGetTemperature(self, gpu: SimulatedGpu, sensor: int) -> int:
        return round(self._checked(gpu, "temperature").temperature_c)

    def nvmlDeviceGetCurrentClocksEventReasons(self, gpu: SimulatedGpu) -> int:
        return self._checked(gpu, "event reasons").reasons

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, gpu: SimulatedGpu) -> int:
        return self._checked(gpu, "throttle reasons").reasons

    def nvmlDeviceGetViolationStatus(self, gpu: SimulatedGpu, policy: int) -> object:
        self._checked(gpu, "violations")
        return SimpleNamespace(referenceTime=0, violationTime=gpu.held_down_ns.get(policy, 0))

    def nvmlDeviceGetFieldValues(
        self, gpu: SimulatedGpu, asked: list[tuple[int, int]]
    ) -> list[object]:
        self._checked(gpu, "fields")
        found = []
        for number, scope in asked:
            value = pynvml.c_nvmlFieldValue_t()
            value.fieldId, value.scopeId = number, scope
            value.nvmlReturn = self._field(gpu, number, scope, value)
            found.append(value)
        return found

    def _field(self, gpu: SimulatedGpu, number: int, scope: int, value: object) -> int:
        if number not in gpu.fields or gpu.fields[number][0] != scope:
            return pynvml.NVML_ERROR_NOT_SUPPORTED
        value.valueType = gpu.fields[number][1]
        is_power = number in (pynvml.NVML_FI_DEV_POWER_INSTANT, pynvml.NVML_FI_DEV_POWER_AVERAGE)
        if is_power:
            value.value.uiVal = round(1000 * gpu.power_w * gpu.sensor_gain)
        else:
            value.value.ullVal = gpu.held_down_ns.get(number, 0)
        return pynvml.NVML_SUCCESS

    def _checked(self, gpu: SimulatedGpu, question: str) -> SimulatedGpu:
        if not self.open:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_UNINITIALIZED)
        whole = gpu.parent or gpu
        if whole.clock.now >= whole.lost_at:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)
        if question in gpu.unsupported:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return gpu


@dataclass
class GpuLoad:
    """Calls of a known length at a known power."""

    name: str
    gpu: SimulatedGpu
    call_s: float
    watts: float
    calls_a_burst: int = 1
    warms_c: float = 0.0
    noise: float = 0.0
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    began: int = 0
    ended: int = 0
    calls: int = 0

    def begin(self) -> None:
        self.began += 1

    def run(self) -> int:
        self.gpu.draw(self.watts * self.rng.lognormal(0, self.noise))
        self.gpu.clock.sleep(self.calls_a_burst * self.call_s)
        self.gpu.temperature_c += self.warms_c
        self.calls += self.calls_a_burst
        return self.calls_a_burst

    def end(self) -> None:
        self.gpu.draw(self.gpu.idle_w)
        self.ended += 1


def uuid(number: int) -> str:
    """A UUID as NVIDIA's boards have them."""
    return f"GPU-{number:08x}-1111-2222-3333-444444444444"


def a100(clock: Clock, number: int = 1, **changes: object) -> SimulatedGpu:
    """A board of a data centre that supports everything."""
    values = {
        "fields": {
            pynvml.NVML_FI_DEV_POWER_INSTANT: (0, pynvml.NVML_VALUE_TYPE_UNSIGNED_INT),
            pynvml.NVML_FI_DEV_PERF_POLICY_POWER: (0, pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG),
            pynvml.NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN: (
                0,
                pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG,
            ),
        }
    }
    return SimulatedGpu("NVIDIA A100-SXM4-40GB", uuid(number), clock, **(values | changes))


def geforce(clock: Clock, number: int = 2, **changes: object) -> SimulatedGpu:
    """A board of a desktop: no ECC, no MIG, no counters of time held down, the old sensors."""
    values = {
        "memory_bytes": 24 * 2**30,
        "limit_mw": 450_000,
        "capability": (8, 9),
        "unsupported": frozenset({"ecc", "mig", "violations", "temperature v", "memory v2"}),
        "tick_s": 0.02,
    }
    return SimulatedGpu("NVIDIA GeForce RTX 4090", uuid(number), clock, **(values | changes))


def vgpu(clock: Clock, number: int = 3) -> SimulatedGpu:
    """A virtual board: no energy, no power, no limits."""
    missing = {"energy", "power usage", "power limit", "pcie", "violations", "temperature"}
    return SimulatedGpu(
        "GRID A100-10C", uuid(number), clock, unsupported=frozenset({*missing, "temperature v"})
    )


def mig_a100(clock: Clock, number: int = 4, parts: int = 2) -> SimulatedGpu:
    """A board that is divided into instances of MIG."""
    whole = a100(clock, number, mig=True)
    for part in range(parts):
        instance = SimulatedGpu(
            f"{whole.name} MIG 1g.5gb",
            f"MIG-{number:08x}-aaaa-bbbb-cccc-{part:012x}",
            clock,
            memory_bytes=5 * 2**30,
            parent=whole,
        )
        whole.instances.append(instance)
    return whole
