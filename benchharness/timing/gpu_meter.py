"""A GPU's energy counter as a meter."""

from __future__ import annotations

from benchharness.timing.gpu_sensors import Device
from benchharness.timing.nvml_calls import or_none

__all__ = ["GpuMeter"]


class GpuMeter:
    """
    The counter of a GPU's board: chip, memory and regulators, whoever makes them work.

    Raises
    ------
    NotMeasured
        When it is made, if the GPU has no such counter.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        device.energy_j()

    @property
    def name(self) -> str:
        """The counter, the board and the sensor that it is checked with."""
        source = or_none(self._device.power_source) or "no sensor"
        return f"NVML's energy counter of {self._device.name}, checked with {source}"

    def read_j(self) -> float:
        """Joules since the driver was loaded."""
        return self._device.energy_j()

    def power_w(self) -> float | None:
        """Watts of the board."""
        return or_none(self._device.power_w)

    def clock_mhz(self) -> float | None:
        """The clock of the multiprocessors."""
        return or_none(self._device.sm_mhz)

    def temperature_c(self) -> float | None:
        """The temperature of the chip."""
        return or_none(self._device.temperature_c)

    def event_reasons(self) -> frozenset[str]:
        """Why the clocks are held down now."""
        return or_none(self._device.event_reasons) or frozenset()
