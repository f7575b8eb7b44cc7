"""Proof by cells: a case tree over the cells of the inner layers, found with exact vertices.

At every node symbols whose argument has one sign on the cell are settled, bent units
relu(v + w relu(h)) whose bend misses the cell's interior become line symbols (step D, theorem
T13), and the cell is split only while units with several unknown symbols inside are left. So
the last hidden layer of either network is never split: at a leaf every unit is a line symbol,
symbols of distinct lines that cross the cell are independent, and E = 0 is decided (T14).

The search drives the checker's own state, so that a step it writes is a step that holds.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd

import numpy as np
from numpy.typing import NDArray

from theory.cone import Cone
from theory.form import Form, negated
from theory.network import Vector
from verify.certificate import Step
from verify.checker import Proof, divided
from verify.prove.lemma import Lemma, LemmaWriter

_DOUBT = 1.0 / (1 << 30)  # closer to zero than this, a float proposes both signs
Floats = NDArray[np.float64]


class StuckError(Exception):
    """The outputs seem to differ on a cell; its points are to be tried exactly."""

    def __init__(self, points: Iterable[Vector]) -> None:
        self.points = tuple(points)
        super().__init__("the outputs differ on a cell")


@dataclass(frozen=True)
class Bend:
    """A bent unit relu(v + w relu(h)): its only unknown symbol is the line h."""

    unit: int
    inner: int
    value: Form
    line: Form
    outer: Form  # v + w h

    @cached_property
    def floats(self) -> Floats:
        """The three forms h, v and v + w h, each scaled to entries of size 1."""
        return np.array([_scaled(form) for form in (self.line, self.value, self.outer)])


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to speak about a side of a bend: sign * q >= 0 where side * h >= 0."""

    name: str
    sign: int
    own: bool

    @property
    def keeps(self) -> bool:
        """Whether the form itself, not zero, is the affine part."""
        return self.sign > 0


MODES = (Mode("P", 1, True), Mode("N", -1, True), Mode("+", -1, False), Mode("-", 1, False))


