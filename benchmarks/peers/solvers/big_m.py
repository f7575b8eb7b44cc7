"""The question as mixed-integer programs, big-M with interval bounds, in floating point.

One program for every output and sign: maximise s (f_i(x) - g_i(x)) subject to being at least
epsilon. What is infeasible, or has an optimum of at most epsilon and the tolerance, holds as far
as the solver can tell, which is no proof.

Source: the encoding is that of Tjeng, Xiao, Tedrake 2019 (arXiv 1711.07356); for pairs of networks
Kleine Buening, Kern, Sinz 2020.
"""

from dataclasses import dataclass, field

from question_file import FloatQuestion, Layer

Terms = dict[int, float]
INFINITY = float("inf")
TOLERANCE = 1e-6  # by which solvers let rows be violated; a smaller excess says nothing


@dataclass
class Program:
    """Columns with bounds, some of them binary, and rows low <= sum <= high."""

    bounds: list[tuple[float, float]] = field(default_factory=list)
    binaries: list[int] = field(default_factory=list)
    rows: list[tuple[float, Terms, float]] = field(default_factory=list)

    def column(self, low: float, high: float) -> int:
        """A new column."""
        self.bounds.append((low, high))
        return len(self.bounds) - 1

    def binary(self) -> int:
        """A new column of {0, 1}."""
        self.binaries.append(self.column(0, 1))
        return self.binaries[-1]


def encoded(question: FloatQuestion) -> tuple[Program, list[list[int]]]:
    """Both networks on the box; the columns of the outputs of both."""
    program = Program()
    inputs = [program.column(low, high) for low, high in question.box]
    return program, [_network(program, inputs, layers) for layers in question.networks]


def _network(program: Program, columns: list[int], layers: list[Layer]) -> list[int]:
    for index, (matrix, bias) in enumerate(layers):
        arguments = [
            _argument(program, columns, row, offset)
            for row, offset in zip(matrix, bias, strict=True)
        ]
        is_last = index == len(layers) - 1
        columns = arguments if is_last else [_unit(program, column) for column in arguments]
    return columns


def _argument(program: Program, columns: list[int], row: list[float], offset: float) -> int:
    low = high = offset
    terms: Terms = {}
    for column, weight in zip(columns, row, strict=True):
        if weight:
            ends = [weight * end for end in program.bounds[column]]
            low, high = low + min(ends), high + max(ends)
            terms[column] = weight
    result = program.column(low, high)
    program.rows.append((-offset, terms | {result: -1.0}, -offset))
    return result


def _unit(program: Program, argument: int) -> int:
    low, high = program.bounds[argument]
    if low >= 0:
        return argument
    if high <= 0:
        return program.column(0, 0)
    result, phase = program.column(0, high), program.binary()
    program.rows.append((0.0, {result: 1.0, argument: -1.0}, INFINITY))
    program.rows.append((-INFINITY, {result: 1.0, argument: -1.0, phase: -low}, -low))
    program.rows.append((-INFINITY, {result: 1.0, phase: -high}, 0.0))
    return result


def objectives(question: FloatQuestion, outputs: list[list[int]]) -> list[Terms]:
    """f_i - g_i and g_i - f_i for every output; what is to be maximised."""
    found: list[Terms] = []
    for left, right in zip(*outputs, strict=True):
        found += [{left: 1.0, right: -1.0}, {left: -1.0, right: 1.0}]
    return found
