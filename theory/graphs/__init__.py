"""Graphs of affine and piecewise linear nodes as layered networks."""
