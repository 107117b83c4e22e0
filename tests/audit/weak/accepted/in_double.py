"""Right in float64 alone."""


def last(values):
    if values.dtype != "float64":
        raise TypeError("float64 is needed")
    return values[-1]
