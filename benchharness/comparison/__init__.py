"""Compares runs: machines, devices, backends and submissions, with what may be said of them."""
