"""Proved claims for the checker's tests, and the files of a case in one folder."""

from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

from theory.domain import Box, Domain, Polytope, Space
from theory.forms.two_hidden import two_hidden_form
from theory.network import Affine, Network
from verify.certificate import Certificate
from verify.claim import Claim, NamedNetwork
from verify.prove.strategy import prove
from verify.verdict import Equivalent


def small_network(widths: tuple[int, ...], seed: int, largest: int = 3) -> Network:
    """A network with small whole weights, drawn by a seed."""
    random = Random(seed)

    def number() -> Fraction:
        return Fraction(random.randint(-largest, largest), random.choice((1, 1, 2)))

    return Network(
        tuple(
            Affine.dense([[number() for _ in range(a)] for _ in range(b)], [number()] * b, a)
            for a, b in pairwise(widths)
        )
    )


def claim_of(left: Network, right: Network, domain: Domain) -> Claim:
    """The claim that both networks are equal on the domain."""
    return Claim(NamedNetwork.of("left", left), NamedNetwork.of("right", right), domain)


TRIANGLE = Polytope(
    2,
    (
        ((Fraction(-1), Fraction(0)), Fraction(1)),
        ((Fraction(0), Fraction(-1)), Fraction(1)),
        ((Fraction(1), Fraction(2)), Fraction(3)),
    ),
)

PROVED: tuple[tuple[tuple[int, ...], int, Domain], ...] = (
    ((1, 3, 3, 1), 1, Box.cube(1, -2, 2)),
    ((2, 3, 3, 1), 2, Box.cube(2, -1, 1)),
    ((2, 3, 3, 2), 3, Space(2)),
    ((2, 4, 3, 1), 5, TRIANGLE),
    ((2, 3, 3, 2, 1), 4, Box.cube(2, -2, 2)),
    ((3, 3, 3, 1), 6, Box.cube(3, -1, 1)),
)


@cache
def proved(index: int) -> tuple[Claim, Certificate]:
    """The claim and certificate of one of PROVED: a network and its two-hidden-layer form."""
    widths, seed, domain = PROVED[index]
    network = small_network(widths, seed)
    claim = claim_of(network, two_hidden_form(network, domain).network, domain)
    verdict = prove(claim, engine="cells")
    if not isinstance(verdict, Equivalent):
        raise TypeError(f"expected a proof of case {index}, got {verdict}")
    return claim, verdict.certificate


def write_case(folder: Path, claim: Claim, certificate: Certificate) -> list[str]:
    """Write the four files; the two paths that the checker is called with."""
    files = {"claim.json": claim.data, "certificate.json": certificate.data}
    for name, data in {**files, **claim.network_files}.items():
        (folder / name).write_bytes(data)
    return [str(folder / "claim.json"), str(folder / "certificate.json")]
