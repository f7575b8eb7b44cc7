"""Proof search: equal networks are proved, different ones refuted, and nothing is pretended."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs import TRIANGLE, claim_of, small_network
from theory.domain import Box, Domain, Polytope, Space
from theory.forms.two_hidden import two_hidden_form
from theory.network import ZERO, Affine, Network
from theory.symmetry import disguised
from verify.certificate import checked
from verify.claim import Claim, NamedNetwork
from verify.formats.network_file import read_network
from verify.prove import strategy
from verify.prove.cells import start
from verify.prove.strategy import prove
from verify.relation import is_related, read_relation
from verify.testing.strategies import equivalent_pairs, nearly_equivalent_pairs, networks, points_in
from verify.verdict import Different, Equivalent, Unknown

FAMILIES = (("A", 2), ("B", 3), ("C", 5))


def relu_chain(*layers: tuple[list[list[int]], list[int]]) -> Network:
    """A network from dense integer layers."""
    return Network(tuple(Affine.dense(weight, bias) for weight, bias in layers))


# -- whatever the verdict, it is true


@settings(max_examples=150)
@given(
    networks(inputs=st.integers(1, 3), widths=st.lists(st.integers(1, 3), max_size=3)), st.data()
)
def test_T05_T14_the_two_hidden_layer_form_is_proved_equal(
    network: Network, data: st.DataObject
) -> None:
    cube = Box.cube(network.inputs, -2, 2)
    choices: list[Domain] = [cube, Space(network.inputs)]
    domain = data.draw(st.sampled_from(choices))
    form = two_hidden_form(network, domain).network
    verdict = prove(claim_of(network, form, domain), engine="cells")
    assert isinstance(verdict, Equivalent), verdict


@given(equivalent_pairs())
def test_T11_edited_copies_are_proved_equal(pair: tuple[Network, Network]) -> None:
    left, right = pair
    verdict = prove(claim_of(left, right, Space(left.inputs)))
    assert isinstance(verdict, Equivalent), verdict


@given(equivalent_pairs(), nearly_equivalent_pairs())
def test_small_claims_are_settled_without_sampling(
    equal: tuple[Network, Network], near: object
) -> None:
    left, right = equal
    verdict = strategy.decided_without_sampling(claim_of(left, right, Space(left.inputs)))
    assert isinstance(verdict, Equivalent), verdict
    claim = claim_of(near.left, near.right, near.domain)  # type: ignore[attr-defined]
    verdict = strategy.decided_without_sampling(claim)
    assert isinstance(verdict, Different), verdict
    assert claim.fails_at(verdict.point)


def test_what_is_settled_without_sampling_takes_no_more_than_its_time() -> None:
    network = small_network((2, 3, 3, 1), 1)
    claim = claim_of(network, two_hidden_form(network, TRIANGLE).network, TRIANGLE)
    verdict = strategy.decided_without_sampling(claim, -1.0)
    assert verdict == Unknown("cells: -1.0 s were used up after 1 cells")


@given(nearly_equivalent_pairs())
def test_nearly_equal_networks_are_refuted(near: object) -> None:
    claim = claim_of(near.left, near.right, near.domain)  # type: ignore[attr-defined]
    verdict = prove(claim)
    assert isinstance(verdict, Different), verdict
    assert verdict.point in claim.domain
    assert claim.left.network(verdict.point) == verdict.left != verdict.right


@settings(max_examples=150)
@given(networks(inputs=2, outputs=1), networks(inputs=2, outputs=1), st.data())
def test_T14_the_cells_engine_alone_is_right(
    left: Network, right: Network, data: st.DataObject
) -> None:
    choices: list[Domain] = [Box.cube(2, -1, 1), TRIANGLE, Space(2)]
    domain = data.draw(st.sampled_from(choices))
    claim = claim_of(left, right, domain)
    verdict = strategy.decided_by_cells(claim)
    points = data.draw(st.lists(points_in(domain), min_size=4, max_size=4))
    differs = any(left(point) != right(point) for point in points)
    match verdict:
        case Equivalent(certificate):
            assert not differs
            assert checked(claim, certificate).finished
        case Different(point):
            assert point in domain
            assert left(point) != right(point)
        case Unknown(reason):
            pytest.fail(f"small networks in the plane are decided: {reason}")


# -- hand-made pairs that need the case tree

MAXIMUM = relu_chain(([[1, -1], [0, 1], [0, -1]], [0, 0, 0]), ([[1, 1, -1]], [0]))


def test_a_maximum_written_in_two_ways() -> None:
    other = relu_chain(([[-1, 1], [1, 0], [-1, 0]], [0, 0, 0]), ([[1, 1, -1]], [0]))
    assert isinstance(prove(claim_of(MAXIMUM, other, Space(2))), Equivalent)


def test_the_median_written_in_two_ways() -> None:
    # max(x, y) + min(x, y) = x + y, with the minimum computed in a second layer.
    layers = (
        ([[1, -1], [0, 1], [0, -1], [1, 0], [-1, 0]], [0, 0, 0, 0, 0]),
        ([[1, 1, -1, 0, 0], [-1, -1, 1, 0, 0], [-1, 0, 0, 1, -1], [1, 0, 0, -1, 1]], [0] * 4),
        ([[1, -1, 1, -1]], [0]),
    )
    total = Network((Affine.dense([[1, 1]], [0]),))
    assert isinstance(prove(claim_of(relu_chain(*layers), total, Space(2))), Equivalent)


def test_units_that_are_dead_on_the_domain_only() -> None:
    left = relu_chain(([[1, 1], [1, -1]], [-3, 0]), ([[5, 1]], [0]))
    right = relu_chain(([[1, -1]], [0]), ([[1]], [0]))
    assert isinstance(prove(claim_of(left, right, Box.cube(2, -1, 1))), Equivalent)
    assert isinstance(prove(claim_of(left, right, TRIANGLE)), Different)
    assert isinstance(prove(claim_of(left, right, Space(2))), Different)


def test_a_polytope_shows_what_no_box_does() -> None:
    corner = Polytope(2, (((Fraction(1), Fraction(1)), Fraction(1)),
                          ((Fraction(-1), Fraction(0)), Fraction(0)),
                          ((Fraction(0), Fraction(-1)), Fraction(0))))  # fmt: skip
    left = relu_chain(([[1, 1]], [-1]), ([[1]], [0]))
    right = Network((Affine.dense([[0, 0]], [0]),))
    assert isinstance(prove(claim_of(left, right, corner)), Equivalent)
    assert isinstance(prove(claim_of(left, right, Box.cube(2, 0, 1))), Different)


@pytest.mark.parametrize("inputs", [3, 4, 5])
def test_cells_by_linear_programs(inputs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "MOST_VERTEX_INPUTS", 0)
    network = small_network((inputs, 3, 3, 1), 2)
    # relu(p - q) - p + relu(...) = 0 where p and q are never both positive.
    first, second, last = network.layers
    one = Fraction(1)
    ramp = [one, one] + [ZERO] * (inputs - 2)
    weight = [*map(list, first.weight), ramp, [-entry for entry in ramp]]
    grown = Affine.dense(weight, [*first.bias, -1, -1])
    rows = [[*row, ZERO, ZERO] for row in second.weight]
    rows += [[ZERO] * 3 + [one, -one], [ZERO] * 3 + [one, ZERO]]
    other = Network(
        (grown, Affine.dense(rows, [*second.bias, 0, 0]),
         Affine.dense([[*last.weight[0], one, -one]], last.bias))
    )  # fmt: skip
    domain = Box.cube(inputs, -2, 2)
    assert isinstance(prove(claim_of(network, other, domain), engine="cells"), Equivalent)
    form = two_hidden_form(network, domain).network if inputs == 3 else other
    assert isinstance(prove(claim_of(other, form, domain), engine="cells"), Equivalent)


def test_fixed_inputs() -> None:
    box = Box((Fraction(-1), Fraction(1, 3)), (Fraction(1), Fraction(1, 3)))
    left = relu_chain(([[1, 3]], [0]), ([[1]], [0]))
    right = relu_chain(([[1, 0]], [1]), ([[1]], [0]))
    assert isinstance(prove(claim_of(left, right, box)), Equivalent)
    wrong = relu_chain(([[1, 0]], [2]), ([[1]], [0]))
    assert isinstance(prove(claim_of(left, wrong, box)), Different)
    point = Box((Fraction(1), Fraction(1, 3)), (Fraction(1), Fraction(1, 3)))
    assert isinstance(prove(claim_of(left, right, point)), Equivalent)


@given(networks(inputs=2, outputs=1), networks(inputs=2, outputs=1), points_in(Box.cube(2, -1, 1)))
def test_claims_about_a_single_point_are_decided(
    left: Network, right: Network, point: tuple[Fraction, ...]
) -> None:
    apart = abs(left(point)[0] - right(point)[0])
    sides = NamedNetwork.of("left", left), NamedNetwork.of("right", right)
    wide = Claim(*sides, Box(point, point), f"eps={apart + 1}")
    assert isinstance(prove(wide), Equivalent)
    if apart:
        narrow = Claim(*sides, Box(point, point), f"eps={apart / 2}")
        assert isinstance(prove(narrow), Different)


def test_what_is_not_decided_is_unknown() -> None:
    left = small_network((3, 6, 6, 1), 1)
    right = two_hidden_form(left, Box.cube(3, -2, 2)).network
    claim = claim_of(left, right, Box.cube(3, -2, 2))
    assert isinstance(prove(claim, engine="merge"), Unknown)
    assert isinstance(prove(claim, timeout=0), Unknown)


@settings(max_examples=100)
@given(networks(inputs=2), st.fractions(0, 2, max_denominator=8), st.data())
def test_T11_epsilon_claims_in_the_plane_are_decided(
    network: Network, epsilon: Fraction, data: st.DataObject
) -> None:
    shape = st.lists(st.integers(1, 2), max_size=2)
    other = data.draw(networks(inputs=2, widths=shape, outputs=network.outputs))
    domain = Box.cube(2, -1, 1)
    claim = claim_of(network, other, domain)
    claim = Claim(claim.left, claim.right, domain, f"eps={epsilon}")
    verdict = prove(claim)
    if isinstance(verdict, Equivalent):
        for point in data.draw(st.lists(points_in(domain), min_size=5, max_size=5)):
            pairs = zip(network(point), other(point), strict=True)
            assert all(abs(a - b) <= epsilon for a, b in pairs)
    else:
        assert isinstance(verdict, Different), verdict
        assert max(abs(a - b) for a, b in zip(verdict.left, verdict.right, strict=True)) > epsilon


DECISIONS = ("top1", "topk=2", "margin=1/2", "margin=0")


@settings(max_examples=100)
@given(networks(inputs=2, outputs=3, widths=[2]), st.sampled_from(DECISIONS), st.data())
def test_T11_decisions_are_never_wrong(
    network: Network, relation: str, data: st.DataObject
) -> None:
    other = data.draw(networks(inputs=2, outputs=3, widths=[2]))
    other = data.draw(st.sampled_from((other, disguised(network, 1))))
    domain = Box.cube(2, -1, 1)
    claim = claim_of(network, other, domain)
    claim = Claim(claim.left, claim.right, domain, relation)
    verdict = prove(claim)
    points = data.draw(st.lists(points_in(domain), min_size=5, max_size=5))
    if isinstance(verdict, Equivalent):
        for point in points:
            assert is_related(read_relation(relation), network(point), other(point))
    elif isinstance(verdict, Different):
        assert not is_related(read_relation(relation), verdict.left, verdict.right)


def test_copies_make_the_same_decisions() -> None:
    network = small_network((3, 6, 6, 3), 1)
    for relation in DECISIONS:
        claim = claim_of(network, disguised(network, 2), Space(3))
        verdict = prove(Claim(claim.left, claim.right, claim.domain, relation))
        assert isinstance(verdict, Equivalent), (relation, verdict)


def test_rounded_weights_are_certified_to_a_tiny_epsilon(data: Path) -> None:
    claim = pair(data / "pairs", "A", 2, "f32resc")
    close = Claim(claim.left, claim.right, claim.domain, "eps=1/10000000")
    assert isinstance(prove(close), Equivalent)
    closer = Claim(claim.left, claim.right, claim.domain, "eps=1/100000000")
    assert isinstance(prove(closer), Different)


# -- networks from public sources


def pair(folder: Path, family: str, inputs: int, kind: str) -> Claim:
    """A network of a family against one of its copies, on [-1, 1]^n."""
    sides = [folder / f"{family}_{name}.onnx" for name in ("base", kind)]
    left, right = (NamedNetwork.of(path.name, read_network(path).network) for path in sides)
    return Claim(left, right, Box.cube(inputs, -1, 1))


@pytest.mark.parametrize("kind", ["perm", "bloat"])
@pytest.mark.parametrize(("family", "inputs"), FAMILIES)
def test_equal_pairs_are_proved(data: Path, family: str, inputs: int, kind: str) -> None:
    verdict = prove(pair(data / "pairs", family, inputs, kind))
    assert isinstance(verdict, Equivalent), verdict


@pytest.mark.parametrize("kind", ["pert", "needle", "f32resc"])
@pytest.mark.parametrize(("family", "inputs"), FAMILIES)
def test_different_pairs_are_refuted(data: Path, family: str, inputs: int, kind: str) -> None:
    verdict = prove(pair(data / "pairs", family, inputs, kind))
    assert isinstance(verdict, Different), verdict
    assert verdict.left != verdict.right


def public_networks(data: Path) -> list[Path]:
    """The controllers and collision avoidance networks."""
    return sorted((data / "arch-comp").glob("*.[on]n*")) + sorted(
        (data / "acasxu-isomorphic" / "onnx" / "nets").iterdir()
    )


def test_T02_disguised_controllers_are_proved_equal(data: Path) -> None:
    for path in public_networks(data):
        network = read_network(path).network
        domain: Domain = Box.cube(network.inputs, -1, 1)
        verdict = prove(claim_of(network, disguised(network, 3), domain))
        assert isinstance(verdict, Equivalent), (path.name, verdict)
        assert verdict.engine == "merge"
