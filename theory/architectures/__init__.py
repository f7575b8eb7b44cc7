"""Classes of networks beside layered ones, and how they compare."""
