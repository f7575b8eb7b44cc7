"""Every form of networks in which something degenerates: equal, proved, no larger than promised."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest

from benchmarks.forms import bound, made
from theory.domain import Box, Domain, Space
from theory.errors import ScopeError
from theory.network import Affine, Network, Vector
from verify.claim import Claim, NamedNetwork
from verify.cli.transform import FORMS
from verify.prove.strategy import prove
from verify.verdict import Equivalent

PASS = [[1, 0], [-1, 0], [0, 1], [0, -1]]  # relu(x), relu(-x), relu(y), relu(-y)
DEGENERATE = {
    "zero biases": Network(
        (
            Affine.dense([[1, 2], [-1, 1], [2, -1]], [0, 0, 0]),
            Affine.dense([[1, -1, 1], [-1, 2, 0]], [0, 0]),
            Affine.dense([[1, -2]], [0]),
        )
    ),
    "pass-through pairs": Network(
        (
            Affine.dense(PASS, [0, 0, 0, 0]),
            Affine.dense([[1, -1, 0, 0], [-1, 1, 0, 0], [0, 0, 1, -1], [1, -1, 1, -1]], [0] * 4),
            Affine.dense([[1, -1, 2, 1]], [1]),
        )
    ),
    "rank-deficient first layer": Network(
        (
            Affine.dense([[1, 1], [2, 2], [-1, -1]], [0, -1, 1]),
            Affine.dense([[1, -1, 1], [1, 1, -2]], [0, -1]),
            Affine.dense([[1, 1]], [0]),
        )
    ),
    "duplicated hyperplanes": Network(
        (
            Affine.dense([[1, 0], [2, 0], [-1, 0], [0, 1]], [-1, -2, 1, 0]),
            Affine.dense([[1, 1, 0, -1], [2, 2, 0, -2], [0, 0, 1, 1]], [0, 0, -1]),
            Affine.dense([[1, -1, 1]], [0]),
        )
    ),
    "constant outputs": Network(
        (
            Affine.dense([[1, 0], [0, 1]], [0, 0]),
            Affine.dense([[1, 1], [-1, -1]], [0, -1]),
            Affine.dense([[0, 0], [0, 3]], [2, 5]),
        )
    ),
    "lower-dimensional pieces": Network(
        (
            Affine.dense(PASS, [0, 0, 0, 0]),
            Affine.dense([[-1, -1, 0, 0], [-1, -1, -1, -1], [1, 1, 1, 1]], [0, 0, -1]),
            Affine.dense([[1, 3, 1]], [0]),
        )
    ),
    "several outputs": Network(
        (
            Affine.dense([[1, 1], [1, -1]], [0, 0]),
            Affine.dense([[1, -1], [1, 1]], [0, -1]),
            Affine.dense([[1, 0], [0, 1], [1, 1]], [0, 0, -1]),
        )
    ),
    "dead units": Network(
        (
            Affine.dense([[0, 0], [1, 0], [0, 0]], [-1, 0, 1]),
            Affine.dense([[1, 1, 1], [-1, -1, -1]], [0, 0]),
            Affine.dense([[1, 1]], [0]),
        )
    ),
    "zero": Network((Affine.dense([[0, 0]], [0]), Affine.dense([[0]], [0]))),
}
DOMAINS: tuple[Domain, ...] = (Space(2), Box.cube(2, -2, 2))
EXACT = [form.name for form in FORMS if form.name not in ("maximum", "global-linear")]
CASES = [(name, form) for name in DEGENERATE for form in EXACT]


def points() -> Iterator[Vector]:
    """Multiples of 1/2: all vertices and facets of the networks are met."""
    values = [Fraction(entry, 2) for entry in range(-4, 5)]
    yield from product(values, values)


@pytest.mark.parametrize("domain", DOMAINS, ids=["space", "box"])
@pytest.mark.parametrize(("name", "form"), CASES, ids=[" ".join(case) for case in CASES])
def test_degenerate_networks_are_rewritten(name: str, form: str, domain: Domain) -> None:
    network = DEGENERATE[name]
    try:
        found, facts = made(form, network, domain)
    except ScopeError as error:
        if form != "one-hidden" or "there is no such network" not in str(error):
            raise
        return
    for point in points():
        assert found(point) == network(point)
    if isinstance(found, Network):
        sides = NamedNetwork.of("network", network), NamedNetwork.of(form, found)
        assert isinstance(prove(Claim(*sides, domain)), Equivalent)
    if isinstance(domain, Space):
        promised = of_any(network, facts) or bound(form, network, domain, facts)
        hidden = found.widths[1:-1]
        if "layers" in promised:
            assert len(hidden) <= int(promised.split()[0])
        else:
            most = [int(part) for part in promised.split(",")]
            assert all(ours <= theirs for ours, theirs in zip(hidden, most, strict=False))
            assert len(hidden) <= len(most)


def of_any(network: Network, facts: dict[str, object]) -> str:
    """The widths of T05, which do not take the network to be generic, where it is that form."""
    match facts:
        case {"lines": int(lines), "bends": int(bends), "nested": int(nested)}:
            return f"{lines + 2 * network.inputs}, {bends + nested + 2 * network.outputs}"
        case _:
            return ""


@pytest.mark.parametrize("name", list(DEGENERATE))
def test_degenerate_networks_are_approximated_within_the_count(name: str) -> None:
    network = DEGENERATE[name]
    found, facts = made("global-linear", network, DOMAINS[1])
    widths = facts["theorem_widths"]
    assert isinstance(widths, tuple)
    assert all(ours <= theirs for ours, theirs in zip(found.widths, widths, strict=False))