class CellSearch:
    """Depth-first search that writes the steps of a certificate."""

    def __init__(self, proof: Proof, free: tuple[int, ...], pulse: Callable[[], None]) -> None:
        self.proof = proof
        self.writer = LemmaWriter(proof, free)
        self.pulse = pulse
        self.steps: list[Step] = []
        self.bends: dict[int, Bend] = {}

    def step(self, *step: object) -> None:
        """Write a step, and take it in the checker's own state."""
        self.proof.step(list(step))
        self.steps.append(list(step))

    def run(self, walls: tuple[Form, ...], cones: list[Cone]) -> list[Step]:
        """The steps of a proof.

        Args:
            walls: Forms that cut the domain into the start cones; none where it is one cone.
            cones: The start cones, the side >= 0 of the first wall first.

        Raises:
            StuckError: the networks seem to differ on some cell.
        """
        if not walls:
            self._cells(cones.pop(0))
            return self.steps
        bends = dict(self.bends)
        self.step("S", list(walls[0]))
        self.run(walls[1:], cones)
        self.bends = bends
        return self.run(walls[1:], cones)

    def _cells(self, cell: Cone) -> None:
        waiting: list[tuple[Cone, dict[int, Bend]]] = []
        while True:
            self.pulse()
            symbol = self._simplified(cell)
            if symbol is None:
                self._leaf(cell)
                if not waiting:
                    return
                cell, self.bends = waiting.pop()
                continue
            above, below = cell.split(self.writer.projected(self.proof.arguments[symbol][0]))
            if above is None or below is None:
                raise StuckError(_points(cell))
            self.step("S", symbol)
            waiting.append((below, dict(self.bends)))
            cell = above

    def _simplified(self, cell: Cone) -> int | None:
        """Settle and decompose what the cell decides; the line to split on if units stay open."""
        vertices = np.array([_scaled(generator) for generator in cell.generators]).T
        while True:
            units, lines = self._open_units()
            if not units:
                return None
            if self._settled(cell, vertices, lines) or self._decomposed(cell, vertices):
                continue
            return self._choice(lines, vertices)

    # -- open units and the lines inside them

    def _open_units(self) -> tuple[list[int], Counter[int]]:
        """Units that the outputs depend on with unknown symbols inside, and those lines.

        A line counts once for every unit that waits for several symbols: the lines of the
        deep network's layers come first, and bends wait until their line is settled.
        """
        proof = self.proof
        found: list[int] = []
        lines: Counter[int] = Counter()
        todo = [symbol for symbol in proof.coefficients if proof.arguments[symbol][1]]
        seen = set(todo)
        self.bends = {unit: bend for unit, bend in self.bends.items() if unit not in proof.value}
        while todo:
            unit = todo.pop()
            found.append(unit)
            if unit in self.bends:
                lines[self.bends[unit].inner] += 0
                continue
            _, terms = reduced = proof.reduced(proof.arguments[unit])
            if len(terms) == 1 and self._bent(unit, reduced):
                lines[self.bends[unit].inner] += 0
                continue
            for name in terms:
                if not proof.arguments[name][1]:
                    lines[name] += 1
                elif name not in seen:
                    seen.add(name)
                    todo.append(name)
        return found, lines

    def _bent(self, unit: int, reduced: tuple[Form, dict[int, int]]) -> bool:
        value, ((inner, weight),) = reduced[0], reduced[1].items()
        line, deeper = self.proof.arguments[inner]
        if deeper:
            return False
        project = self.writer.projected
        outer = tuple(a + weight * b for a, b in zip(value, line, strict=True))
        self.bends[unit] = Bend(unit, inner, project(value), project(line), project(outer))
        return True

    # -- settling

    def _settled(self, cell: Cone, vertices: Floats, lines: Iterable[int]) -> bool:
        """Settle every line that does not cross the cell; whether there was one."""
        names = [name for name in lines if name not in self.proof.value]
        if not names:
            return False
        forms = [self._line(name) for name in names]
        values = np.array([_scaled(form) for form in forms]) @ vertices
        likely = np.flatnonzero((values.min(1) > -_DOUBT) | (values.max(1) < _DOUBT))
        return sum(self._sign(cell, names[index], forms[index]) for index in likely) > 0

    def _line(self, name: int) -> Form:
        return self.writer.projected(self.proof.arguments[name][0])

    def _sign(self, cell: Cone, name: int, form: Form) -> bool:
        """Write the sign of a line on the cell; False where it crosses."""
        values = cell.values(form)
        argument = self.proof.arguments[name][0]
        if min(values) >= 0:
            self.step("+", name, self.writer.lemma(cell, argument))
        elif max(values) <= 0:
            self.step("-", name, self.writer.lemma(cell, negated(argument)))
        else:
            return False
        return True

    # -- decomposition of bent units

    def _decomposed(self, cell: Cone, vertices: Floats) -> bool:
        """Apply step D to every bent unit that allows it; whether there was one."""
        bends = list(self.bends.values())
        if not bends:
            return False
        values = np.stack([bend.floats for bend in bends], axis=1) @ vertices
        lines, sides = values[0], (values[1], values[2])
        likely = []
        for own, side in zip((-1, 1), sides, strict=True):
            likely.append(
                np.stack(
                    [
                        _is_feasible(mode.sign * side, (own if mode.own else -own) * lines)
                        for mode in MODES
                    ]
                )
            )
        both = np.flatnonzero(likely[0].any(0) & likely[1].any(0))
        flags = [[list(side[:, index]) for side in likely] for index in both]
        return sum(self._bend(cell, bends[i], f) for i, f in zip(both, flags, strict=True)) > 0

    def _bend(self, cell: Cone, bend: Bend, likely: list[list[bool]]) -> bool:
        """Write step D for a unit; False where its bend meets the interior after all."""
        proof = self.proof
        if bend.unit in proof.value or bend.inner in proof.value:
            return False
        value, terms = proof.reduced(proof.arguments[bend.unit])
        ((inner, weight),) = terms.items()
        line = proof.arguments[inner][0]
        outer = tuple(a + weight * b for a, b in zip(value, line, strict=True))
        for keeps in (True, False):
            chosen: list[object] = []
            for own, form, flags in ((-1, value, likely[0]), (1, outer, likely[1])):
                found = self._mode(cell, bend.unit, (form, line, own), keeps, flags)
                if found is None:
                    break
                chosen += found
            else:
                self.step("D", bend.unit, *chosen)
                return True
        return False

    def _mode(
        self, cell: Cone, unit: int, part: tuple[Form, Form, int], keeps: bool, flags: list[bool]
    ) -> tuple[str, Lemma] | None:
        form, line, own = part
        modes = [m for m, flag in zip(MODES, flags, strict=True) if flag and m.keeps == keeps]
        if len(modes) == 2 and self._cancels(unit, form):
            modes.reverse()
        for mode in modes:
            side = line if (own if mode.own else -own) > 0 else negated(line)
            lemma = self.writer.side_lemma(cell, form if mode.sign > 0 else negated(form), side)
            if lemma is not None:
                return mode.name, lemma
        return None

    def _cancels(self, unit: int, form: Form) -> bool:
        """Whether the symbol relu(form), taken with the unit's weight, comes closer to zero."""
        proof = self.proof
        weights = proof.coefficients.get(unit)
        if weights is None or not any(form[1:]):
            return False
        factor = gcd(*form)
        for sign in (factor, -factor):
            symbol = proof.numbers.get(divided(form, {}, sign))
            old = proof.coefficients.get(symbol) if symbol is not None else None
            if old is not None:
                new = [a + factor * b for a, b in zip(old, weights, strict=True)]
                return sum(map(abs, new)) < sum(map(abs, old))
        return False

    # -- splitting

    def _choice(self, lines: Counter[int], vertices: Floats) -> int:
        """The line to split on: one inside most units, with fewest lines across its worse side."""
        most = max(lines.values())
        names = [name for name, count in lines.items() if 2 * count >= most]
        if len(names) == 1:
            return names[0]
        values = np.array([_scaled(self._line(name)) for name in names]) @ vertices
        best = min(range(len(names)), key=lambda index: _crossings(values, index))
        return names[best]

    # -- leaves

    def _leaf(self, cell: Cone) -> None:
        for name in sorted(self.proof.coefficients):
            if name in self.proof.coefficients and not self._sign(cell, name, self._line(name)):
                above, below = cell.split(self._line(name))
                raise StuckError(point for part in (above, below, cell) for point in _points(part))
        if any(map(any, self.proof.linear)):
            raise StuckError(_points(cell))
        self.step("=")


def _scaled(form: Form) -> list[float]:
    largest = max(map(abs, form)) or 1
    return [entry / largest for entry in form]


def _is_feasible(values: Floats, slopes: Floats) -> NDArray[np.bool_]:
    """Row by row: is there a weight w >= 0 with values - w * slopes >= 0 (up to rounding)?"""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = values / slopes
    high = np.where(slopes > _DOUBT, ratios, np.inf).min(1)
    low = np.where(slopes < -_DOUBT, ratios, 0.0).max(1).clip(0.0)
    level = np.where(np.abs(slopes) <= _DOUBT, values, 0.0).min(1)
    feasible: NDArray[np.bool_] = (level > -_DOUBT) & (high >= low - _DOUBT * (1 + low))
    return feasible


def _crossings(values: Floats, index: int) -> tuple[int, int]:
    """How many lines cross the worse side, and both sides, when cut by one of them."""
    cut = values[index]
    above, below = values[:, cut > 0], values[:, cut < 0]
    weights = cut[cut > 0][:, None] - cut[cut < 0][None, :]
    middle = (
        above[:, :, None] * -cut[cut < 0][None, None, :]
        + below[:, None, :] * cut[cut > 0][None, :, None]
    ) / weights
    middle = middle.reshape(len(values), -1)
    counts = []
    for part in (above, below):
        ends = np.concatenate([part, middle], axis=1)
        counts.append(int(((ends.min(1) < -_DOUBT) & (ends.max(1) > _DOUBT)).sum()))
    return max(counts), sum(counts)


def _points(cell: Cone | None) -> list[Vector]:
    """Interior points of a cell, on no particular line."""
    if cell is None:
        return []
    found = [cell.interior_point()]
    for power in range(1, 4):
        weights = [(index + 2) ** power for index in range(len(cell.generators))]
        for order in (weights, weights[::-1]):
            total = [sum(w * g[i] for w, g in zip(order, cell.generators, strict=True))
                     for i in range(len(cell.generators[0]))]  # fmt: skip
            found.append(tuple(Fraction(entry, total[0]) for entry in total[1:]))
    return found
