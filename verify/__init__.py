"""How we know: claims, proof search, certificates, the checker, reports, formats and the command line."""
