"""What is true: exact networks, polyhedra, piecewise-linear functions, and one room per theorem."""
