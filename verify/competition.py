"""Results as the Verification of Neural Networks Competition wants them.

The first line of a result file is `unsat`, `sat` or `unknown`; a model follows as one list,

    sat
    ((X_f[0] 0.625)
     (Y_f[0] 1.5)
     (X_g[0] 0.625)
     (Y_g[0] 0.25))

with the names of the query's own declarations. Values are decimals: exact where they have few
digits, else rounded to 17 digits. The exact point is in counterexample.json.

Source: VNN-COMP, rules of 2022 and later (result file and counterexamples).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from struct import pack, unpack

from theory.errors import TheoryError
from theory.network import Network, Vector
from verify.floating import float32_bound_at
from verify.formats.vnnlib_query import Comparison, Query
from verify.verdict import Different, Equivalent, Unknown, Verdict

ANSWERS = {Equivalent: "unsat", Different: "sat", Unknown: "unknown"}
_MOST_DIGITS = 40


def result_text(query: Query, networks: Sequence[Network], verdict: Verdict) -> str:
    """The content of a result file: the answer, and the model if there is one."""
    answer = ANSWERS[type(verdict)]
    if not isinstance(verdict, Different):
        return f"{answer}\n"
    pairs: list[tuple[str, Fraction]] = []
    for network, (inputs, outputs) in zip(networks, query.labels, strict=True):
        pairs += zip(inputs, verdict.point, strict=True)
        pairs += zip(outputs, network(verdict.point), strict=True)
    lines = "\n ".join(f"({name} {decimal_text(value)})" for name, value in pairs)
    return f"{answer}\n({lines})\n"


def decimal_text(value: Fraction) -> str:
    """The decimals of a number: exact if there are at most 40 of them, else 17 digits of them."""
    odd = value.denominator
    twos = (odd & -odd).bit_length() - 1
    odd >>= twos
    fives = 0
    while odd % 5 == 0:
        odd, fives = odd // 5, fives + 1
    places = max(twos, fives)
    if odd != 1 or places > _MOST_DIGITS:
        return repr(float(value))
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}.0"


@dataclass(frozen=True, slots=True)
class ModelMargin:
    """How far inside the query a model is.

    Attributes:
        exact: The least slack of the comparisons of one case, where it is largest.
        float32: The same where the outputs are those of any float32 evaluation at the nearest
            float32 point: a lower bound. None where T15 says nothing about the networks.
        reason: Why there is none.
    """

    exact: Fraction
    float32: Fraction | None
    reason: str = ""


def model_margin(query: Query, networks: Sequence[Network], point: Vector) -> ModelMargin:
    """How far inside the query a point is, exactly and under float32 evaluation (theorem T15)."""
    outputs = (networks[0](point), networks[1](point))
    nothing = tuple((Fraction(0),) * len(values) for values in outputs)
    exact = _depth(query, outputs, nothing)
    try:
        errors = [abs(entry - nearest_float32(entry)) for entry in point]
        bounds = tuple(float32_bound_at(network, point, errors) for network in networks)
    except (TheoryError, OverflowError) as error:
        return ModelMargin(exact, None, str(error))
    return ModelMargin(exact, _depth(query, outputs, bounds))


def nearest_float32(value: Fraction) -> Fraction:
    """The float32 number next to the value (its float64 neighbour's)."""
    return Fraction(unpack("<f", pack("<f", float(value)))[0])


def _depth(query: Query, outputs: tuple[Vector, Vector], errors: Sequence[Vector]) -> Fraction:
    """The largest over the cases of the least slack of its comparisons, errors taken off."""
    return max(
        min(one.value(outputs) - _error(one, errors) for one in case) for case in query.cases
    )


def _error(one: Comparison, errors: Sequence[Vector]) -> Fraction:
    return sum(
        (abs(weight) * errors[net][index] for (net, index), weight in one.coefficients.items()),
        Fraction(0),
    )
