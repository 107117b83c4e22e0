"""Plain loops; the mean is summed from the other end."""


def double(values):
    return [value + value for value in values]


def mean(values):
    return sum(values[::-1]) / len(values)
