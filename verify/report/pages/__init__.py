"""Pages on evidence that is no ordinary claim: a module for each kind of folder."""
