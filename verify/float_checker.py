"""The checker of float32 bounds; of `verify.checker` it uses the reading of files alone.

    python3 -I -S verify/float_checker.py OUT/float-bound.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted means, for each network that the file names: at every point x of the box, and for every
float32 input that is at most `input_error` from x, coordinate by coordinate, any evaluation of
the network in float32 arithmetic (any order of summation, fused or not, underflow gradual or
abrupt) differs from the exact value at x by at most `bound`, output by output.

How (theorem T40). The box is cut in cells at middles, as `tree` says, depth first: an input's
number to cut it, -1 for a cell. On a cell the exact values of a layer are enclosed by zonotopes,

    value = centre + sum_k coefficient_k eps_k + rest,   |eps_k| <= 1,   |rest| <= radius,

and the errors of their float evaluation by others, with unknowns of their own (theorem T15).
Everything is an integer multiple of 2^-96, and what is rounded is rounded outward.
"""

import os
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from operator import mul

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import (
    Network,
    answered,
    document,
    expect,
    fields,
    integers,
    require,
    typed,
)

DIGITS = 96  # every quantity is an integer times 2^-96
MANTISSA = 24  # bits of a float32: u = 2^-24
LEAST = 149  # 2^-149 is the least positive float32
SLOPE = 16  # bits of a slope
SHARED = 2_000_000  # coefficients of a layer; beyond, its errors share no unknowns any more
ONE = 1 << DIGITS
NO_OVERFLOW = ONE << 127

Interval = tuple[int, int]
Row = list[tuple[int, int]]


