"""The two pieces of work for the peers: as they are, or 5 % longer where SLOWED is 1."""

import importlib.util
import os
from pathlib import Path

import numpy as np
from slowdown import slowed

_SUITE = Path(__file__).resolve().parents[1] / "suites" / "otsu_convolution"
_SPEC = importlib.util.spec_from_file_location("reference", _SUITE / "reference.py")
reference = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)

_RNG = np.random.default_rng(7)
_GRAINS = np.frombuffer(_RNG.bytes(512 * 512), dtype=np.uint8) & 0b1011_1111
ARGUMENTS = {
    "otsu_threshold": (_GRAINS.reshape(512, 512),),
    "convolve": (_RNG.random((256, 256)), _RNG.random((3, 3))),
}
FUNCTIONS = {name: getattr(reference, name) for name in ARGUMENTS}
if os.environ.get("SLOWED") == "1":
    FUNCTIONS = {name: slowed(function) for name, function in FUNCTIONS.items()}
