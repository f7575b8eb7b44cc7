"""A transform proved right for every real weight of a shape, where Z3 can.

The code of the transform is run on a network whose weights are unknowns, once for every way it
may go; for each, Z3 is asked for weights and a point where the outputs differ (nonlinear real
arithmetic). `unsat` each time is Z3's word, and no certificate, that there are none. A model
counts only if the transform, run on those very weights, gives another value at the point.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

import z3

from theory.domain import Domain
from theory.errors import ScopeError
from theory.network import Affine, Network, Vector, sparse_row
from verify.prove.solver.smt import rational_value, version
from verify.prove.solver.unknown_number import Path, TooManyPathsError, Unknown, runs, term_of

Sign = Literal["any", "positive"]
Transform = Callable[..., Network]

_TACTICS = ("simplify", "purify-arith", "solve-eqs", "elim-term-ite", "tseitin-cnf", "qfnra-nlsat")


@dataclass(frozen=True, slots=True)
class ForAllWeights:
    """Z3 says that the transform preserves every network of the shape that it does not refuse.

    Attributes:
        paths: How many ways the code of the transform may go.
        refused: On how many of them it raises a ScopeError.
        seconds: How long it took.
    """

    paths: int
    refused: int
    seconds: float


@dataclass(frozen=True, slots=True)
class WrongWeights:
    """A network that the transform does not preserve.

    Attributes:
        network: The network.
        parameters: What else the transform is given.
        point: A point of the domain where the outputs differ; None where the transform fails.
        error: How it fails; empty where it does not.
        seconds: How long it took.
    """

    network: Network
    parameters: Vector
    point: Vector | None
    error: str
    seconds: float


@dataclass(frozen=True, slots=True)
class GaveUp:
    """It was not settled; the reason says why, and how far it came."""

    reason: str
    paths: int
    seconds: float


Answer = ForAllWeights | WrongWeights | GaveUp


def for_all_weights(
    transform: Transform,
    widths: Sequence[int],
    domain: Domain,
    parameters: Sequence[Sign] = (),
    timeout: float = 60.0,
) -> Answer:
    """Whether a transform preserves every network of the widths, as Z3 sees it.

    Args:
        transform: From a network, and one number for each parameter, to a network.
        widths: Inputs, units of every hidden layer, outputs.
        domain: Where the networks are to be equal.
        parameters: More numbers that the transform takes: any, or any positive ones.
        timeout: Seconds for everything.
    """
    question = _Question(transform, tuple(widths), domain, tuple(parameters))
    started = time.monotonic()
    paths = refused = 0
    try:
        for path, sides in runs(question.run, question.premises, question.context):
            paths += 1
            if isinstance(sides, ScopeError):
                refused += 1
                continue
            left = timeout - (time.monotonic() - started)
            found = question.answered(path, sides, left) if left > 0 else f"{timeout:g} s are over"
            seconds = time.monotonic() - started
            if isinstance(found, str):
                return GaveUp(found, paths, seconds)
            if found is not None:
                return WrongWeights(*found, seconds)
    except (TooManyPathsError, z3.Z3Exception) as error:
        return GaveUp(str(error), paths, time.monotonic() - started)
    return ForAllWeights(paths, refused, time.monotonic() - started)


Sides = tuple[list[z3.ArithRef], list[z3.ArithRef]]
Found = tuple[Network, Vector, Vector | None, str]


class _Question:
    """The unknowns of a question, and what is asked about them."""

    def __init__(
        self, transform: Transform, widths: tuple[int, ...], domain: Domain, signs: Sequence[Sign]
    ) -> None:
        self.transform, self.widths, self.domain = transform, widths, domain
        self.context = z3.Context()
        self.point = [self._real(f"x{index}") for index in range(widths[0])]
        self.parameters = [self._real(f"t{index}") for index in range(len(signs))]
        self.layers = [
            (
                [[self._real(f"w{n}_{i}_{j}") for j in range(before)] for i in range(after)],
                [self._real(f"b{n}_{i}") for i in range(after)],
            )
            for n, (before, after) in enumerate(pairwise(widths))
        ]
        positive = zip(self.parameters, signs, strict=True)
        self.premises = tuple(t > 0 for t, sign in positive if sign == "positive")

    def _real(self, name: str) -> z3.ArithRef:
        return z3.Real(name, self.context)

    def run(self, path: Path) -> Sides | Exception:
        """The outputs of the network and of what is made of it, as terms; or how that fails."""

        def unknown(term: z3.ArithRef) -> Any:
            return Unknown(term, path)

        network = Network(
            tuple(
                Affine(
                    len(rows[0]),
                    tuple(sparse_row(unknown(entry) for entry in row) for row in rows),
                    tuple(unknown(entry) for entry in bias),
                )
                for rows, bias in self.layers
            )
        )
        try:
            made = self.transform(network, *map(unknown, self.parameters))
            return self._outputs(network, path), self._outputs(made, path)
        except z3.Z3Exception:
            raise
        except Exception as error:  # whatever a transform raises
            return error

    def _outputs(self, network: Network, path: Path) -> list[z3.ArithRef]:
        values = self.point
        for number, layer in enumerate(network.layers):
            if number:
                zero = z3.RealVal(0, self.context)
                values = [z3.If(value > 0, value, zero) for value in values]
            values = [
                z3.Sum(term_of(bias, path), *(term_of(w, path) * values[c] for c, w in row))
                for row, bias in zip(layer.rows, layer.bias, strict=True)
            ]
        return values

    def answered(self, path: Path, sides: Sides | Exception, seconds: float) -> Found | str | None:
        """None if the outputs never differ on the path; else where they do, or why it is open."""
        wanted = [*self._inside()]
        if not isinstance(sides, Exception):
            wanted = [*wanted, z3.Or(*(one != other for one, other in zip(*sides, strict=True)))]
        reason = ""
        for solver in self._solvers():
            solver.set("timeout", max(1, round(500 * seconds)))
            solver.add(*self.premises, *path.conditions, *wanted)
            outcome = solver.check()
            if outcome == z3.unsat:
                return None
            if outcome == z3.sat:
                found = self._confirmed(solver.model())
                return found or _unconfirmed(sides)
            reason = f"{version()}: {solver.reason_unknown()}, {seconds:.0f} s were left"
        return reason

    def _solvers(self) -> Iterator[z3.Solver]:
        yield z3.Then(*_TACTICS, ctx=self.context).solver()
        yield z3.Solver(ctx=self.context)

    def _inside(self) -> Iterator[z3.BoolRef]:
        for constant, *gradient in self.domain.forms:
            yield z3.Sum(*(a * x for a, x in zip(gradient, self.point, strict=True))) >= -constant

    def _confirmed(self, model: z3.ModelRef) -> Found | None:
        """The numbers of a model, if the transform is seen to be wrong when it is run on them."""

        def value(term: z3.ArithRef) -> Fraction:
            return rational_value(model.eval(term, model_completion=True)) or Fraction(0)

        network = Network(
            tuple(
                Affine.dense([[*map(value, row)] for row in rows], [*map(value, bias)])
                for rows, bias in self.layers
            )
        )
        point = tuple(map(value, self.point))
        parameters = tuple(map(value, self.parameters))
        try:
            made = self.transform(network, *parameters)(point)
        except Exception as error:  # whatever a transform raises
            return network, parameters, None, f"{type(error).__name__}: {error}"
        if point in self.domain and made != network(point):
            return network, parameters, point, ""
        return None


def _unconfirmed(sides: Sides | Exception) -> str:
    if isinstance(sides, Exception):
        return f"the transform wants more of a weight than arithmetic: {sides}"
    return f"{version()} answered sat, but its model is no counterexample"
