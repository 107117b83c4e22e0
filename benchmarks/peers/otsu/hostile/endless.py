"""never ends"""

BACKEND = "numpy"


def otsu_threshold(image):
    while True:
        pass
