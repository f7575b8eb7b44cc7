"""What can go wrong in the mathematics; every error of this package is a `TheoryError`."""


class TheoryError(ValueError):
    """An argument is not what the theorem speaks about."""


class NumberError(TheoryError):
    """A text or float is not an exact rational number: write 3, -1/2 or 0.25."""


class ShapeError(TheoryError):
    """Sizes do not fit: expected one number of inputs, units or outputs, got another."""


class DomainError(TheoryError):
    """A domain is malformed, empty, or of a kind that a construction does not cover."""


class ScopeError(TheoryError):
    """The theorem does not cover this network, for instance because of its number of inputs."""
