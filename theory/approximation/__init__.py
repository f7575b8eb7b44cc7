"""Universal approximation made explicit: networks with a proved distance from a function."""
