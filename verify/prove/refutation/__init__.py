"""Refutation: points at which a claim fails, proposed by floats and decided exactly."""
