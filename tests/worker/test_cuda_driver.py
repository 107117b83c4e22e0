"""CUDA's driver asked which GPUs there are; the driver's library is played by an object."""

import ctypes
import json

import pytest

from benchharness.worker import cuda_driver, probe

NUMBER = "00010203-0405-0607-0809-0a0b0c0d0e0f"


class Driver:
    """The functions of libcuda.so.1 that we call, with one GPU of 8 GiB."""

    status = 0

    def cuInit(self, flags):
        return self.status

    def cuDeviceGetCount(self, count):
        count._obj.value = 1
        return 0

    def cuDeviceGet(self, device, index):
        device._obj.value = 7
        return 0

    def cuDeviceGetName(self, name, size, device):
        name.value = b"Played GPU"
        return 0

    def cuDeviceGetUuid(self, number, device):
        number.raw = bytes(range(16))
        return 0

    def cuDeviceTotalMem_v2(self, memory, device):
        memory._obj.value = 2**33
        return 0

    def cuGetErrorString(self, status, text):
        text._obj.value = b"OS call failed"
        return 0


@pytest.fixture
def driver(monkeypatch, tmp_path):
    driver = Driver()
    monkeypatch.setattr(cuda_driver, "_PHYSICAL", str(tmp_path))
    monkeypatch.setattr(ctypes, "CDLL", lambda name: driver)
    return driver


def told(folder, number):
    """What the kernel's part of the driver says of a GPU."""
    (folder / "0000:00:00.0").mkdir()
    (folder / "0000:00:00.0" / "information").write_text(f"GPU UUID: GPU-{number}\n")


def test_gpu_is_told_with_all_that_is_known(driver):
    assert cuda_driver.visible_gpus() == [
        {"index": 0, "name": "Played GPU", "uuid": f"GPU-{NUMBER}", "memory_bytes": 2**33}
    ]


def test_gpu_that_the_kernel_knows_is_a_whole_one(driver, tmp_path):
    told(tmp_path, NUMBER)

    assert cuda_driver.visible_gpus()[0]["uuid"] == f"GPU-{NUMBER}"


def test_gpu_that_the_kernel_does_not_know_is_a_part_of_one(driver, tmp_path):
    told(tmp_path, "another")

    assert cuda_driver.visible_gpus()[0]["uuid"] == f"MIG-{NUMBER}"


def test_later_drivers_tell_parts_by_a_second_version(driver, monkeypatch):
    def second(self, number, device):
        number.raw = bytes(16)
        return 0

    monkeypatch.setattr(Driver, "cuDeviceGetUuid_v2", second, raising=False)

    assert cuda_driver.visible_gpus()[0]["uuid"] == "GPU-00000000-0000-0000-0000-000000000000"


def test_driver_that_does_not_start_says_why(driver):
    driver.status = 304

    with pytest.raises(OSError, match=r"cuInit failed: OS call failed \(error 304\)"):
        cuda_driver.visible_gpus()


def test_missing_library_is_told():
    with pytest.raises(OSError, match=r"its library cannot be loaded: libnothing\.so"):
        cuda_driver._driver("libnothing.so")


def test_probe_prints_what_it_found(driver, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["probe"])

    probe.main()

    assert json.loads(capsys.readouterr().out)["gpus"][0]["name"] == "Played GPU"


def test_probe_prints_why_there_is_nothing(driver, monkeypatch, capsys):
    driver.status = 999
    monkeypatch.setattr("sys.argv", ["probe"])

    probe.main()

    assert "cuInit failed" in json.loads(capsys.readouterr().out)["problem"]
