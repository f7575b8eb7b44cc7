"""Fourier-Motzkin elimination: the shadow of {x : forms(x) >= 0} on its first coordinates.

    (exists x_n: all forms >= 0)  iff  every form without x_n, and every positive combination
    that cancels x_n out of one form with a positive and one with a negative entry, is >= 0.

Exact, and quick for the small polytopes that tests draw; the number of forms may square with
every input that is eliminated. Source: Fourier 1826; Motzkin 1936.
"""

from collections.abc import Sequence
from fractions import Fraction

from theory.form import Form, combination, primitive
from theory.network import Vector

Interval = tuple[Fraction | None, Fraction | None]


def shadow(forms: Sequence[Form]) -> tuple[Form, ...]:
    """The forms that describe the projection along the last coordinate, that entry dropped."""
    above = [form for form in forms if form[-1] > 0]
    below = [form for form in forms if form[-1] < 0]
    found = {primitive(form[:-1]): None for form in forms if not form[-1]}
    for low in above:
        for high in below:
            sum_form = combination(((-high[-1], low), (low[-1], high)), len(low))
            found[primitive(sum_form[:-1])] = None
    return tuple(form for form in found if any(form[1:]) or form[0] < 0)


def shadows(forms: Sequence[Form], inputs: int) -> tuple[tuple[Form, ...], ...]:
    """The projections on the first 1, 2, ..., inputs coordinates; the last is `forms`."""
    found = [tuple(forms)]
    for _ in range(inputs - 1):
        found.append(shadow(found[-1]))
    return tuple(reversed(found))


def last_interval(forms: Sequence[Form], before: Vector) -> Interval | None:
    """Where the last coordinate may lie, the others given; None where nowhere.

    An end that is None is infinite.
    """
    low: Fraction | None = None
    high: Fraction | None = None
    for constant, *gradient, last in forms:
        value = sum((a * x for a, x in zip(gradient, before, strict=True)), Fraction(constant))
        if not last:
            if value < 0:
                return None
        elif last > 0:
            low = -value / last if low is None else max(low, -value / last)
        else:
            high = -value / last if high is None else min(high, -value / last)
    if low is not None and high is not None and low > high:
        return None
    return low, high
