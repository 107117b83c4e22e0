"""
GPUs as NVML tells of them, with NVML simulated at its library's boundary.

The boards are simulated (`simulated_nvml`): none of this was seen on a real GPU. What is real here
is `nvidia-ml-py`, and what it says where there is no driver.
"""

import sys
import time

import pynvml
import pytest

from benchharness.timing import NotMeasured, open_nvml
from benchharness.timing.cuda_order import Installed, visible_uuids
from benchharness.timing.nvml_calls import GpuLost, NvmlUnavailable
from benchharness.timing.watch import Recorder, Watch

from .simulated_nvml import Clock, SimulatedNvml, a100, devices_of, geforce, mig_a100, uuid, vgpu


@pytest.fixture
def clock():
    return Clock()


def device_of(gpu):
    """The first device of a machine with this board alone."""
    return devices_of(gpu)[0]


def identity_of(gpu):
    with open_nvml(SimulatedNvml([gpu])) as nvml:
        return nvml.identity(nvml.devices()[0])


# -- the library -------------------------------------------------------------------------------


def test_missing_driver_is_said_by_the_real_library():
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError_LibraryNotFound:
        pass
    except pynvml.NVMLError as problem:
        pytest.skip(f"this machine has a driver, and its error is another: {problem}")
    else:
        pynvml.nvmlShutdown()
        pytest.skip("this machine has a driver")

    with pytest.raises(NvmlUnavailable, match=r"libnvidia-ml\.so\.1 is not here: install"):
        open_nvml().__enter__()


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("NVML_ERROR_LIBRARY_NOT_FOUND", "install the driver"),
        ("NVML_ERROR_DRIVER_NOT_LOADED", "modprobe nvidia"),
        ("NVML_ERROR_NO_PERMISSION", "join the group"),
        ("NVML_ERROR_LIB_RM_VERSION_MISMATCH", "reboot"),
        ("NVML_ERROR_UNKNOWN", "dmesg"),
        ("NVML_ERROR_TIMEOUT", "nvidia-smi"),
    ],
)
def test_library_that_does_not_start_says_what_to_do(code, remedy):
    with pytest.raises(NvmlUnavailable, match=remedy):
        open_nvml(SimulatedNvml(fails=code)).__enter__()


def test_package_that_is_not_installed_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)

    with pytest.raises(NvmlUnavailable, match="pip install nvidia-ml-py"):
        open_nvml().__enter__()


def test_foreign_package_of_the_same_name_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", type(pynvml)("pynvml"))

    with pytest.raises(NvmlUnavailable, match="pip uninstall pynvml"):
        open_nvml().__enter__()


def test_library_is_closed_again(clock):
    library = SimulatedNvml([a100(clock)])

    with open_nvml(library):
        assert library.open == 1

    assert library.open == 0


def test_package_that_is_too_old_for_a_question_is_said(clock):
    device = device_of(a100(clock))
    device.library = type("Old", (), {"NVMLError": pynvml.NVMLError})()

    with pytest.raises(NotMeasured, match="pip install -U nvidia-ml-py"):
        device.energy_j()


# -- identity ----------------------------------------------------------------------------------


def test_board_of_a_data_centre_tells_everything(clock):
    facts = identity_of(a100(clock)).facts()

    assert facts == {
        "index": 0,
        "name": "NVIDIA A100-SXM4-40GB",
        "uuid": uuid(1),
        "driver": "580.95.05",
        "cuda": "13.0",
        "nvml": "13.580.95.05",
        "memory_bytes": 40 * 2**30,
        "power_limit_w": 400.0,
        "power_limit_default_w": 400.0,
        "pcie_generation": 4,
        "pcie_width": 16,
        "ecc": True,
        "mig": False,
        "compute_capability": "8.0",
        "persistence": True,
    }


def test_what_a_board_does_not_support_is_none_with_a_reason(clock):
    gpu = identity_of(geforce(clock))

    assert gpu.ecc is None and "does not support it" in dict(gpu.missing)["ecc"]


