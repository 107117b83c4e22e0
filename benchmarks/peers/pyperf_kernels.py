"""The two pieces of work as a pyperf user times them."""

import pyperf
from kernels import ARGUMENTS, FUNCTIONS

runner = pyperf.Runner()
for name, arguments in ARGUMENTS.items():
    runner.bench_func(name, FUNCTIONS[name], *arguments)
