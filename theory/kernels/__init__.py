"""Infinitely wide networks: their kernels."""