def test_older_question_is_asked_where_the_newer_is_not_supported(clock):
    assert identity_of(geforce(clock)).memory_bytes == 24 * 2**30


def test_lost_board_does_not_hide_the_others(clock):
    lost = a100(clock, 1, lost_at=0.0)

    with open_nvml(SimulatedNvml([lost, a100(clock, 2)])) as nvml:
        assert [device.uuid for device in nvml.devices()] == [uuid(2)]
        assert "fell off the bus" in nvml.problems[0]


def test_versions_of_driver_and_cuda_are_told(clock):
    with open_nvml(SimulatedNvml([a100(clock)])) as nvml:
        assert nvml.versions() == {"driver": "580.95.05", "cuda": "13.0"}


# -- which device is cuda:N --------------------------------------------------------------------

_A, _B, _C = (Installed(uuid(number), "one kind") for number in (0xA0, 0xB0, 0xC0))
_PARTS = ("MIG-11111111-0", "MIG-22222222-0")
_DIVIDED = Installed(uuid(0xD0), "one kind", mig=True, instances=_PARTS)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (None, [_A, _B, _C]),
        ("2,0", [_C, _A]),
        ("1", [_B]),
        (" 1 , 2", [_B, _C]),
        ("1gpu,2nd", [_B, _C]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        ("0,-1,1", [_A]),
        ("0,7,1", [_A]),
        ("0,0", []),
        (uuid(0xB0), [_B]),
        ("GPU-000000c,GPU-000000a", [_C, _A]),
        ("GPU-00000", []),
        ("GPU-ffff", []),
        (f"0,{uuid(0xC0)}", [_A, _C]),
    ],
)
def test_visible_devices_are_read_as_cuda_reads_them(shown, expected):
    environ = {} if shown is None else {"CUDA_VISIBLE_DEVICES": shown}

    assert visible_uuids([_A, _B, _C], environ) == [gpu.uuid for gpu in expected]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (None, [_A.uuid, _PARTS[0]]),
        ("1", [_PARTS[0]]),
        (_PARTS[1], [_PARTS[1]]),
        ("MIG-2222", [_PARTS[1]]),
        ("MIG-", []),
        (_DIVIDED.uuid, [_PARTS[0]]),
        (f"MIG-{_A.uuid}/1/0", []),
    ],
)
def test_mig_shows_instances_instead_of_the_board(shown, expected):
    environ = {} if shown is None else {"CUDA_VISIBLE_DEVICES": shown}

    assert visible_uuids([_A, _DIVIDED], environ) == expected


def test_older_spelling_of_the_only_instance_is_understood():
    divided = Installed(uuid(0xD0), "one kind", mig=True, instances=("MIG-1",))

    assert visible_uuids([divided], {"CUDA_VISIBLE_DEVICES": f"MIG-{uuid(0xD0)}/1/0"}) == ["MIG-1"]


def test_board_without_an_instance_in_mig_mode_is_not_shown():
    assert visible_uuids([Installed(uuid(1), "board", mig=True)], {}) == []


def test_numbers_of_boards_of_several_kinds_are_not_guessed():
    other = Installed(uuid(2), "another kind")

    with pytest.raises(NotMeasured, match="CUDA_DEVICE_ORDER=PCI_BUS_ID"):
        visible_uuids([_A, other], {"CUDA_VISIBLE_DEVICES": "0"})


@pytest.mark.parametrize(
    "environ",
    [
        {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "1"},
        {"CUDA_VISIBLE_DEVICES": uuid(2)},
    ],
)
def test_boards_of_several_kinds_are_told_apart_by_address_or_uuid(environ):
    assert visible_uuids([_A, Installed(uuid(2), "another kind")], environ) == [uuid(2)]


