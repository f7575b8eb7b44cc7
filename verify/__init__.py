"""How we know: claims, proof search, certificates, checkers, reports, formats, command line."""
