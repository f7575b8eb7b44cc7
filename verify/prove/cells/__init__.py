"""Proof by cells: a case tree over the domain, on whose leaves both networks are affine."""
