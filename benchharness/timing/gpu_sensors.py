"""One NVIDIA GPU, or an instance of MIG, and its sensors, as NVML tells of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from benchharness.timing.meters import NotMeasured
from benchharness.timing.nvml_calls import Asked, or_none, problem_of, text

__all__ = ["HELD_DOWN", "Device"]

_T = TypeVar("_T")

_REASONS = {
    0x4: "power cap",
    0x8: "hardware slowdown",
    0x10: "sync boost",
    0x20: "software thermal slowdown",
    0x40: "hardware thermal slowdown",
    0x80: "power brake",
    0x200: "board limit",
    0x400: "reliability limit",
}
"""Bits of the clocks' event reasons; idling and clocks that somebody chose are no throttling."""

HELD_DOWN = frozenset({*_REASONS.values(), "thermal slowdown"}) - {"power cap", "sync boost"}
"""What spoils a measurement; a power cap is normal at full load, and part of the board."""

_COUNTERS = {
    "NVML_FI_DEV_PERF_POLICY_POWER": "power cap",
    "NVML_FI_DEV_PERF_POLICY_SYNC_BOOST": "sync boost",
    "NVML_FI_DEV_PERF_POLICY_BOARD_LIMIT": "board limit",
    "NVML_FI_DEV_PERF_POLICY_RELIABILITY": "reliability limit",
    "NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN": "software thermal slowdown",
    "NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN": "hardware thermal slowdown",
    "NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN": "power brake",
    "NVML_FI_DEV_PERF_POLICY_THERMAL": "thermal slowdown",
}
_POLICIES = {
    "NVML_PERF_POLICY_POWER": "power cap",
    "NVML_PERF_POLICY_THERMAL": "thermal slowdown",
    "NVML_PERF_POLICY_SYNC_BOOST": "sync boost",
    "NVML_PERF_POLICY_BOARD_LIMIT": "board limit",
    "NVML_PERF_POLICY_RELIABILITY": "reliability limit",
}
_VALUES = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")
"""Where a field's value lies, by its type's number."""


