"""A scale of colours whose lightness falls steadily, so that it can be read in grey."""

from fractions import Fraction

Colour = tuple[int, int, int]

STOPS: tuple[Colour, ...] = ((253, 252, 236), (176, 214, 205), (95, 160, 186), (44, 96, 146))
STEPS = 32


def shade(share: Fraction) -> int:
    """The step of the scale at a share from 0 to 1."""
    return min(int(share * STEPS), STEPS - 1)


def colours() -> tuple[Colour, ...]:
    """Red, green and blue of every step, from light to dark."""
    return tuple(_colour(Fraction(step, STEPS - 1)) for step in range(STEPS))


def _colour(share: Fraction) -> Colour:
    place = share * (len(STOPS) - 1)
    index = min(int(place), len(STOPS) - 2)
    rest = place - index
    before, after = STOPS[index], STOPS[index + 1]
    red, green, blue = (round(a + (b - a) * rest) for a, b in zip(before, after, strict=True))
    return red, green, blue
