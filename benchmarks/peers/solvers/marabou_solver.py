"""Marabou on both networks as one query for every output and sign: floating point, so no proof.

A query asks for a difference of at least epsilon, or of 0.0001 if epsilon is smaller: asked for
less, Marabou gives points that differ by its own tolerances only.
"""

import sys
import warnings
from pathlib import Path

from question_file import FloatQuestion, Layer, read_question, tell

warnings.simplefilter("ignore")

from maraboupy import Marabou, MarabouCore  # noqa: E402

VERSION = "Marabou 2.0"
LEAST = 0.0001


class Query:
    """Both networks on the box as variables, equations and ReLU constraints."""

    def __init__(self, question: FloatQuestion) -> None:
        self.core = MarabouCore.InputQuery()
        self.count = 0
        self.equations: list[MarabouCore.Equation] = []
        self.units: list[tuple[int, int]] = []
        self.inputs = [self.variable() for _ in question.box]
        self.outputs = [self.network(layers) for layers in question.networks]

    def variable(self) -> int:
        """A new variable."""
        self.count += 1
        return self.count - 1

    def network(self, layers: list[Layer]) -> list[int]:
        """The variables of a network's outputs."""
        columns = self.inputs
        for index, (matrix, bias) in enumerate(layers):
            arguments = [self.argument(columns, *row) for row in zip(matrix, bias, strict=True)]
            if index < len(layers) - 1:
                units = [self.variable() for _ in arguments]
                self.units += list(zip(arguments, units, strict=True))
                arguments = units
            columns = arguments
        return columns

    def argument(self, columns: list[int], row: list[float], offset: float) -> int:
        """An affine sum as a new variable."""
        result = self.variable()
        equation = MarabouCore.Equation(MarabouCore.Equation.EQ)
        for column, weight in zip(columns, row, strict=True):
            if weight:
                equation.addAddend(weight, column)
        equation.addAddend(-1.0, result)
        equation.setScalar(-offset)
        self.equations.append(equation)
        return result

    def finished(self, question: FloatQuestion, output: int, sign: float) -> object:
        """The query that asks for a difference of one output and sign."""
        core = self.core
        core.setNumberOfVariables(self.count)
        for index, (column, (low, high)) in enumerate(zip(self.inputs, question.box, strict=True)):
            core.setLowerBound(column, low)
            core.setUpperBound(column, high)
            core.markInputVariable(column, index)
        for argument, unit in self.units:
            core.setLowerBound(unit, 0.0)
            MarabouCore.addReluConstraint(core, argument, unit)
        wanted = MarabouCore.Equation(MarabouCore.Equation.GE)
        wanted.addAddend(sign, self.outputs[0][output])
        wanted.addAddend(-sign, self.outputs[1][output])
        wanted.setScalar(max(question.epsilon, LEAST))
        for equation in (*self.equations, wanted):
            core.addEquation(equation)
        return core


def main(folder: Path) -> None:
    """Answer the question of a folder."""
    question = read_question(folder)
    options = Marabou.createOptions(verbosity=0, numWorkers=1)
    for output in range(question.outputs):
        for sign in (1.0, -1.0):
            query = Query(question)
            core = query.finished(question, output, sign)
            said, values, _ = MarabouCore.solve(core, options, "")
            if said == "sat":
                point = [values[column] for column in query.inputs]
                tell("fails", VERSION, point)
                return
            if said != "unsat":
                tell("unknown", VERSION, said=said)
                return
    is_asked = question.epsilon >= LEAST
    more = "" if is_asked else f"asked for a difference of {LEAST:g} only"
    tell("holds", VERSION, said=more)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
