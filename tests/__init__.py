"""One property per theorem; the oracle is the semantics, network(point)."""
