"""Proof by bisection: zonotopes of both networks on the parts of a box."""
