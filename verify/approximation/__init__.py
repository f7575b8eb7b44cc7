"""Networks within epsilon of a function: what is claimed, and the files that say so."""
