"""RAPL through a simulated /sys/class/powercap: the real one is root's, and containers hide it."""

import os

import numpy as np
import pytest

from benchharness.timing import EnergySettings, NotMeasured, consumption
from benchharness.timing.rapl import RaplMeter, rapl_domains, rapl_meter

from .simulated_nvml import Clock

RANGE_J = 262.143328850


class Powercap:
    """A tree of domains as the kernel shows them, side by side."""

    def __init__(self, root):
        self.root = root

    def add(self, folder, name, joules=100.0):
        path = self.root / folder
        path.mkdir(parents=True)
        (path / "name").write_text(f"{name}\n")
        (path / "max_energy_range_uj").write_text(f"{round(RANGE_J * 1e6)}\n")
        self.set(folder, joules)
        return self

    def set(self, folder, joules):
        (self.root / folder / "energy_uj").write_text(f"{round(joules * 1e6)}\n")


@pytest.fixture
def powercap(tmp_path):
    """A server with two packages, as Intel's are."""
    tree = Powercap(tmp_path / "powercap")
    for package in (0, 1):
        tree.add(f"intel-rapl:{package}", f"package-{package}")
        tree.add(f"intel-rapl:{package}:0", "core")
        tree.add(f"intel-rapl:{package}:1", "dram")
    return tree


def names(root):
    return [domain.name for domain in rapl_domains(root)]


def test_packages_and_their_memory_are_added_up(powercap):
    assert names(powercap.root) == [
        "package-0", "package-0 memory", "package-1", "package-1 memory",
    ]  # fmt: skip


def test_cores_are_not_counted_beside_their_package(powercap):
    meter = rapl_meter(powercap.root)
    powercap.set("intel-rapl:0:0", 150.0)

    assert meter.read_j() == 0.0


def test_platform_is_not_counted_beside_its_packages(tmp_path):
    tree = Powercap(tmp_path).add("intel-rapl:0", "package-0").add("intel-rapl:1", "psys")

    assert names(tree.root) == ["package-0"]


def test_second_interface_to_the_same_counters_is_passed_over(tmp_path):
    tree = Powercap(tmp_path).add("intel-rapl:0", "package-0")
    tree.add("intel-rapl-mmio:0", "package-0")

    assert names(tree.root) == ["package-0"]


def test_dies_of_a_package_are_domains_of_their_own(tmp_path):
    tree = Powercap(tmp_path).add("intel-rapl:0", "package-0-die-0")
    tree.add("intel-rapl:1", "package-0-die-1")

    assert names(tree.root) == ["package-0-die-0", "package-0-die-1"]


def test_processor_of_amd_is_read_the_same_way(tmp_path):
    tree = Powercap(tmp_path).add("intel-rapl:0", "package-0").add("intel-rapl:0:0", "core")

    assert rapl_meter(tree.root).name == "RAPL: package-0"


def test_joules_count_from_the_making_of_the_meter(powercap):
    meter = rapl_meter(powercap.root)
    powercap.set("intel-rapl:0", 103.0)
    powercap.set("intel-rapl:1:1", 100.5)

    assert meter.read_j() == pytest.approx(3.5)


def test_counter_that_starts_again_is_followed(powercap):
    powercap.set("intel-rapl:0", RANGE_J - 1.0)
    meter = rapl_meter(powercap.root)
    powercap.set("intel-rapl:0", 2.0)

    assert meter.read_j() == pytest.approx(3.0, abs=1e-5)


def test_package_thermometer_is_read_where_there_is_one(powercap, tmp_path):
    zone = tmp_path / "thermal" / "thermal_zone3"
    zone.mkdir(parents=True)
    (zone / "type").write_text("x86_pkg_temp\n")
    (zone / "temp").write_text("47000\n")

    meter = RaplMeter(rapl_domains(powercap.root), tmp_path / "thermal")

    assert meter.temperature_c() == 47.0


def test_machine_without_a_thermometer_has_no_temperature(powercap, tmp_path):
    assert RaplMeter(rapl_domains(powercap.root), tmp_path / "none").temperature_c() is None


@pytest.mark.parametrize("exists", [True, False])
def test_machine_without_rapl_says_why_and_what_to_do(tmp_path, exists):
    root = tmp_path if exists else tmp_path / "none"

    with pytest.raises(NotMeasured, match="virtual machines and containers hide it"):
        rapl_meter(root)


def test_counter_that_root_alone_may_read_says_how_to_allow_it(powercap, monkeypatch):
    if os.geteuid() == 0:  # root may read everything: let the kernel's refusal be simulated
        from pathlib import Path

        read_text = Path.read_text

        def refuse(path, *arguments, **named):
            if path.name == "energy_uj":
                raise PermissionError(13, "Permission denied", str(path))
            return read_text(path, *arguments, **named)

        monkeypatch.setattr(Path, "read_text", refuse)
    else:
        for file in powercap.root.glob("*/energy_uj"):
            file.chmod(0)

    with pytest.raises(NotMeasured, match=r"sudo chmod a\+r .*energy_uj.*udev"):
        rapl_meter(powercap.root)


class PackageLoad:
    """Calls of 5 ms that draw so much from the first package."""

    def __init__(self, name, watts, package):
        self.name, self.watts, self.package = name, watts, package

    def begin(self):
        pass

    def run(self):
        self.package.draw(10e-3, self.watts)
        return 2

    def end(self):
        pass


class Package:
    """The first package's counter, in ticks of about a millisecond."""

    def __init__(self, powercap, clock):
        self.powercap, self.clock, self.joules = powercap, clock, 100.0

    def draw(self, seconds, watts=20.0):
        self.clock.sleep(seconds)
        self.joules += watts * seconds
        self.powercap.set("intel-rapl:0", self.joules % RANGE_J)


def test_energy_phase_works_with_this_meter(powercap):
    clock = Clock()
    package = Package(powercap, clock)

    found = consumption(
        rapl_meter(powercap.root),
        PackageLoad("submission", 60.0, package),
        PackageLoad("reference", 90.0, package),
        EnergySettings(window_s=0.5, idle_s=0.2, settle_s=0.05),
        np.random.default_rng(0),
        clock=clock,
        sleep=package.draw,
    )

    assert found.submission.value == pytest.approx(0.300, rel=0.01)
    assert found.ratio.value == pytest.approx(1.5, rel=0.01)
    assert found.idle_power_w == pytest.approx(20.0, rel=0.02)
    assert found.cross_check is None
