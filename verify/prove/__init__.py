"""Proof search: untrusted; whatever it finds, the checker decides."""
