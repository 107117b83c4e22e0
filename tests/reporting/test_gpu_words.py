"""What is said of a timing on a GPU beside its time."""

from dataclasses import replace

from benchharness.outcomes import Timing, TimingStatus
from benchharness.reporting.gpu_words import gpu_in_words
from benchharness.reporting.timing_table import timing_row

ON_GPU = Timing(
    "noise",
    "cuda:0",
    TimingStatus.OK,
    device_median_s=33e-6,
    reference_device_median_s=40e-6,
    reference_backend="torch",
    reference_device="cuda:0",
)


def test_timing_on_the_cpu_says_nothing_of_gpus():
    assert gpu_in_words(Timing("noise", "cpu", TimingStatus.OK)) == ""


def test_gpus_own_times_are_told():
    assert gpu_in_words(ON_GPU).replace("\N{NO-BREAK SPACE}", " ") == (
        "33.0 µs by the GPU’s own clock; reference: PyTorch on cuda:0, 40.0 µs by its clock"
    )


def test_reference_on_the_cpu_is_named():
    timing = replace(
        ON_GPU, reference_device_median_s=None, reference_backend="numpy", reference_device="cpu"
    )

    assert gpu_in_words(timing).endswith("; reference: NumPy on cpu")


def test_table_of_timings_tells_it_too():
    assert "by the GPU’s own clock" in timing_row(ON_GPU).measured
