"""The checker of chamber tables: proofs that a sum of blocks is the maximum of n numbers.

    python3 -I -S verify/chamber_table.py TABLE.json [NETWORK.json]

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it trusts nothing of
the table but the blocks and their coefficients, which are the formula itself. Accepted means

    max(x_0, ..., x_(n-1)) = sum of coefficient * max(m_ab + m_cd, m_ef + m_gh)   for all real x,

where m_ij = max(x_i, x_j) and m_ii = x_i.

How (theorems T17 and T18). On a chamber x_(1) > x_(2) > ... > x_(n) a side of a block is a sum
of two of the numbers, and max(A, B) is A, or B, or B + relu(A - B). The table counts, for each
orbit of blocks, how often each number and each kink relu(A - B) occurs. The checker counts anew,
requires the counts to be those of the table, and requires sum of coefficient * count to be 1 for
x_(1) and 0 for everything else. A chamber stands for those that the symmetries make of it: they
must permute the blocks of every orbit as functions, and make all n! chambers of those listed.

With a network, a file of the format relucert-network, accepted means in addition that this
network is the maximum of its n inputs for all real x. It is evaluated in every chamber, as a
linear function plus kinks; all units but those of the last hidden layer must be linear there.
"""

import json
import re
import sys
from fractions import Fraction
from itertools import permutations
from math import factorial, gcd, lcm
from typing import Any

Block = tuple[tuple[tuple[int, int], ...], ...]
Counts = list[int]
Value = tuple[list[int], dict[tuple[int, ...], int]]  # linear part, kinks with their weights
MOST_NUMBERS = 8
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,99})(?:/[1-9][0-9]{0,99})?", re.ASCII)


class MalformedError(Exception):
    """The file is not what the format says; nothing was checked."""


class RejectedError(Exception):
    """The table does not prove its formula."""


def expect(condition: object, reason: str) -> None:
    """Call the file malformed unless the condition holds."""
    if not condition:
        raise MalformedError(reason)


def require(condition: object, reason: str) -> None:
    """Reject the table unless the condition holds."""
    if not condition:
        raise RejectedError(reason)


def typed(value: object, kind: type, what: str) -> Any:
    """The value, which must be exactly of this type: True is no integer."""
    expect(type(value) is kind, f"{what}: expected {kind.__name__}, got {type(value).__name__}")
    return value


def fields(value: object, names: str, what: str) -> list[Any]:
    """The values of an object that has exactly these names (separated by blanks)."""
    found = typed(value, dict, what)
    expect(set(found) == set(names.split()), f"{what}: expected exactly the names {names}")
    return [found[name] for name in names.split()]


