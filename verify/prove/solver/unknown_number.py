"""Numbers that stand for every real number at once: code that runs on them is tried on all.

An `Unknown` can be added, multiplied and compared as a `Fraction` can. What a comparison gives
may depend on the number; then the code is run once for each answer, and every run knows on what
conditions it is what happens. Code that asks for the digits of a number cannot be run so.

Source: King, Symbolic execution and program testing, 1976.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

import z3

Number = Any  # Unknown | Fraction | int: the code that is run is written for Fraction
Result = TypeVar("Result")


class TooManyPathsError(Exception):
    """The code asks for more distinctions than are tried."""


@dataclass(slots=True)
class Path:
    """One run of the code: what is decided so far, and what is asked for the first time.

    Attributes:
        premises: What holds in every run.
        decided: The answers of this run, in the order of the questions.
        context: The Z3 context of all terms.
        milliseconds: For one question; one that takes longer counts as open.
        open: Where the other answer was possible too: how many answers came before.
    """

    premises: tuple[z3.BoolRef, ...]
    decided: list[bool]
    context: z3.Context
    milliseconds: int
    conditions: list[z3.BoolRef] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    known: dict[int, bool] = field(default_factory=dict)

    def decide(self, condition: z3.BoolRef) -> bool:
        """Whether the condition holds in this run."""
        condition = z3.simplify(condition)
        if z3.is_true(condition) or z3.is_false(condition):
            return bool(z3.is_true(condition))
        if condition.get_id() in self.known:
            return self.known[condition.get_id()]
        number = len(self.conditions)
        if number == len(self.decided):
            self.decided.append(self._first_answer(condition, number))
        answer = self.decided[number]
        self.conditions.append(condition if answer else z3.Not(condition))
        self.known[condition.get_id()] = answer
        return answer

    def _first_answer(self, condition: z3.BoolRef, number: int) -> bool:
        if not self._may_hold(condition):
            return False
        if self._may_hold(z3.Not(condition)):
            self.open.append(number)
        return True

    def _may_hold(self, condition: z3.BoolRef) -> bool:
        solver = z3.Solver(ctx=self.context)
        solver.set("timeout", self.milliseconds)
        solver.add(*self.premises, *self.conditions, condition)
        return bool(solver.check() != z3.unsat)


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A number that is known as a term only, in one run of the code."""

    term: z3.ArithRef
    path: Path

    def __add__(self, other: Number) -> "Unknown":
        return Unknown(self.term + term_of(other, self.path), self.path)

    def __mul__(self, other: Number) -> "Unknown":
        return Unknown(self.term * term_of(other, self.path), self.path)

    def __sub__(self, other: Number) -> "Unknown":
        return Unknown(self.term - term_of(other, self.path), self.path)

    def __rsub__(self, other: Number) -> "Unknown":
        return Unknown(term_of(other, self.path) - self.term, self.path)

    def __truediv__(self, other: Number) -> "Unknown":
        return self._over(self.term, term_of(other, self.path))

    def __rtruediv__(self, other: Number) -> "Unknown":
        return self._over(term_of(other, self.path), self.term)

    def _over(self, above: z3.ArithRef, below: z3.ArithRef) -> "Unknown":
        if self.path.decide(below == 0):
            raise ZeroDivisionError("division by a number that may be zero")
        return Unknown(above / below, self.path)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> "Unknown":
        return Unknown(-self.term, self.path)

    def __pos__(self) -> "Unknown":
        return self

    def __abs__(self) -> "Unknown":
        return self if self >= 0 else -self

    def __bool__(self) -> bool:
        return self.path.decide(self.term != 0)

    def __eq__(self, other: object) -> bool:
        return self.path.decide(self.term == term_of(other, self.path))

    def __lt__(self, other: Number) -> bool:
        return self.path.decide(self.term < term_of(other, self.path))

    def __le__(self, other: Number) -> bool:
        return self.path.decide(self.term <= term_of(other, self.path))

    def __gt__(self, other: Number) -> bool:
        return self.path.decide(self.term > term_of(other, self.path))

    def __ge__(self, other: Number) -> bool:
        return self.path.decide(self.term >= term_of(other, self.path))

    __hash__ = None  # type: ignore[assignment]  # equal numbers cannot be told by their terms


def term_of(value: Number, path: Path) -> z3.ArithRef:
    """The term of an unknown or exact number.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(value, Unknown):
        return value.term
    if isinstance(value, int | Fraction):
        return z3.RealVal(str(value), path.context)
    raise TypeError(f"expected an exact number, got {type(value).__name__}")


def runs(
    program: Callable[[Path], Result],
    premises: tuple[z3.BoolRef, ...],
    context: z3.Context,
    *,
    milliseconds: int = 1000,
    most: int = 4096,
) -> Iterator[tuple[Path, Result]]:
    """Every way that the program may go, with what it returned; together they cover all numbers.

    Raises:
        TooManyPathsError: there are more than `most` ways.
    """
    waiting: list[list[bool]] = [[]]
    for _ in range(most):
        if not waiting:
            return
        path = Path(premises, waiting.pop(), context, milliseconds)
        yield path, program(path)
        waiting += [[*path.decided[:number], False] for number in path.open]
    if waiting:
        raise TooManyPathsError(f"more than {most} ways to go")
