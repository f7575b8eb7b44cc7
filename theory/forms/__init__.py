"""The forms: for each representation theorem, the network that it promises."""
