"""Needs a library that nobody has."""

import a_library_that_nobody_has


def double(values):
    return a_library_that_nobody_has.double(values)
