"""never ends, and ignores signals"""

import signal

BACKEND = "numpy"


def otsu_threshold(image):
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass
