"""One question put to the prover: a claim, how it is to be settled, and what is refused."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from theory.domain import Box, Domain, Polytope, Space
from verify.claim import Claim
from verify.errors import InputError
from verify.verdict import Verdict

if TYPE_CHECKING:
    from verify.prove.signs.sign_tree import Tree
    from verify.prove.workers import Workers
    from verify.reduction import Reduction

ENGINES = ("auto", "merge", "stability", "canonical", "kinks", "cells", "bisection", "smt")
_MOST_BITS = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """A claim, and how it is to be settled.

    Attributes:
        claim: The claim.
        engine: As `verify.prove.strategy.prove` takes it.
        timeout: Seconds of search at most, or None.
        opinion: Seconds for Z3's opinion, or None.
        out: The folder for claim and evidence, or None.
        workers: Who searches with this process, if anyone.
        reduction: What is asked, where the claim only answers it.
        float_cells: Into how many cells the box is cut to bound float32 evaluation; 0: it is not.
        known: The verdict, where the claim was already put to the prover.
        halves: Bisections with which the engine `stability` is likely to answer; it is asked first.
    """

    claim: Claim
    engine: str
    timeout: float | None
    opinion: float | None
    out: Path | None
    workers: "Workers | None" = None
    reduction: "Reduction | None" = None
    float_cells: int = 0
    known: Verdict | None = None
    halves: "Tree | None" = None


def checked_engine(name: str) -> str:
    """The name, if it is that of an engine.

    Raises:
        InputError: there is no such engine.
    """
    if name not in ENGINES:
        raise InputError("--engine", f"expected one of {', '.join(ENGINES)}, got {name!r}")
    return name


def checked_seconds(value: float | None, option: str) -> float | None:
    """The value, if it is a number of seconds.

    Raises:
        InputError: it is not positive and finite.
    """
    if value is not None and not (math.isfinite(value) and value > 0):
        raise InputError(option, f"expected a positive number of seconds, got {value}")
    return value


def checked_size(domain: Domain) -> Domain:
    """The domain, if its numbers are near enough to what floats hold for a search to propose.

    Raises:
        InputError: a numerator or denominator has more than 1000 bits.
    """
    match domain:
        case Box(lower, upper):
            numbers = [*lower, *upper]
        case Polytope(_, halfspaces):
            numbers = [entry for normal, offset in halfspaces for entry in (*normal, offset)]
        case Space():
            numbers = []
    for number in numbers:
        if max(number.numerator.bit_length(), number.denominator.bit_length()) > _MOST_BITS:
            raise InputError("domain", f"expected numbers of at most {_MOST_BITS} bits")
    return domain
