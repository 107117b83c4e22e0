"""Not right at all, to be found out."""


def halve(value):
    return 0.49 * value
