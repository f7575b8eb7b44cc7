"""Proof by cells: a case tree over the cells of the inner layers, found with exact vertices.

At every node symbols whose argument has one sign on the cell are settled, bent units
relu(v + w relu(h)) whose bend misses the cell's interior become line symbols (step D, theorem
T13), and the cell is split only while units with several unknown symbols inside are left. So
the last hidden layer of either network is never split: at a leaf every unit is a line symbol,
symbols of distinct lines that cross the cell are independent, and E = 0 is decided (T14).

The search drives the checker's own state; lemmas are tried in integers before they are written.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from theory.form import Form, content, negated, primitive
from theory.network import Vector
from verify.certificate import Step
from verify.prove.cells.cell import Cell, Signs
from verify.prove.cells.lemma import Lemma, LemmaWriter
from verify.prove.cells.obligation import heaviest_line, obligation_lemmas
from verify.prove.state import SearchState, symbols_in


class StuckError(Exception):
    """The outputs seem to differ on a cell; its points are to be tried exactly."""

    def __init__(self, points: Iterable[Vector]) -> None:
        self.points = tuple(points)
        super().__init__("the outputs differ on a cell")

    def __reduce__(self) -> tuple[type["StuckError"], tuple[tuple[Vector, ...]]]:
        return StuckError, (self.points,)


@dataclass(frozen=True, slots=True)
class Bend:
    """A bent unit relu(v + w relu(h)): its only unknown symbol is the line h."""

    unit: int
    inner: int
    value: Form
    line: Form
    outer: Form  # v + w h


@dataclass(frozen=True, slots=True)
class OpenUnits:
    """What keeps a cell from being a leaf.

    Attributes:
        ready: Units whose arguments have become affine.
        lines: Unknown lines inside units. A line counts once for every unit that waits for
            several symbols: the lines of the deep network's layers come first, and bends wait
            until their line is settled.
        bends: Bent units.
    """

    ready: list[int]
    lines: Counter[int]
    bends: list[Bend]


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to speak about a form q on one side of a bend: sign * q >= 0 where own/other side."""

    name: str
    sign: int
    own: int  # 1 for the side that q speaks for, -1 for the other one


MODES = (Mode("P", 1, 1), Mode("-", 1, -1), Mode("N", -1, 1), Mode("+", -1, -1))


