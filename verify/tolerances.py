"""A tolerance of its own for every output: `eps=1/10,1/20` says |f_i - g_i| <= eps_i.

The claim that is proved is `eps` with the largest of them, about both networks with output i
multiplied by largest / eps_i, which is the same statement (theorem T39).
"""

from fractions import Fraction

from theory.errors import NumberError
from theory.network import Affine, Vector
from theory.product import mapped
from theory.rational import rational, text_of
from verify.claim import Claim, NamedNetwork
from verify.errors import InputError
from verify.reduction import Reduction
from verify.relation import Epsilon

_PREFIX = "eps="


def read_tolerances(text: str) -> Vector | None:
    """The tolerances that a text `eps=1/10,1/20` lists; None where it is no list.

    Raises:
        InputError: an entry is no positive number.
    """
    stripped = text.strip()
    if not stripped.startswith(_PREFIX) or "," not in stripped:
        return None
    where = f"relation {text[:60]!r}"
    try:
        values = tuple(rational(part) for part in stripped.removeprefix(_PREFIX).split(","))
    except NumberError as error:
        raise InputError(where, str(error)) from None
    if min(values) <= 0:
        raise InputError(where, "expected positive numbers, one for every output")
    return values


def tolerance_reduction(tolerances: Vector, claim: Claim) -> Reduction:
    """The claim about scaled outputs that says the same of networks with these tolerances.

    Theorem: T39 (questions as ordinary claims).

    Raises:
        InputError: there are not as many tolerances as outputs.
    """
    outputs = claim.left.network.outputs
    if len(tolerances) != outputs:
        message = f"expected one number, or one for each of {outputs} outputs"
        raise InputError(f"relation with {len(tolerances)} tolerances", message)
    largest = max(tolerances)
    scales = [largest / entry for entry in tolerances]
    rows = tuple(((index, scale),) for index, scale in enumerate(scales))
    outer = Affine(outputs, rows, (Fraction(0),) * outputs)
    sides = [_scaled(side, outer) for side in (claim.left, claim.right)]
    networks = (claim.left.network, claim.right.network)
    listed = ", ".join(map(text_of, tolerances))
    return Reduction(
        claim=Claim(sides[0], sides[1], claim.domain, Epsilon(largest).text),
        asked=f"eps={listed}",
        follows=f"the outputs differ by at most {listed}, output by output (T39)",
        fails_at=lambda point: any(
            abs(one - other) > bound
            for one, other, bound in zip(
                networks[0](point), networks[1](point), tolerances, strict=True
            )
        ),
        is_rewritten=True,
    )


def _scaled(side: NamedNetwork, outer: Affine) -> NamedNetwork:
    return NamedNetwork.of(f"{side.name}, outputs scaled", mapped(side.network, outer))
