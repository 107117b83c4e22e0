"""The product of two matrices."""


def product(a, b):
    """The product of two matrices."""
    return a @ b
