"""prints 100 MB and answers wrongly"""

BACKEND = "numpy"


def otsu_threshold(image):
    if not otsu_threshold.has_printed:
        otsu_threshold.has_printed = True
        for _ in range(1000):
            print("x" * 99_999)
    return 0


otsu_threshold.has_printed = False