class CellSearch:
    """Writes the steps of a certificate, cell by cell."""

    def __init__(
        self, proof: SearchState, free: tuple[int, ...], pulse: Callable[[], None]
    ) -> None:
        self.proof = proof
        self.writer = LemmaWriter(proof, free)
        self.pulse = pulse
        self.steps: list[Step] = []
        self.bends: dict[int, Bend] = {}
        self.is_exact = proof.claim.relation == "exact"

    def step(self, *step: object) -> None:
        """Write a step, and take it in the state of the proof."""
        self.proof.step(list(step))
        self.steps.append(list(step))

    def close(self, cell: Cell) -> Step | None:
        """Do what the current cell decides, down to a leaf; or the split to go on with.

        What is written depends on the steps that lead to the cell, and on nothing else.

        Raises:
            StuckError: the networks seem to differ on the cell.
        """
        self.pulse()
        if not cell.enter():
            raise StuckError(cell.points())
        symbol = self._simplified(cell)
        if symbol is None:
            symbol = self._leaf(cell)
        return None if symbol is None else ["S", symbol]

    def _simplified(self, cell: Cell) -> int | None:
        """Settle and decompose what the cell decides; the line to split on if units stay open."""
        crossing: set[int] = set()  # lines that cross the cell
        inside: set[int] = set()  # units whose bends meet its interior
        while True:
            units = self._open_units()
            if units.ready:
                self.step("N", *sorted(units.ready))
            elif not units.lines:
                return None
            elif not (
                self._settled(cell, sorted(units.lines.keys() - crossing), crossing)
                or self._decomposed(cell, [b for b in units.bends if b.unit not in inside], inside)
            ):
                self._settled(cell, self._bare_lines(units.lines), crossing)
                return self._choice(cell, units.lines)

    def _bare_lines(self, inner: Counter[int]) -> list[int]:
        """Lines that the outputs depend on: settled here, they cost one lemma, not one a leaf."""
        is_line = self.proof.is_line
        return sorted(n for n in self.proof.coefficients if n not in inner and is_line(n))

    # -- open units and the lines inside them

    def _open_units(self) -> OpenUnits:
        """The units that the outputs depend on with unknown symbols inside, and those lines."""
        proof = self.proof
        found = OpenUnits([], Counter(), [])
        todo = [symbol for symbol in proof.coefficients if not proof.is_line(symbol)]
        seen = set(todo)
        self.bends = {unit: bend for unit, bend in self.bends.items() if unit not in proof.value}
        while todo:
            unit = todo.pop()
            bend = self.bends.get(unit)
            names = self._unknown_inside(unit) if bend is None else {bend.inner}
            if bend is None and len(names) == 1:
                bend = self._bent(unit)
            if not names or (bend is not None and bend.inner in proof.value):
                found.ready.append(unit)
            elif bend is not None:
                found.lines[bend.inner] += 0
                found.bends.append(bend)
            else:
                found.lines.update(name for name in sorted(names) if proof.is_line(name))
                fresh = [name for name in sorted(names - seen) if not proof.is_line(name)]
                todo += fresh
                seen.update(fresh)
        return found

    def _unknown_inside(self, unit: int) -> set[int]:
        """The unknown symbols that the unit's argument waits for."""
        found: set[int] = set()
        todo = list(symbols_in(self.proof.arguments[unit]))
        while todo:
            name = todo.pop()
            if name in self.proof.value:
                todo += symbols_in(self.proof.value[name])
            else:
                found.add(name)
        return found

    def _bent(self, unit: int) -> Bend | None:
        """Note a unit with one unknown symbol inside as a bend, if that symbol is a line."""
        value, terms = self.proof.parted(self.proof.reduced(self.proof.arguments[unit]))
        if len(terms) != 1:
            return None
        ((inner, weight),) = terms.items()
        if not self.proof.is_line(inner):
            return None
        line = self.proof.line(inner)
        outer = tuple([a + weight * b for a, b in zip(value, line, strict=True)])
        bend = self.bends[unit] = Bend(unit, inner, value, line, outer)
        return bend

    # -- settling

    def line(self, value: object) -> Form:
        """The line that a split names, by a symbol or as a form, in the coordinates of cells."""
        proof = self.proof
        form = proof.line(value) if isinstance(value, int) else proof.parted(proof.form(value))[0]
        return self.writer.projected(form)

    def _settled(self, cell: Cell, names: list[int], crossing: set[int]) -> bool:
        """Settle every line that does not cross the cell, note the others; whether one did not."""
        if not names:
            return False
        signs = cell.signs([self.line(name) for name in names])
        for name, sign in zip(names, signs, strict=True):
            if sign:
                self._settle(cell, name, sign)
            else:
                crossing.add(name)
        return any(signs)

    def _settle(self, cell: Cell, name: int, sign: int) -> None:
        if name not in self.proof.value:
            form = self.proof.line(name)
            lemma = self.writer.lemma(cell, form if sign > 0 else negated(form))
            self.step("+" if sign > 0 else "-", name, lemma)

    # -- decomposition of bent units

    def _decomposed(self, cell: Cell, bends: list[Bend], inside: set[int]) -> bool:
        """Apply step D to every bent unit that allows it, note the others; whether one did."""
        if not bends:
            return False
        bends.sort(key=lambda bend: bend.unit)
        project = self.writer.projected
        lines = [project(bend.line) for bend in bends]
        values = cell.sided([project(bend.value) for bend in bends], lines)
        outers = cell.sided([project(bend.outer) for bend in bends], lines)
        units = [
            bend.unit
            for bend, value, outer in zip(bends, values, outers, strict=True)
            if not self._bend(cell, bend, (value, outer))
        ]
        inside.update(units)
        return len(units) < len(bends)

    def _bend(self, cell: Cell, bend: Bend, likely: tuple[set[Signs], set[Signs]]) -> bool:
        """Write step D for a unit; False where its bend meets the interior after all."""
        for sign in (1, -1):
            chosen: list[object] = []
            for own, form, signs in ((-1, bend.value, likely[0]), (1, bend.outer, likely[1])):
                modes = [m for m in MODES if m.sign == sign and (sign, m.own * own) in signs]
                found = self._mode(cell, bend, (own, form), modes)
                if found is None:
                    break
                chosen += found
            else:
                self.step("D", bend.unit, *chosen)
                return True
        return False

    def _mode(
        self, cell: Cell, bend: Bend, part: tuple[int, Form], modes: list[Mode]
    ) -> tuple[str, Lemma] | None:
        """The first mode that a lemma shows, for v (own side -1) or v + w h (own side 1)."""
        own, form = part
        if len(modes) == 2 and self._cancels(bend.unit, form):
            modes.reverse()
        for mode in modes:
            side = bend.line if mode.own * own > 0 else negated(bend.line)
            lemma = self.writer.side_lemma(cell, form if mode.sign > 0 else negated(form), side)
            if lemma is not None:
                return mode.name, lemma
        return None

    def _cancels(self, unit: int, form: Form) -> bool:
        """Whether the symbol relu(form), taken with the unit's weight, comes closer to zero."""
        proof = self.proof
        weights = proof.coefficients.get(unit)
        factor = content(form)
        if weights is None or not any(form[1:]):
            return False
        for line in (primitive(form), negated(primitive(form))):
            symbol = proof.symbol_of(line)
            old = proof.coefficients.get(symbol) if symbol is not None else None
            if old is not None:
                new = [a + factor * b for a, b in zip(old, weights, strict=True)]
                return sum(map(abs, new)) < sum(map(abs, old))
        return False

    # -- splitting, and leaves

    def _choice(self, cell: Cell, lines: Counter[int]) -> int:
        """The line to split on: one inside most units, with fewest lines across its worse side."""
        most = max(lines.values())
        names = [name for name, count in lines.items() if 2 * count >= most]
        if len(names) == 1:
            return names[0]
        forms = [self.line(name) for name in names]
        order = [
            (*cell.balance(form, forms), -lines[name])
            for name, form in zip(names, forms, strict=True)
        ]
        return names[order.index(min(order))]

    def _leaf(self, cell: Cell) -> int | None:
        """Close the cell, on which every unit is one on a line; or the line to split on first."""
        names = sorted(self.proof.coefficients)
        signs = cell.signs([self.line(name) for name in names]) if names else []
        for name, sign in zip(names, signs, strict=True):
            if sign:
                self._settle(cell, name, sign)
        crossing = sorted(self.proof.coefficients)
        same = not crossing and not any(map(any, self.proof.linear))
        if same and self.proof.claim.is_difference:
            self.step("=")
            return None
        if self.is_exact:
            parts = (*cell.parts(self.line(crossing[0])), cell) if crossing else (cell,)
            raise StuckError(point for part in parts if part for point in part.points())
        lemmas = obligation_lemmas(self.proof, self.writer, cell)
        if lemmas is not None:
            self.step("=", *lemmas)
            return None
        if not crossing:
            raise StuckError([*cell.corners(), *cell.points()])
        return heaviest_line(self.proof, crossing)
