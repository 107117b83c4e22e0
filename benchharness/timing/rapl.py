"""
Energy of the processor by RAPL, the counters of Intel's and AMD's processors that Linux shows.

References
----------
Linux, Documentation/power/powercap/powercap.rst. Khan, Hirki, Niemi, Nurminen, Ou, RAPL in
action: experiences in using RAPL for power measurements, ACM TOMPECS 3 (2018), 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchharness.timing.meters import NotMeasured

__all__ = ["Domain", "RaplMeter", "rapl_domains", "rapl_meter"]

_POWERCAP = Path("/sys/class/powercap")
_THERMAL = Path("/sys/class/thermal")
_ABSENT = (
    "this machine shows no RAPL in /sys/class/powercap: virtual machines and containers hide it; "
    "on a machine of your own, `sudo modprobe intel_rapl_msr` loads it for Intel and AMD"
)
_FORBIDDEN = (
    "{path} can be read by root alone (since CVE-2020-8694): allow it with "
    "`sudo chmod a+r /sys/class/powercap/intel-rapl*/energy_uj` until the next start, or for good "
    "by the udev rule of docs/measurement.md"
)


@dataclass(frozen=True)
class Domain:
    """One part of the machine with a counter of its own, and where the counter starts again."""

    name: str
    folder: Path
    range_j: float

    def read_j(self) -> float:
        """The counter."""
        return _number(self.folder / "energy_uj") / 1e6


class RaplMeter:
    """
    The processor packages and the memory that they know of, all cores and all processes.

    A package's counter holds its cores and its graphics; the platform's (psys) would count the
    packages again and is left out. The counters start again at their range, which is minutes
    long: readings have to follow each other faster.
    """

    def __init__(self, domains: tuple[Domain, ...], thermal: Path = _THERMAL) -> None:
        self._domains = domains
        self._last = {domain: domain.read_j() for domain in domains}
        self._sum_j = 0.0
        self._sensor = _package_sensor(thermal)

    @property
    def name(self) -> str:
        """The domains that are added up."""
        return "RAPL: " + " + ".join(domain.name for domain in self._domains)

    def read_j(self) -> float:
        """Joules since the meter was made."""
        for domain, last in self._last.items():
            now = domain.read_j()
            wrapped = domain.range_j if now < last else 0.0
            self._sum_j += now + wrapped - last
            self._last[domain] = now
        return self._sum_j

    def power_w(self) -> float | None:
        """RAPL has no sensor of power beside the counter."""
        return None

    def clock_mhz(self) -> float | None:
        """Every core has its own."""
        return None

    def temperature_c(self) -> float | None:
        """The package's temperature, where Linux shows it."""
        try:
            return _number(self._sensor) / 1000 if self._sensor else None
        except NotMeasured:
            return None

    def event_reasons(self) -> frozenset[str]:
        """A processor's clocks move all the time, and nothing here tells why."""
        return frozenset()


def rapl_domains(root: Path = _POWERCAP) -> tuple[Domain, ...]:
    """
    The packages of this machine and their memory.

    Raises
    ------
    NotMeasured
        If there are none, or they may not be read.
    """
    folders = sorted(root.glob("intel-rapl:*")) if root.is_dir() else []
    named = {folder: _text(folder / "name") for folder in folders}
    packages = {folder.name: name for folder, name in named.items() if name.startswith("package")}
    found = []
    for folder, name in named.items():
        package = packages.get(":".join(folder.name.split(":")[:2]), "")
        if folder.name in packages:
            found.append(_domain(name, folder))
        elif name == "dram" and package:
            found.append(_domain(f"{package} memory", folder))
    if not found:
        raise NotMeasured(_ABSENT)
    return tuple(found)


def rapl_meter(root: Path = _POWERCAP, thermal: Path = _THERMAL) -> RaplMeter:
    """A meter of this machine's processors; raises NotMeasured where it cannot be had."""
    return RaplMeter(rapl_domains(root), thermal)


def _domain(name: str, folder: Path) -> Domain:
    domain = Domain(name, folder, _number(folder / "max_energy_range_uj") / 1e6)
    domain.read_j()  # whether it may be read is found out by reading it
    return domain


def _package_sensor(thermal: Path) -> Path | None:
    zones = sorted(thermal.glob("thermal_zone*")) if thermal.is_dir() else []
    wanted = (zone / "temp" for zone in zones if _text(zone / "type") == "x86_pkg_temp")
    return next(wanted, None)


def _number(path: Path) -> float:
    return float(int(_text(path)))


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except PermissionError as problem:
        raise NotMeasured(_FORBIDDEN.format(path=path)) from problem
    except OSError as problem:
        raise NotMeasured(f"{path} cannot be read: {problem.strerror}; see `dmesg`") from problem
