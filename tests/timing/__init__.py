"""Tests of `benchharness.timing`."""
