"""Canonical forms: equal for equal functions, and where they differ a point shows it."""