def up(number: int, divisor: int) -> int:
    """The quotient rounded up."""
    return -(-number // divisor)


@dataclass(slots=True)
class Zonotope:
    """What encloses a value: see the head of this file."""

    centre: int
    coefficients: list[int]
    radius: int
    size: int = field(init=False)  # of what is added to the centre, at most

    def __post_init__(self) -> None:
        self.size = sum(map(abs, self.coefficients)) + self.radius

    @property
    def range(self) -> Interval:
        """Between what the value lies."""
        return self.centre - self.size, self.centre + self.size


def combined(rows: list[Row], bias: list[int], shift: int, parts: list[Zonotope]) -> list[Zonotope]:
    """What encloses the sums of 2^-shift weight * part, plus 2^-shift bias."""
    count = max((len(part.coefficients) for part in parts), default=0)
    padded = [part.coefficients + [0] * (count - len(part.coefficients)) for part in parts]
    columns = list(zip(*padded, strict=True)) if parts else []
    found = []
    for row, constant in zip(rows, bias, strict=True):
        weights = [0] * len(parts)
        for column, weight in row:
            weights[column] = weight
        centre = (constant << DIGITS) + sum(w * parts[c].centre for c, w in row)
        coefficients = [sum(map(mul, weights, column)) >> shift for column in columns]
        radius = up(sum(abs(w) * parts[c].radius for c, w in row), 1 << shift)
        found.append(Zonotope(centre >> shift, coefficients, radius + count + 1))
    return found


def rectified(parts: list[Zonotope], ranges: list[Interval]) -> list[Zonotope]:
    """What encloses relu of each, whose value is known to lie in these ranges.

    relu(z) - S z lies in [0, t], S = u / (u - l), t = max(-S l, (1 - S) u), for l <= z <= u.
    """
    start = max((len(part.coefficients) for part in parts), default=0)
    found, new = [], start
    for part, (low, high) in zip(parts, ranges, strict=True):
        if low >= 0:
            found.append(part)
        elif high <= 0:
            found.append(Zonotope(0, [], 0))
        else:
            slope = (high << SLOPE) // (high - low)
            gap = max(-slope * low, ((1 << SLOPE) - slope) * high)
            half = up(gap, 2 << SLOPE)
            coefficients = [slope * entry >> SLOPE for entry in part.coefficients]
            radius = up(slope * part.radius, 1 << SLOPE) + len(coefficients) + 2
            coefficients += [0] * (new - len(coefficients)) + [half]
            found.append(Zonotope((slope * part.centre >> SLOPE) + half, coefficients, radius))
            new += 1
    return found


def image(rows: list[Row], bias: list[int], shift: int, ranges: list[Interval]) -> list[Interval]:
    """Intervals that hold the sums where those given hold the parts, by interval arithmetic."""
    found = []
    for row, constant in zip(rows, bias, strict=True):
        low = high = constant << DIGITS
        for column, weight in row:
            ends = (weight * ranges[column][0], weight * ranges[column][1])
            low, high = low + min(ends), high + max(ends)
        found.append((low >> shift, up(high, 1 << shift)))
    return found


def rounding(row: Row, constant: int, shift: int, sizes: list[int]) -> int:
    """What the roundings of one sum cost, where the float activations have these sizes (T15).

    gamma(k) = k / (2^24 - k); the products and the sum: gamma(k + 1) times the sum of absolute
    values, and 2 k (1 + gamma(k)) 2^-126 for underflow.
    """
    count = len(row)
    require(count + 1 < 1 << MANTISSA, "a sum has too many terms")
    magnitude = (abs(constant) << DIGITS) + sum(abs(w) * sizes[c] for c, w in row)
    magnitude = up(magnitude, 1 << shift)
    relative = up(magnitude * (count + 1), (1 << MANTISSA) - count - 1)
    underflow = up(2 * count << MANTISSA, ((1 << MANTISSA) - count) << (126 - DIGITS))
    require(magnitude + relative + underflow <= NO_OVERFLOW, "a sum may overflow")
    return relative + underflow


def rectified_errors(errors: list[Zonotope], ranges: list[Interval]) -> list[Zonotope]:
    """The errors of relu, where the exact values lie in these ranges; step 3 of T15."""
    start = max((len(error.coefficients) for error in errors), default=0)
    found: list[Zonotope] = []
    for index, (error, (low, high)) in enumerate(zip(errors, ranges, strict=True)):
        size, own = error.size, error.radius
        if high <= -size:
            found.append(Zonotope(0, [], 0))
            continue
        coefficients = error.coefficients
        if low < size:
            coefficients = [entry >> 1 for entry in coefficients]
            own = up(own + size, 2) + len(coefficients)
        padding = [0] * (start + index - len(coefficients))
        found.append(Zonotope(0, [*coefficients, *padding, own], 0))
    return found


def unshared(errors: list[Zonotope], outputs: int) -> list[Zonotope]:
    """The errors, with unknowns of their own where there would be too many coefficients."""
    count = max((len(error.coefficients) for error in errors), default=0)
    if outputs * count <= SHARED:
        return errors
    return [Zonotope(0, [], error.size) for error in errors]


def cell_bound(network: Network, cell: list[Interval], input_error: list[int]) -> list[int]:
    """For every output a bound on |float32 evaluation - exact value| on a cell, times 2^96."""
    values, errors = [], []
    for index, ((low, high), size) in enumerate(zip(cell, input_error, strict=True)):
        centre = (low + high) >> 1
        values.append(Zonotope(centre, [0] * index + [high - centre], 0))
        errors.append(Zonotope(0, [0] * index + [size], 0) if size else Zonotope(0, [], 0))
    ranges = cell
    for number, (rows, bias, scale) in enumerate(network.layers):
        shift = scale.bit_length() - 1
        if number:
            values, errors = rectified(values, ranges), rectified_errors(errors, ranges)
            ranges = [(max(low, 0), max(high, 0)) for low, high in ranges]
        sizes = [
            max(-low, high) + error.size for (low, high), error in zip(ranges, errors, strict=True)
        ]
        errors = combined(rows, [0] * len(bias), shift, unshared(errors, len(rows)))
        local = [rounding(*sum_, shift, sizes) for sum_ in zip(rows, bias, strict=True)]
        errors = [
            Zonotope(0, error.coefficients, error.radius + size)
            for error, size in zip(errors, local, strict=True)
        ]
        values = combined(rows, bias, shift, values)
        direct = image(rows, bias, shift, ranges)
        ranges = [
            (max(part.range[0], low), min(part.range[1], high))
            for part, (low, high) in zip(values, direct, strict=True)
        ]
    return [error.size for error in errors]


def cells(box: list[list[Fraction]], tree: list[int]) -> list[list[Interval]]:
    """The cells of the tree, whose ends are rounded outward."""
    found: list[list[Interval]] = []
    stack = [box]
    for place in tree:
        require(stack, "tree: it goes on after its end")
        cell = stack.pop()
        if place == -1:
            found.append([(low * ONE // 1, -(-high * ONE // 1)) for low, high in cell])
            continue
        require(0 <= place < len(box), "tree: there is no such input")
        low, high = cell[place]
        middle = (low + high) / 2
        for ends in ([middle, high], [low, middle]):
            stack.append([*cell[:place], ends, *cell[place + 1 :]])
    require(not stack, "tree: it ends too early")
    return found


def require_float32(network: Network, name: str) -> None:
    """Refuse a network with a number that is no float32."""
    for rows, bias, scale in network.layers:
        exponent = scale.bit_length() - 1
        require(scale == 1 << exponent, f"{name}: a number is no float32")
        for number in [*bias, *(weight for row in rows for _, weight in row)]:
            tail = (number & -number).bit_length() - 1
            is_float = not number or (
                (abs(number) >> tail).bit_length() <= MANTISSA
                and tail - exponent >= -LEAST
                and abs(number) < scale << 128
            )
            require(is_float, f"{name}: a number is no float32")


def network_bound(
    network: Network, box: list[list[Fraction]], input_error: list[Fraction], tree: list[int]
) -> list[Fraction]:
    """For every output a bound on |float32 evaluation - exact value| over the box."""
    errors = [-(-size * ONE // 1) for size in input_error]
    bounds = [cell_bound(network, cell, errors) for cell in cells(box, tree)]
    return [Fraction(max(column), ONE) for column in zip(*bounds, strict=True)]


def rationals(values: object, what: str) -> list[Fraction]:
    """A list of exact texts as numbers."""
    numbers, scale = integers(values, what)
    return [Fraction(number, scale) for number in numbers]


def read_box(value: object) -> list[list[Fraction]]:
    """The intervals [low, high] of a box."""
    box = [rationals(pair, "box") for pair in typed(value, list, "box")]
    expect(box and all(len(pair) == 2 for pair in box), "box: expected intervals [low, high]")
    expect(all(low <= high for low, high in box), "box: it is empty")
    return box


def check(folder: str, data: bytes) -> str:
    """What is proved, if the file states bounds that hold.

    Raises:
        MalformedError, RejectedError: it does not.
    """
    box_value, error_value, named = document(data, "float-bound", "box input_error networks")
    box, sizes = read_box(box_value), rationals(error_value, "input_error")
    expect(len(sizes) == len(box) and min(sizes) >= 0, "input_error: expected sizes, one an input")
    told = []
    expect(typed(named, list, "networks"), "networks: expected some")
    for entry in named:
        bound, file, digest, tree = fields(entry, "bound file sha256 tree", "network")
        name = typed(file, str, "file")
        plain = name.isascii() and name.isprintable() and not set(name) & set("/\\")
        expect(name and plain, "file: expected a name beside this file")  # it is told in one line
        with open(os.path.join(folder, name), "rb") as source:
            content = source.read()
        require(sha256(content).hexdigest() == digest, f"{name}: it has another digest")
        network = Network(content, name)
        expect(network.inputs == len(box), f"{name}: expected as many inputs as the box has")
        require_float32(network, name)
        stated = rationals(bound, "bound")
        expect(len(stated) == network.outputs, f"{name}: expected a bound for every output")
        places = [typed(place, int, "tree") for place in typed(tree, list, "tree")]
        found = network_bound(network, box, sizes, places)
        holds = all(most >= size for most, size in zip(stated, found, strict=True))
        require(holds, f"{name}: a bound does not follow")
        told.append(f"{name} within {', '.join(map(str, stated))}")
    return f"float32 evaluation on the box of {len(box)} inputs: {'; '.join(told)}"


def main(arguments: list[str]) -> int:
    """Check one file and print one line."""

    def told() -> str:
        expect(len(arguments) == 1, "expected OUT/float-bound.json")
        with open(arguments[0], "rb") as source:
            data = source.read()
        return check(os.path.dirname(arguments[0]), data)

    return answered(told, MemoryError, OverflowError)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