def test_second_cuda_device_is_the_first_board_where_they_are_shown_in_reverse(clock):
    with open_nvml(SimulatedNvml([a100(clock, 1), a100(clock, 2)])) as nvml:
        assert nvml.for_cuda(1, {"CUDA_VISIBLE_DEVICES": "1,0"}).uuid == uuid(1)


def test_cuda_device_that_is_not_shown_is_said(clock):
    with (
        open_nvml(SimulatedNvml([a100(clock)])) as nvml,
        pytest.raises(NotMeasured, match="cuda:1: CUDA sees 1 device"),
    ):
        nvml.for_cuda(1, {})


@pytest.mark.parametrize("spelling", [uuid(2), uuid(2).removeprefix("GPU-"), uuid(2).upper()])
def test_device_is_found_by_the_uuid_that_cuda_reports(clock, spelling):
    with open_nvml(SimulatedNvml([a100(clock, 1), a100(clock, 2)])) as nvml:
        assert nvml.for_uuid(spelling).uuid == uuid(2)


def test_instance_is_found_by_its_own_uuid(clock):
    board = mig_a100(clock)

    with open_nvml(SimulatedNvml([board])) as nvml:
        assert nvml.for_uuid(board.instances[1].uuid).uuid == board.instances[1].uuid


def test_uuid_of_a_divided_board_means_the_instance_that_cuda_is_shown(clock, monkeypatch):
    board = mig_a100(clock)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", board.instances[1].uuid)

    with open_nvml(SimulatedNvml([board])) as nvml:
        assert nvml.for_uuid(board.uuid).uuid == board.instances[1].uuid


def test_unknown_uuid_is_said(clock):
    with (
        open_nvml(SimulatedNvml([a100(clock)])) as nvml,
        pytest.raises(NotMeasured, match="no GPU with the UUID GPU-0"),
    ):
        nvml.for_uuid("GPU-0")


def test_instance_is_part_of_its_board(clock):
    board = mig_a100(clock)

    with open_nvml(SimulatedNvml([board])) as nvml:
        gpu = nvml.identity(nvml.devices()[1])

    assert gpu.parent_uuid == board.uuid
    assert gpu.memory_bytes == 5 * 2**30
    assert gpu.power_limit_w == 400.0


# -- sensors -----------------------------------------------------------------------------------


def test_energy_is_told_in_joules(clock):
    gpu = a100(clock)
    gpu.draw(100.0)
    device = device_of(gpu)
    before = device.energy_j()

    clock.sleep(3.0)

    assert device.energy_j() - before == pytest.approx(300.0, abs=10.0)


def test_virtual_board_has_no_energy_and_says_why(clock):
    with pytest.raises(NotMeasured, match="energy: this GPU, or its virtual form"):
        device_of(vgpu(clock)).energy_j()


def test_instance_has_no_energy_of_its_own(clock):
    with (
        open_nvml(SimulatedNvml([mig_a100(clock)])) as nvml,
        pytest.raises(NotMeasured, match="whole GPU, and other MIG instances"),
    ):
        nvml.devices()[1].energy_j()


def test_clock_of_an_instance_is_its_boards(clock):
    with open_nvml(SimulatedNvml([mig_a100(clock)])) as nvml:
        assert nvml.devices()[1].sm_mhz() == 1410


_INSTANT, _AVERAGE = pynvml.NVML_FI_DEV_POWER_INSTANT, pynvml.NVML_FI_DEV_POWER_AVERAGE
_UINT = pynvml.NVML_VALUE_TYPE_UNSIGNED_INT


