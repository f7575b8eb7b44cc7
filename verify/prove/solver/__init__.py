"""The whole question as Z3 sees it."""
