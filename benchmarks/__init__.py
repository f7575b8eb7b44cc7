"""Times and sizes of the whole way: build, prove, check."""