@pytest.mark.parametrize(
    ("fields", "capability", "source"),
    [
        ({_INSTANT: (0, _UINT)}, (9, 0), "NVML_FI_DEV_POWER_INSTANT, instantaneous"),
        ({_INSTANT: (1, _UINT)}, (9, 0), "of the module with its processor"),
        ({_AVERAGE: (0, _UINT)}, (9, 0), "NVML_FI_DEV_POWER_AVERAGE, 1 s average"),
        ({}, (8, 9), "nvmlDeviceGetPowerUsage, 1 s average"),
        ({}, (8, 0), "nvmlDeviceGetPowerUsage, instantaneous"),
        ({}, (7, 0), "nvmlDeviceGetPowerUsage, instantaneous"),
    ],
)
def test_best_sensor_of_power_is_taken_and_named(clock, fields, capability, source):
    device = device_of(a100(clock, fields=fields, capability=capability))

    assert device.power_w() == 50.0
    assert source in device.power_source()


def test_sensor_that_reads_zero_is_no_sensor(clock):
    gpu = a100(clock, sensor_gain=0.0, unsupported=frozenset({"power usage"}))

    with pytest.raises(NotMeasured, match="power"):
        device_of(gpu).power_w()


def test_older_thermometer_is_read_where_the_newer_is_missing(clock):
    assert device_of(geforce(clock)).temperature_c() == 40.0


def test_thermometer_is_read_with_an_older_package_too(clock):
    class Older(SimulatedNvml):
        nvmlDeviceGetTemperatureV = None  # as in nvidia-ml-py 12.535

    with open_nvml(Older([a100(clock)])) as nvml:
        assert nvml.devices()[0].temperature_c() == 40.0


def test_bits_that_are_no_throttling_are_passed_over(clock):
    gpu = a100(clock, reasons=0x1 | 0x2 | 0x100 | 0x4 | 0x40)

    assert device_of(gpu).event_reasons() == {"power cap", "hardware thermal slowdown"}


def test_older_name_of_the_reasons_is_asked_too(clock):
    gpu = a100(clock, reasons=0x8, unsupported=frozenset({"event reasons"}))

    assert device_of(gpu).event_reasons() == {"hardware slowdown"}


def test_time_held_down_comes_from_the_violations_where_fields_are_missing(clock):
    gpu = a100(clock, fields={}, held_down_ns={pynvml.NVML_PERF_POLICY_THERMAL: 2_500_000_000})

    assert device_of(gpu).held_down_s()["thermal slowdown"] == 2.5


def test_board_without_counters_of_time_held_down_says_so(clock):
    with pytest.raises(NotMeasured, match="no counters of it"):
        device_of(geforce(clock)).held_down_s()


def test_board_that_is_lost_is_another_matter_than_a_missing_sensor(clock):
    gpu = a100(clock, lost_at=1.0)
    device = device_of(gpu)
    clock.sleep(2.0)

    with pytest.raises(GpuLost, match="the GPU is lost, it fell off the bus"):
        device.power_w()


# -- readings over a measurement ---------------------------------------------------------------


def recorded(gpu, *, readings=10, during=lambda number: None):
    """What a recorder observes that is told to read ten times a second."""
    recorder = Recorder(device_of(gpu), gpu.clock)
    for number in range(readings):
        during(number)
        recorder.read()
        gpu.clock.sleep(0.1)
    recorder.finish()
    return recorder.observed()


def test_median_and_range_of_the_clock_are_observed(clock):
    gpu = a100(clock)

    def during(number):
        gpu.sm_mhz = 1000 + number

    observed = recorded(gpu, during=during)

    found = observed.sm_mhz
    assert (found.median, found.low, found.high) == (1004.5, 1000, 1009)


def test_what_a_board_cannot_tell_is_none_with_a_reason(clock):
    observed = recorded(vgpu(clock))

    assert observed.power_w is None
    assert "does not support it" in dict(observed.not_measured)["power_w"]


def test_thermal_slowdown_spoils_a_measurement(clock):
    gpu = a100(clock)

    def during(number):
        gpu.reasons = 0x40 if number == 5 else 0

    observed = recorded(gpu, during=during)

    assert observed.throttled is True
    assert [(r.reason, r.seconds) for r in observed.reasons] == [
        ("hardware thermal slowdown", None)
    ]


