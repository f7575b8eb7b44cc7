"""The answer: Equivalent(certificate) | Different(point) | Unknown(reason)."""

from dataclasses import dataclass

from theory.network import Vector
from verify.certificate import Certificate


@dataclass(frozen=True, slots=True)
class Equivalent:
    """The claim holds; the checker accepted the certificate in this run."""

    certificate: Certificate
    engine: str
    leaves: int
    lemmas: int
    prove_seconds: float
    check_seconds: float


@dataclass(frozen=True, slots=True)
class Different:
    """The claim fails: exact evaluation differs at this point of the domain."""

    point: Vector
    left: Vector
    right: Vector
    engine: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither was established; the reason says what was tried and what stands in the way."""

    reason: str


Verdict = Equivalent | Different | Unknown
