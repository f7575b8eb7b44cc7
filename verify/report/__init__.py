"""The page that a person reads: LaTeX from a checked claim."""