def test_power_cap_is_named_and_spoils_nothing(clock):
    gpu = a100(clock)

    def during(number):
        gpu.reasons = 0x4
        gpu.held_down_ns[pynvml.NVML_FI_DEV_PERF_POLICY_POWER] = 100_000_000 * number

    observed = recorded(gpu, during=during)

    assert observed.throttled is False
    assert observed.reasons[0].reason == "power cap"
    assert observed.reasons[0].seconds == pytest.approx(0.9)


def test_slowdown_between_two_readings_is_counted(clock):
    gpu = a100(clock)
    field = pynvml.NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN

    def during(number):
        gpu.held_down_ns[field] = 50_000_000 if number > 5 else 0

    observed = recorded(gpu, during=during)

    assert observed.throttled is True
    assert observed.reasons[0].seconds == pytest.approx(0.05)


def test_nothing_is_said_of_throttling_where_nothing_tells_of_it(clock):
    gpu = geforce(clock)
    gpu.unsupported |= {"event reasons", "throttle reasons"}

    assert recorded(gpu).throttled is None


def test_trace_marks_when_the_clocks_were_held_down(clock):
    gpu = a100(clock)

    def during(number):
        gpu.reasons = 0x20 if 3 <= number <= 6 else 0

    span = recorded(gpu, during=during).trace.spans[0]

    assert span.what == "software thermal slowdown"
    assert (span.from_s, span.to_s) == (pytest.approx(0.3), pytest.approx(0.6))


def test_trace_stays_short_however_long_the_measurement(clock):
    trace = recorded(a100(clock), readings=5000).trace

    assert 120 <= len(trace.t_s) <= 240
    assert len(trace.power_w) == len(trace.t_s)
    assert trace.t_s[-1] > 490


def test_board_that_is_lost_in_between_keeps_what_was_read(clock):
    observed = recorded(a100(clock, lost_at=0.55))

    assert observed.readings == 6
    assert "fell off the bus" in observed.lost
    assert observed.power_w.median == 50.0


def test_single_question_that_the_driver_does_not_know_loses_no_board(clock):
    class Odd(SimulatedNvml):
        def nvmlDeviceGetCurrentClocksEventReasons(self, gpu):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_UNKNOWN)

        nvmlDeviceGetCurrentClocksThrottleReasons = nvmlDeviceGetCurrentClocksEventReasons
        nvmlDeviceGetMigMode = nvmlDeviceGetCurrentClocksEventReasons
        nvmlDeviceGetEccMode = nvmlDeviceGetCurrentClocksEventReasons

    with open_nvml(Odd([a100(clock)])) as nvml:
        recorder = Recorder(nvml.devices()[0], clock)
        recorder.read()
        recorder.read()
        facts = nvml.identity(nvml.devices()[0]).facts()

    observed = recorder.observed()
    assert (observed.readings, observed.lost) == (2, "")
    assert facts["memory_bytes"] and "ecc" not in facts


def test_watch_reads_at_least_once_however_short_the_block(clock):
    with Watch(device_of(a100(clock))) as watch:
        pass

    assert watch.observed().readings >= 1


def test_watch_keeps_what_was_observed_when_the_library_is_closed(clock):
    gpu = a100(clock, reasons=0x40)
    with open_nvml(SimulatedNvml([gpu])) as nvml, Watch(nvml.devices()[0]) as watch:
        gpu.held_down_ns[pynvml.NVML_FI_DEV_PERF_POLICY_POWER] = 5_000_000

    observed = watch.observed()
    assert observed.lost == ""
    assert {reason.reason: reason.seconds for reason in observed.reasons} == {
        "hardware thermal slowdown": None,
        "power cap": pytest.approx(0.005),
    }


def test_watch_goes_on_reading_in_a_thread_of_its_own(clock):
    with Watch(device_of(a100(clock)), every_s=0.001) as watch:
        time.sleep(0.1)

    assert watch.observed().readings >= 2