class Device(Asked):
    """
    One GPU, or an instance of MIG, and its sensors; each raises NotMeasured where it is not there.

    Clocks, temperature and limits of an instance are those of the whole GPU.
    """

    def __init__(self, library: Any, handle: Any, index: int, whole: Device | None = None) -> None:
        super().__init__(library)
        self._handle, self.index = handle, index
        self.whole = whole or self
        self.name = text(self.ask("name", "nvmlDeviceGetName", handle))
        self.uuid = text(self.ask("UUID", "nvmlDeviceGetUUID", handle))
        self.has_mig = whole is None and bool(or_none(self._mig))
        self._sources: dict[str, Callable[[], Any]] = {}

    @property
    def is_instance(self) -> bool:
        """Whether it is an instance of MIG, a part of a GPU."""
        return self.whole is not self

    def instances(self) -> list[Device]:
        """The instances of MIG that it is divided into."""
        if not self.has_mig:
            return []
        number = self.ask("MIG", "nvmlDeviceGetMaxMigDeviceCount", self._handle)
        handles = (or_none(partial(self._instance, index)) for index in range(number))
        return [Device(self.library, h, self.index, self) for h in handles if h is not None]

    def _instance(self, index: int) -> Any:
        return self.ask("MIG", "nvmlDeviceGetMigDeviceHandleByIndex", self._handle, index)

    # -- what it is ------------------------------------------------------------------------

    def facts(self) -> dict[str, Callable[[], Any]]:
        """How to ask for each fact of `Gpu` that is the device's own."""
        return {
            "memory_bytes": lambda: int(self._memory().total),
            "power_limit_w": lambda: self._watts("power limit", "nvmlDeviceGetEnforcedPowerLimit"),
            "power_limit_default_w": lambda: self._watts(
                "default power limit", "nvmlDeviceGetPowerManagementDefaultLimit"
            ),
            # The link rests at a lower generation while the GPU idles.
            "pcie_generation": lambda: self._of_whole(
                "PCIe generation", "nvmlDeviceGetMaxPcieLinkGeneration"
            ),
            "pcie_width": lambda: self._of_whole("PCIe width", "nvmlDeviceGetCurrPcieLinkWidth"),
            "ecc": lambda: bool(self._of_whole("ECC", "nvmlDeviceGetEccMode")[0]),
            "mig": self.whole._mig,
            "compute_capability": self.compute_capability,
            "persistence": lambda: bool(
                self._of_whole("persistence mode", "nvmlDeviceGetPersistenceMode")
            ),
        }

    def compute_capability(self) -> str:
        """The GPU's generation in CUDA's numbers, such as 8.0."""
        found = self._of_whole("compute capability", "nvmlDeviceGetCudaComputeCapability")
        return "{}.{}".format(*found)

    def _mig(self) -> bool:
        return bool(self._of_whole("MIG mode", "nvmlDeviceGetMigMode")[0])

    def _of_whole(self, what: str, function: str, *arguments: Any) -> Any:
        return self.ask(what, function, self.whole._handle, *arguments)

    def _watts(self, what: str, function: str) -> float:
        return float(self._of_whole(what, function)) / 1000

    def _memory(self) -> Any:
        """Total and used bytes; the newer form does not count what the driver keeps as used."""
        version = getattr(self.library, "nvmlMemory_v2", None)
        return self._first_that_works(
            "memory",
            lambda: self.ask("memory", "nvmlDeviceGetMemoryInfo", self._handle, version),
            lambda: self.ask("memory", "nvmlDeviceGetMemoryInfo", self._handle),
        )

    # -- what it does now ------------------------------------------------------------------

    def energy_j(self) -> float:
        """Joules that the board has used since the driver was loaded."""
        self._refuse_part("energy")
        total = self.ask("energy", "nvmlDeviceGetTotalEnergyConsumption", self._handle)
        return float(total) / 1000

    def power_w(self) -> float:
        """Watts of the board now, by the sensor that `power_source` names."""
        return self._power()[0]

    def power_source(self) -> str:
        """Which sensor tells the power, and over what time it averages."""
        return self._power()[1]

    def sm_mhz(self) -> float:
        """The clock of the multiprocessors."""
        return self._clock("SM clock", "NVML_CLOCK_SM")

    def memory_mhz(self) -> float:
        """The clock of the memory."""
        return self._clock("memory clock", "NVML_CLOCK_MEM")

    def temperature_c(self) -> float:
        """The temperature of the chip."""
        sensor = self.library.NVML_TEMPERATURE_GPU
        return float(
            self._first_that_works(
                "temperature",
                lambda: self._of_whole("temperature", "nvmlDeviceGetTemperatureV", sensor),
                lambda: self._of_whole("temperature", "nvmlDeviceGetTemperature", sensor),
            )
        )

    def memory_used_bytes(self) -> int:
        """Bytes of the device's memory that are in use, by everybody."""
        return int(self._memory().used)

    def event_reasons(self) -> frozenset[str]:
        """Why the clocks are held down at this moment, if they are."""
        bits = self._first_that_works(
            "clock event reasons",
            lambda: self._of_whole(
                "clock event reasons", "nvmlDeviceGetCurrentClocksEventReasons"
            ),
            lambda: self._of_whole(
                "clock event reasons", "nvmlDeviceGetCurrentClocksThrottleReasons"
            ),
        )
        return frozenset(reason for bit, reason in _REASONS.items() if bits & bit)

    def held_down_s(self) -> dict[str, float]:
        """
        For how long the clocks have been held down, by reason, since the driver was loaded.

        Only differences mean something. Newer drivers tell software and hardware apart where the
        older counter says thermal slowdown for both.
        """
        found = self._counted_in_fields() or self._counted_as_violations()
        if not found:
            raise NotMeasured("time held down: this GPU has no counters of it")
        parts = {"software thermal slowdown", "hardware thermal slowdown"}
        if parts <= found.keys():
            found.pop("thermal slowdown", None)
        return found

    def _clock(self, what: str, kind: str) -> float:
        kind = getattr(self.library, kind)
        return float(self._of_whole(what, "nvmlDeviceGetClockInfo", kind))

    def _power(self) -> tuple[float, str]:
        self._refuse_part("power")
        return self._first_that_works(
            "power",
            lambda: self._power_field("NVML_FI_DEV_POWER_INSTANT", "GPU", "instantaneous"),
            lambda: self._power_field("NVML_FI_DEV_POWER_INSTANT", "MODULE", "instantaneous"),
            lambda: self._power_field("NVML_FI_DEV_POWER_AVERAGE", "GPU", "1 s average"),
            lambda: self._power_field("NVML_FI_DEV_POWER_AVERAGE", "MODULE", "1 s average"),
            lambda: (
                self._watts("power", "nvmlDeviceGetPowerUsage"),
                f"nvmlDeviceGetPowerUsage, {self._usage_means()}",
            ),
        )

    def _power_field(self, field: str, scope: str, means: str) -> tuple[float, str]:
        """A reading of 0 W is none: boards that have no such sensor may say so."""
        scope_id = getattr(self.library, f"NVML_POWER_SCOPE_{scope}", 0)
        watts = self._field("power", field, scope_id) / 1000
        if watts <= 0:
            raise NotMeasured("power: the sensor reads 0 W")
        whole = "of the module with its processor, " if scope == "MODULE" else ""
        return watts, f"{field}, {whole}{means}"

    def _usage_means(self) -> str:
        """What the oldest reading of power is: an average since Ampere, but for the GA100."""
        generation = or_none(self.compute_capability)
        if generation is None:
            return "perhaps a 1 s average"
        is_averaged = tuple(map(int, generation.split("."))) > (8, 0)
        return "1 s average" if is_averaged else "instantaneous"

    def _field(self, what: str, field: str, scope: int = 0) -> float:
        number = getattr(self.library, field, None)
        if number is None:
            raise NotMeasured(f"{what}: nvidia-ml-py is too old: pip install -U nvidia-ml-py")
        found = self._of_whole(what, "nvmlDeviceGetFieldValues", [(number, scope)])[0]
        if found.nvmlReturn != self.library.NVML_SUCCESS:
            problem = self.library.NVMLError(found.nvmlReturn)
            raise problem_of(self.library, what, problem)
        return float(getattr(found.value, _VALUES[found.valueType]))

    def _counted_in_fields(self) -> dict[str, float]:
        asked = {reason: self._seconds_of(field) for field, reason in _COUNTERS.items()}
        return {reason: seconds for reason, seconds in asked.items() if seconds is not None}

    def _seconds_of(self, field: str) -> float | None:
        return or_none(lambda: self._field("time held down", field) / 1e9)

    def _counted_as_violations(self) -> dict[str, float]:
        asked = {reason: self._violation_s(policy) for policy, reason in _POLICIES.items()}
        return {reason: seconds for reason, seconds in asked.items() if seconds is not None}

    def _violation_s(self, policy: str) -> float | None:
        number = getattr(self.library, policy)

        def ask() -> float:
            found = self._of_whole("time held down", "nvmlDeviceGetViolationStatus", number)
            return float(found.violationTime) / 1e9

        return or_none(ask)

    def _refuse_part(self, what: str) -> None:
        if self.is_instance:
            raise NotMeasured(
                f"{what}: it is measured for the whole GPU, and other MIG instances may be at "
                "work: turn MIG off, or measure on a GPU without it"
            )

    def _first_that_works(self, what: str, *ways: Callable[[], _T]) -> _T:
        """The first way to ask that this driver and board know; later the same one again."""
        if what in self._sources:
            found: _T = self._sources[what]()
            return found
        for way in ways:
            try:
                value = way()
            except NotMeasured as problem:
                last = problem
                continue
            self._sources[what] = way
            return value
        raise last
