"""Step functions on lines, added up from intervals."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Generic, TypeVar

from theory.network import Vector

End = Fraction | None
Steps = tuple[tuple[End, Vector], ...]
Key = TypeVar("Key", tuple[int, ...], tuple[tuple[int, ...], tuple[int, ...]])


class StepSums(Generic[Key]):
    """One step function for every key: what is added to its value at which place."""

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs
        self.events: dict[Key, dict[End, list[int]]] = {}

    def add(self, key: Key, ends: tuple[End, End], values: Sequence[int]) -> None:
        """Add the values between two places; None is minus infinity first, infinity second."""
        events = self.events.setdefault(key, {})
        start, end = ends
        for place, sign in ((start, 1), (end, -1)):
            if sign < 0 and place is None:
                continue
            total = events.setdefault(place, [0] * self.outputs)
            for output, value in enumerate(values):
                total[output] += sign * value

    def finished(self, scale: int) -> list[tuple[Key, Steps]]:
        """The step functions that are not zero, divided by the scale, in order of their keys.

        Each is a list of (start, value), starts increasing: None for minus infinity first, if
        at all. Neighbouring values differ, and before the first start the value is 0.
        """
        found = []
        for key, events in sorted(self.events.items()):
            value: list[int] = [0] * self.outputs
            steps: list[tuple[End, Vector]] = []
            places: list[End] = [None] if None in events else []
            places += sorted(place for place in events if place is not None)
            for place in places:
                if any(events[place]):
                    value = [a + b for a, b in zip(value, events[place], strict=True)]
                    steps.append((place, tuple(Fraction(entry, scale) for entry in value)))
            if steps:
                found.append((key, tuple(steps)))
        return found


def first_difference(left: Steps, right: Steps) -> tuple[End, End]:
    """The first stretch of a line on which two different step functions are different."""
    number = 0
    while left[number : number + 1] == right[number : number + 1]:
        number += 1
    starts = [steps[number][0] for steps in (left, right) if len(steps) > number]
    start = None if None in starts else min(place for place in starts if place is not None)
    after = [
        place
        for steps in (left, right)
        for place, _ in steps[number:]
        if place is not None and (start is None or place > start)
    ]
    return start, min(after, default=None)


def free_place(start: End, end: End, taken: Sequence[Fraction]) -> Fraction:
    """A place inside a stretch that is none of those taken."""
    if start is None:
        inside = [place for place in taken if end is None or place < end]
        return (min(inside) if inside else Fraction(1) if end is None else end) - 1
    ends = [place for place in taken if place > start]
    if end is not None:
        ends.append(end)
    return (start + min(ends)) / 2 if ends else start + 1