def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of these pairs, no name twice."""
    expect(len(dict(pairs)) == len(pairs), "a name occurs twice in one object")
    return dict(pairs)


def refuse(literal: object) -> None:
    """Refuse what JSON allows and exact arithmetic does not."""
    raise MalformedError(f"only integers and texts may stand here, not {str(literal)[:20]}")


def whole_numbers(value: object, size: int, least: int, what: str) -> list[int]:
    """A list of so many integers, not below the least."""
    numbers = [typed(entry, int, what) for entry in typed(value, list, what)]
    expect(len(numbers) == size, f"{what}: expected {size} integers, got {len(numbers)}")
    expect(min(numbers, default=least) >= least, f"{what}: expected integers >= {least}")
    return numbers


def permutation(value: object, size: int, what: str) -> tuple[int, ...]:
    """A permutation of 0, ..., size - 1."""
    numbers = whole_numbers(value, size, 0, what)
    expect(sorted(numbers) == list(range(size)), f"{what}: expected a permutation")
    return tuple(numbers)


def block_of(value: object, count: int) -> Block:
    """A block: two sides of two pairs of two indices."""
    sides = []
    for side in typed(value, list, "block"):
        pairs = [whole_numbers(pair, 2, 0, "pair") for pair in typed(side, list, "side")]
        expect(len(pairs) == 2, "side: expected two pairs")
        expect(all(index < count for pair in pairs for index in pair), "pair: no such number")
        sides.append(tuple((first, second) for first, second in pairs))
    expect(len(sides) == 2, "block: expected two sides")
    return tuple(sides)


def function_of(block: Block, symmetry: tuple[int, ...]) -> object:
    """A key of the function max(...) that a block is after the indices are permuted.

    Equal keys have equal functions; 2 max of the same numbers is one function.
    """
    sides = [
        tuple(sorted(tuple(sorted((symmetry[a], symmetry[b]))) for a, b in side)) for side in block
    ]
    if all(first == second for first, second in sides):
        return frozenset(index for first, _ in sides for index in first)
    return tuple(sorted(sides))


def leading(side: tuple[tuple[int, int], ...], places: list[int]) -> list[int]:
    """What a side is on the chamber, by place: m_ij is the number whose place comes first."""
    total = [0] * len(places)
    for a, b in side:
        total[min(places[a], places[b])] += 1
    return total


def restricted(block: Block, places: list[int]) -> tuple[list[int], tuple[int, ...] | None]:
    """The linear part and the kink of a block on the chamber.

    On the chamber A - B is a combination of the differences x_(k) - x_(k+1) > 0, whose
    coefficients are the partial sums.
    """
    left, right = (leading(side, places) for side in block)
    rise = [a - b for a, b in zip(left, right, strict=True)]
    partial = [sum(rise[: place + 1]) for place in range(len(rise))]
    if all(value >= 0 for value in partial):
        return left, None
    if all(value <= 0 for value in partial):
        return right, None
    if next(value for value in rise if value) > 0:
        return right, tuple(rise)
    return left, tuple(-value for value in rise)


class Chamber:
    """What the table says of one chamber."""

    def __init__(self, value: object, count: int, orbits: int) -> None:
        order, self.size, linear, kinks = fields(value, "order size linear kinks", "chamber")
        self.order = permutation(order, count, "order")
        typed(self.size, int, "size")
        self.linear = [
            whole_numbers(line, orbits, 0, "counts") for line in typed(linear, list, "linear")
        ]
        self.kinks: dict[tuple[int, ...], Counts] = {}
        for line in typed(kinks, list, "kinks"):
            expect(len(typed(line, list, "kink")) == 2, "kink: expected a form and its counts")
            form = tuple(whole_numbers(line[0], count, -2, "form"))
            expect(form not in self.kinks, "kinks: a form is listed twice")
            self.kinks[form] = whole_numbers(line[1], orbits, 0, "counts")


def parsed(data: bytes) -> object:
    """The value of a JSON text in ASCII, without floats and repeated names."""
    try:
        return json.loads(
            data.decode("ascii"),
            parse_float=refuse,
            parse_constant=refuse,
            object_pairs_hook=unique,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not a JSON text in ASCII: {str(error)[:80]}") from None


def number(value: object, what: str) -> Fraction:
    """The number that a text p or p/q is."""
    expect(NUMBER.fullmatch(typed(value, str, what)), f"{what}: expected p/q")
    return Fraction(str(value))


class Table:
    """A table as read from a file."""

    def __init__(self, data: bytes) -> None:
        value = parsed(data)
        names = "format version count symmetries orbits chambers"
        kind, version, count, symmetries, orbits, chambers = fields(value, names, "table")
        expect(kind == "relucert-chamber-table", "format: expected relucert-chamber-table")
        expect(typed(version, int, "version") == 1, "version: expected 1")
        self.count: int = typed(count, int, "count")
        expect(2 <= self.count <= MOST_NUMBERS, f"count: expected 2, ..., {MOST_NUMBERS}")
        self.symmetries = [
            permutation(one, self.count, "symmetry")
            for one in typed(symmetries, list, "symmetries")
        ]
        self.orbits = [self._orbit_of(orbit) for orbit in typed(orbits, list, "orbits")]
        self.chambers = [
            Chamber(chamber, self.count, len(self.orbits))
            for chamber in typed(chambers, list, "chambers")
        ]

    def _orbit_of(self, value: object) -> tuple[Fraction, list[Block]]:
        text, blocks = fields(value, "coefficient blocks", "orbit")
        found = [block_of(one, self.count) for one in typed(blocks, list, "blocks")]
        return number(text, "coefficient"), found

    def check(self) -> None:
        """Accept the table, or say why not.

        Raises:
            RejectedError: it does not prove its formula.
        """
        self._check_symmetries()
        known: set[tuple[int, ...]] = set()
        for chamber in self.chambers:
            orbit = self._images(chamber.order)
            require(not orbit & known, f"chamber {chamber.order}: listed twice, up to symmetry")
            require(chamber.size == len(orbit), f"chamber {chamber.order}: one of {len(orbit)}")
            known |= orbit
            self._check_chamber(chamber)
        require(len(known) == factorial(self.count), "chambers: some are missing")

    def _check_symmetries(self) -> None:
        """Every symmetry must send the blocks of each orbit to those of the same orbit."""
        same = tuple(range(self.count))
        for _, blocks in self.orbits:
            functions = {function_of(block, same) for block in blocks}
            require(len(functions) == len(blocks), "orbit: a block is listed twice")
            for symmetry in self.symmetries:
                images = {function_of(block, symmetry) for block in blocks}
                require(images == functions, f"symmetry {symmetry}: it leads out of an orbit")

    def _images(self, order: tuple[int, ...]) -> set[tuple[int, ...]]:
        found = {order}
        waiting = [order]
        while waiting:
            current = waiting.pop()
            for symmetry in self.symmetries:
                image = tuple(symmetry[index] for index in current)
                if image not in found:
                    found.add(image)
                    waiting.append(image)
        return found

    def _check_chamber(self, chamber: Chamber) -> None:
        """Count anew, compare with the table, and add up."""
        where = f"chamber {chamber.order}"
        linear, kinks = self._counted(chamber.order)
        require(chamber.linear == linear, f"{where}: the linear parts are miscounted")
        require(chamber.kinks == kinks, f"{where}: the kinks are miscounted")
        for place, counts in enumerate(linear):
            require(self._sum(counts) == (not place), f"{where}: the sum of place {place} is wrong")
        for form, counts in kinks.items():
            require(self._sum(counts) == 0, f"{where}: the kink {form} is left")

    def _counted(
        self, order: tuple[int, ...]
    ) -> tuple[list[Counts], dict[tuple[int, ...], Counts]]:
        places = [order.index(index) for index in range(self.count)]
        size = len(self.orbits)
        linear = [[0] * size for _ in order]
        kinks: dict[tuple[int, ...], Counts] = {}
        for column, (_, blocks) in enumerate(self.orbits):
            for block in blocks:
                part, kink = restricted(block, places)
                for place, entry in enumerate(part):
                    linear[place][column] += entry
                if kink is not None:
                    kinks.setdefault(kink, [0] * size)[column] += 1
        return linear, kinks

    def _sum(self, counts: Counts) -> Fraction:
        pairs = zip(self.orbits, counts, strict=True)
        return sum((coefficient * count for (coefficient, _), count in pairs), Fraction(0))


class Network:
    """A network without biases as read from a file; weights are integers times the scale."""

    def __init__(self, data: bytes) -> None:
        names = "format version inputs layers"
        kind, version, inputs, layers = fields(parsed(data), names, "network")
        expect(kind == "relucert-network", "format: expected relucert-network")
        expect(typed(version, int, "version") == 1, "version: expected 1")
        self.inputs = self.outputs = typed(inputs, int, "inputs")
        self.scale, self.layers = 1, list[list[list[tuple[int, int]]]]()
        for value in typed(layers, list, "layers"):
            self._read(value)
        expect(self.layers, "layers: expected at least one")

    def _read(self, value: object) -> None:
        bias, rows = (typed(part, list, "layer") for part in fields(value, "bias rows", "layer"))
        expect(len(bias) == len(rows), "layer: expected one bias per row")
        require(not any(number(one, "bias") for one in bias), "network: a bias is not zero")
        found = []
        for row in rows:
            columns = [typed(column, int, "column") for column in typed(row, list, "row")[::2]]
            weights = [number(weight, "weight") for weight in row[1::2]]
            known = len(columns) == len(weights) and columns == sorted(set(columns))
            expect(known and all(0 <= column < self.outputs for column in columns), "row: columns")
            found.append(list(zip(columns, weights, strict=True)))
        scale = lcm(*(weight.denominator for row in found for _, weight in row))
        self.layers.append([[(column, int(w * scale)) for column, w in row] for row in found])
        self.scale *= scale
        self.outputs = len(rows)

    def check(self, count: int) -> None:
        """Accept the network if it is the maximum of so many inputs, or say why not.

        Raises:
            RejectedError: it is not, or a unit before the last hidden layer has a kink.
        """
        expect((self.inputs, self.outputs) == (count, 1), f"network: expected {count} inputs")
        wanted = [self.scale] + [0] * (count - 1)
        for order in permutations(range(count)):
            linear, kinks = self._on(order)
            require(linear == wanted and not kinks, f"network, chamber {order}: not the maximum")

    def _on(self, order: tuple[int, ...]) -> Value:
        """The output on the open chamber, by place."""
        size = len(order)
        places = [order.index(index) for index in range(size)]
        values: list[Value] = [([int(p == place) for p in range(size)], {}) for place in places]
        for depth, layer in enumerate(self.layers):
            if depth:
                values = [bent(linear, kinks) for linear, kinks in values]
            values = [combined(row, values, size) for row in layer]
        return values[0]


def combined(row: list[tuple[int, int]], values: list[Value], size: int) -> Value:
    """The weighted sum of values on a chamber."""
    total, kinks = [0] * size, dict[tuple[int, ...], int]()
    for column, weight in row:
        linear, bends = values[column]
        total = [a + weight * b for a, b in zip(total, linear, strict=True)]
        for form, entry in bends.items():
            kinks[form] = kinks.get(form, 0) + weight * entry
    return total, {form: weight for form, weight in kinks.items() if weight}


def bent(linear: list[int], kinks: dict[tuple[int, ...], int]) -> Value:
    """The relu of a linear function on a chamber: itself, zero, or a kink.

    A kink relu(h) has coprime entries, the first one positive: relu(-h) = relu(h) - h.
    """
    require(not kinks, "network: a unit reads a kink, which this checker does not follow")
    sums = [sum(linear[: place + 1]) for place in range(len(linear))]
    if not sums[-1] and all(value >= 0 for value in sums):
        return linear, {}
    if not sums[-1] and all(value <= 0 for value in sums):
        return [0] * len(linear), {}
    factor = gcd(*linear)
    if next(value for value in linear if value) > 0:
        return [0] * len(linear), {tuple(value // factor for value in linear): factor}
    return linear, {tuple(-value // factor for value in linear): factor}


def main(arguments: list[str]) -> int:
    """The command: one path or two; the exit status is the answer."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python3 -I -S verify/chamber_table.py TABLE.json [NETWORK.json]\n")
        return 2
    try:
        with open(arguments[0], "rb") as file:
            table = Table(file.read())
        table.check()
        for path in arguments[1:]:
            with open(path, "rb") as file:
                Network(file.read()).check(table.count)
    except RejectedError as error:
        sys.stdout.write(f"rejected: {error}\n")
        return 1
    except (MalformedError, OSError) as error:
        sys.stdout.write(f"malformed: {error}\n")
        return 2
    blocks = sum(len(blocks) for _, blocks in table.orbits)
    also = "; so is the network, in every chamber" if arguments[1:] else ""
    sys.stdout.write(
        f"accepted: the maximum of {table.count} numbers is the sum of {blocks} blocks, for all "
        f"real numbers ({factorial(table.count)} chambers, {len(table.chambers)} up to symmetry)"
        f"{also}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
