"""Three hidden layers with extended-real weights; exact evaluation is the oracle."""

import hashlib
import json
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.proofs import TRIANGLE, small_network
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError, ShapeError
from theory.extended import ExtendedAffine, ExtendedNetwork, ExtendedRational
from theory.forms.grid_inputs import grid_form, grid_points
from theory.forms.three_hidden import ThreeHiddenForm, three_hidden_form
from theory.half_open import Side, half_open_regions
from theory.network import Affine, Network, Vector
from theory.region import regions
from verify.checker import MalformedError, RejectedError
from verify.claim import NamedNetwork
from verify.extended_checker import check, is_partition, main, reader
from verify.extended_claim import ExtendedCertificate, ExtendedClaim, NamedExtendedNetwork, checked
from verify.formats.extended_json import extended_data, parse_extended
from verify.formats.network_file import read_network
from verify.prove.cells.extended import ExtendedProof, prove_extended
from verify.testing.strategies import boxes, domains, networks, vectors

PAIRS = Network(  # relu(x), relu(-x), relu(y), relu(-y): pass-through pairs, then three units
    (
        Affine.dense([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4),
        Affine.dense([[1, -1, 1, 0], [0, 1, -2, 1], [1, 1, -1, -1]], [0, 1, 0]),
        Affine.dense([[1, -1, 2]], [0]),
    )
)
FLAT = Network(  # rank 1 in three inputs, every hyperplane twice, one output constant
    (
        Affine.dense([[1, 2, -1], [-2, -4, 2], [0, 0, 0]], [0, 0, 1]),
        Affine.dense([[1, 1, -1], [-1, 0, 0]], [0, 2]),
        Affine.dense([[1, 1], [0, 0]], [0, 3]),
    )
)


def boundary_points(network: Network, domain: Domain) -> list[Vector]:
    """Vertices of all regions, and midpoints between the vertices of each."""
    if isinstance(domain, Box) and domain.fixed:
        return [domain.lower, domain.upper]
    points: dict[Vector, None] = {}
    for region in regions(network, domain):
        corners = region.cell.vertices
        points.update(dict.fromkeys(corners))
        for one, other in pairwise(corners):
            points[tuple((a + b) / 2 for a, b in zip(one, other, strict=True))] = None
        points[region.cell.interior_point()] = None
    return list(points)


def firing(form: ThreeHiddenForm, point: Vector) -> set[tuple[tuple[int, Fraction], ...]]:
    """The infinite rows of the third layer that are finite at the point: one per region."""
    values = form.network.activations(point)[2]
    third = form.network.layers[2]
    numbers = third(values)
    return {row for row, number in zip(third.infinite, numbers, strict=True) if number.is_finite}


def require_form(network: Network, domain: Domain, points: list[Vector]) -> None:
    form = three_hidden_form(network, domain)
    require_size(form, network)
    for point in points:
        if point in domain:
            assert form.network(point) == network(point)
        assert sum(point in region for region in form.regions) == 1
        assert len(firing(form, point)) == 1


def require_size(form: ThreeHiddenForm, network: Network) -> None:
    """The size formula of T22."""
    trace = form.trace
    inputs, first, second, third, outputs = trace.widths
    assert (inputs, outputs) == (network.inputs, network.outputs)
    assert trace.hyperplanes <= first <= trace.hyperplanes + 2 * inputs
    assert second == first + trace.hyperplanes
    assert trace.regions <= third <= trace.regions * 2 * outputs
    assert trace.widths == form.network.widths


@given(networks(widths=st.lists(st.integers(1, 4), max_size=3)), st.data())
@example(PAIRS, None)
@example(FLAT, None)
def test_T22_equal_at_every_point_and_one_region_fires(
    network: Network, data: st.DataObject | None
) -> None:
    domain: Domain = Box.cube(network.inputs, -1, 1)
    points: list[Vector] = []
    if data is not None:
        domain = data.draw(domains(network.inputs))
        points = [data.draw(vectors(network.inputs)) for _ in range(2)]
    try:
        points += boundary_points(network, domain)
    except DomainError:
        assume(False)
    require_form(network, domain, points[:40])


def test_T22_a_region_has_units_for_the_signs_that_its_outputs_have() -> None:
    """relu(x) is never negative, and zero on one region, which keeps a unit that is not read."""
    network = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))
    assert three_hidden_form(network, Space(1)).network.widths[3] == 2


@pytest.mark.parametrize("network", [PAIRS, FLAT], ids=["pairs", "flat"])
def test_T22_degenerate_networks_on_grids_of_boundary_points(network: Network) -> None:
    """Where the sign of units decides what is open, the pass-through pairs go wrong here."""
    steps = [Fraction(k, 2) for k in range(-4, 5)]
    points = list(product(steps, repeat=network.inputs))
    for domain in (Space(network.inputs), Box.cube(network.inputs, -1, 1)):
        form = three_hidden_form(network, domain)
        for point in points:
            assert sum(point in region for region in form.regions) == 1
            if point in domain:
                assert form.network(point) == network(point)


def test_T22_signs_of_regions_are_those_of_their_outputs() -> None:
    # relu(x) - relu(y), -relu(x), relu(x): each is >= 0, <= 0 or of both signs on the quadrants
    network = Network(
        (Affine.dense([[1, 0], [0, 1]], [0, 0]), Affine.dense([[1, -1], [-1, 0], [1, 0]], [0] * 3))
    )
    found = list(half_open_regions(network, Space(2)))
    grid = [Fraction(k, 2) for k in range(-4, 5)]
    for region in found:
        inside = [network(point) for point in product(grid, repeat=2) if point in region]
        for sign, values in zip(region.signs, zip(*inside, strict=True), strict=True):
            expected = 1 if min(values) >= 0 else -1 if max(values) <= 0 else 0
            assert sign == expected
    assert {region.signs[0] for region in found} == {-1, 0, 1}
    assert -1 in {region.signs[1] for region in found}


def test_what_is_open_must_not_depend_on_the_sign_of_units() -> None:
    """Open where active, closed where inactive: pass-through pairs have points in no region."""
    pieces = {region.pattern: region for region in regions(PAIRS, Space(2))}.values()
    steps = [Fraction(k, 2) for k in range(-6, 7)]
    wrong = 0
    for point in product(steps, repeat=2):
        value = Fraction(0)
        for piece in pieces:
            layers = zip(piece.preactivations, piece.pattern.layers, strict=True)
            if all(
                (form[0] + form[1] * point[0] + form[2] * point[1] > 0) == active
                for forms, bits in layers
                for form, active in zip(forms, bits, strict=True)
            ):
                value += piece.affine(point)[0]
        wrong += value != PAIRS(point)[0]
    assert wrong == 25


def test_T22_corners_of_the_domain_where_the_perturbed_point_is_outside() -> None:
    """At x = 1 on [0, 1], relu(x - 1) is about to be active, but no region is there."""
    network = Network((Affine.dense([[1], [1]], [-1, 0]), Affine.dense([[1, 1]], [0])))
    box = Box.cube(1, 0, 1)
    require_form(network, box, [(Fraction(1),), (Fraction(0),)])
    assert three_hidden_form(network, box).trace.regions == 1


@given(networks(inputs=2, widths=st.lists(st.integers(1, 3), min_size=1, max_size=2)), st.data())
def test_T22_is_the_limit_of_ordinary_networks(network: Network, data: st.DataObject) -> None:
    form = three_hidden_form(network, Space(2)).network
    point = data.draw(vectors(2))
    first = form.layers[0].finite(point)
    least = min((value for value in first if value > 0), default=Fraction(1))
    indicator = 1 / least
    large = max(map(abs, (*form.layers[2].finite(form.activations(point)[2]), Fraction(1))))
    huge = large / min(least, Fraction(1))
    ordinary = form.with_infinity((Fraction(0), indicator, huge, Fraction(0)))
    assert ordinary(point) == form(point) == network(point)


@given(networks(widths=st.lists(st.integers(1, 3), max_size=2)), st.data())
def test_T22_the_proof_is_accepted(network: Network, data: st.DataObject) -> None:
    domain = data.draw(domains(network.inputs))
    try:
        claim = claim_of(network, domain)
    except DomainError:
        assume(False)
        return
    proof = prove_extended(claim)
    again = parse_extended(claim.right.data, "right.json")
    assert again == claim.right.network
    assert proof.leaves == proof.regions


def claim_of(network: Network, domain: Domain) -> ExtendedClaim:
    form = three_hidden_form(network, domain)
    right = NamedExtendedNetwork.of("form", form.network)
    return ExtendedClaim(NamedNetwork.of("network", network), right, domain)


CASES: tuple[tuple[Network, Domain], ...] = (
    (PAIRS, Box.cube(2, -1, 1)),
    (PAIRS, Space(2)),
    (FLAT, Space(3)),
    (small_network((2, 4, 3, 2), 3), TRIANGLE),
    (small_network((1, 3, 3, 1), 5), Space(1)),
    (
        small_network((3, 3, 3, 1), 7),
        Box((Fraction(0),) * 3, (Fraction(1), Fraction(0), Fraction(2))),
    ),
    (Network((Affine.dense([[1, -1]], [2]),)), Space(2)),
    (small_network((2, 3, 2, 1), 1), Polytope(2, (((Fraction(1), Fraction(1)), Fraction(1)),))),
)


@pytest.mark.parametrize(("network", "domain"), CASES)
def test_proofs_on_every_kind_of_domain(network: Network, domain: Domain) -> None:
    assert prove_extended(claim_of(network, domain)).regions >= 1


# ------------------------------------------------------------------------------ the semantics


def test_conventions_of_infinity() -> None:
    half = Fraction(1, 2)
    layer = ExtendedAffine(Affine.dense([[1, 2]], [half]), (((1, Fraction(-3)),),))
    assert layer.weight(0, 1) == ExtendedRational(Fraction(2), Fraction(-3))
    (number,) = layer((Fraction(4), Fraction(0)))  # inf * 0 = 0
    assert (number.is_finite, number.relu()) == (True, 4 + half)
    (number,) = layer((Fraction(4), half))  # finite - inf = -inf, relu(-inf) = 0
    assert (number.is_finite, number.relu()) == (False, Fraction(0))
    assert layer.with_infinity(Fraction(10)) == Affine.dense([[1, -28]], [half])
    with pytest.raises(ShapeError, match=r"\+inf"):
        ExtendedRational(half, half).relu()


def test_extended_networks_that_would_be_undefined_are_refused() -> None:
    line = Affine.dense([[1]], [0])
    minus, plus = (((0, Fraction(sign)),) for sign in (-1, 1))
    finite = ExtendedAffine.of(line)
    with pytest.raises(ShapeError, match="no positive coefficient"):
        ExtendedAffine(line, (plus,))
    with pytest.raises(ShapeError, match="values >= 0"):
        ExtendedAffine(line, (minus,))((Fraction(-1),))
    for layers in (
        (ExtendedAffine(line, (minus,)), finite),
        (finite, ExtendedAffine(line, (minus,))),
    ):
        with pytest.raises(ShapeError, match="finite weights at inputs and outputs"):
            ExtendedNetwork(layers)
    with pytest.raises(ShapeError, match="expected 1 rows of infinite"):
        ExtendedAffine(line, ())
    with pytest.raises(ShapeError, match="layer 1: expected 1 inputs, got 2"):
        ExtendedNetwork((finite, ExtendedAffine.of(Affine.dense([[1, 1]], [0]))))
    network = ExtendedNetwork((finite, ExtendedAffine(line, (minus,)), finite))
    assert [network((Fraction(x),)) for x in (-1, 0, 2)] == [(Fraction(0),)] * 3
    with pytest.raises(ShapeError, match="expected 3 numbers, got 1"):
        network.with_infinity((Fraction(1),))


def test_sides_partition_the_line() -> None:
    upper, lower = Side((0, 1), True), Side((0, 1), False)
    assert [((Fraction(x),) in upper, (Fraction(x),) in lower) for x in (-1, 0, 1)] == [
        (False, True),
        (True, False),
        (True, False),
    ]


# ------------------------------------------------------------------------------ the checker


def proved() -> tuple[ExtendedClaim, ExtendedProof]:
    claim = claim_of(PAIRS, Box.cube(2, -1, 1))
    return claim, prove_extended(claim)


def answer(files: dict[str, bytes]) -> str:
    """`accepted`, `rejected` or `malformed`."""
    try:
        check(reader(files), "claim.json", "certificate.json")
    except RejectedError:
        return "rejected"
    except MalformedError:
        return "malformed"
    return "accepted"


def edited(network: ExtendedNetwork, layer: int, new: ExtendedAffine) -> ExtendedNetwork:
    layers = list(network.layers)
    layers[layer] = new
    return ExtendedNetwork(tuple(layers))


def answer_for(network: ExtendedNetwork) -> str:
    """What the checker says of the old steps where the right network is another one."""
    claim, proof = proved()
    other = ExtendedClaim(claim.left, NamedExtendedNetwork.of("edited", network), claim.domain)
    digest = hashlib.sha256(other.data).hexdigest()
    certificate = ExtendedCertificate(digest, proof.certificate.regions)
    return answer({**other.files, "certificate.json": certificate.data})


def test_every_edit_of_the_third_layer_and_the_outputs_is_rejected() -> None:
    claim, proof = proved()
    whole = claim.right.network
    assert answer({**claim.files, "certificate.json": proof.certificate.data}) == "accepted"
    assert answer_for(whole) == "accepted"
    third, last = whole.layers[2], whole.layers[3]
    for unit in range(third.outputs):
        rows = list(third.infinite)
        rows[unit] = rows[unit][1:]  # a condition is forgotten
        changed = edited(whole, 2, ExtendedAffine(third.finite, tuple(rows)))
        assert answer_for(changed) == "rejected"
        bias = list(third.finite.bias)
        bias[unit] += 1
        finite = Affine(third.inputs, third.finite.rows, tuple(bias))
        changed = edited(whole, 2, ExtendedAffine(finite, third.infinite))
        is_read = any(column == unit for row in last.finite.rows for column, _ in row)
        assert answer_for(changed) == ("rejected" if is_read else "accepted")
    shifted = Affine(last.inputs, last.finite.rows, (Fraction(1, 100),))
    assert answer_for(edited(whole, 3, ExtendedAffine.of(shifted))) == "rejected"


def test_edits_of_the_first_layers_are_rejected() -> None:
    claim, _ = proved()
    whole = claim.right.network
    first, second = whole.layers[0].finite, whole.layers[1]
    bias = (first.bias[0] + 1, *first.bias[1:])
    moved = edited(whole, 0, ExtendedAffine.of(Affine(first.inputs, first.rows, bias)))
    assert answer_for(moved) == "rejected"
    closed = list(second.infinite)
    closed[-1] = ()  # an indicator becomes the constant 1
    changed = ExtendedAffine(second.finite, tuple(closed))
    assert answer_for(edited(whole, 1, changed)) == "rejected"
    negative = Affine(
        second.inputs, (((0, Fraction(-1)),), *second.finite.rows[1:]), second.finite.bias
    )
    changed = ExtendedAffine(negative, second.infinite)
    assert answer_for(edited(whole, 1, changed)) == "rejected"


def test_two_closed_sides_are_no_partition() -> None:
    line, opposite = (0, 1), (0, -1)
    below, above = frozenset({(line, True)}), frozenset({(line, False)})
    also_below = frozenset({(opposite, True)})  # x >= 0: overlaps x <= 0 at 0
    assert is_partition([below, above])
    assert is_partition([frozenset()])
    assert not is_partition([below, also_below])
    assert not is_partition([below])
    assert not is_partition([])
    assert not is_partition([below, above, frozenset()])
    assert not is_partition([below, frozenset({(line, True), (line, False)})])
    other = (1, 1)
    left = [below | {(other, True)}, below | {(other, False)}, above]
    assert is_partition(left)
    assert not is_partition(left[1:])


def test_files_that_are_something_else() -> None:
    claim, proof = proved()
    files = {**claim.files, "certificate.json": proof.certificate.data}
    assert answer({**files, "left.json": claim.left.data + b" "}) == "rejected"
    assert answer({**files, "certificate.json": claim.data}) == "malformed"
    fewer = ExtendedCertificate(proof.certificate.claim_sha256, proof.certificate.regions[1:])
    assert answer({**files, "certificate.json": fewer.data}) == "rejected"
    other = ExtendedCertificate("0" * 64, proof.certificate.regions)
    assert answer({**files, "certificate.json": other.data}) == "rejected"
    cut = ExtendedCertificate(proof.certificate.claim_sha256, ((), *proof.certificate.regions[1:]))
    assert answer({**files, "certificate.json": cut.data}) == "rejected"
    with pytest.raises(RejectedError):
        checked(claim, cut)


def test_ordinary_checkers_and_readers_take_no_extended_files(tmp_path: Path) -> None:
    from verify import checker
    from verify.errors import FormatError
    from verify.formats.network_json import parse_network

    claim, proof = proved()
    files = {**claim.files, "certificate.json": proof.certificate.data}
    with pytest.raises(MalformedError):
        checker.check(reader(files), "claim.json", "certificate.json")
    with pytest.raises(FormatError):
        parse_network(claim.right.data, "right.json")
    with pytest.raises(FormatError):
        parse_extended(claim.left.data, "left.json")


def test_the_command_of_the_checker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claim, proof = proved()
    for name, data in {**claim.files, "certificate.json": proof.certificate.data}.items():
        (tmp_path / name).write_bytes(data)
    paths = [str(tmp_path / name) for name in ("claim.json", "certificate.json")]
    assert main(paths) == 0
    assert capsys.readouterr().out.startswith("accepted: left(x) = right(x)")
    assert main([paths[0], paths[0]]) == 2
    assert main([paths[0]]) == 2
    (tmp_path / "left.json").unlink()
    assert main(paths) == 2
    command = [sys.executable, "-S", "-m", "verify.extended_checker", *paths]
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == 2


@pytest.mark.parametrize(
    "edit",
    [
        lambda top: top["layers"][1].pop("infinite"),
        lambda top: top["layers"][0]["infinite"].__setitem__(0, [0, "-1"]),
        lambda top: top["layers"][2]["infinite"].__setitem__(0, [0, "1"]),
        lambda top: top["layers"][2]["infinite"].__setitem__(0, [999, "-1"]),
        lambda top: top["layers"][1]["finite"].__setitem__(0, [0, "0"]),
        lambda top: top.__setitem__("format", "relucert-network"),
        lambda top: top.__setitem__("layers", []),
        lambda top: top["layers"].pop(),
    ],
)
def test_malformed_extended_networks(edit: object) -> None:
    from verify.errors import FormatError

    assert callable(edit)
    top = json.loads(extended_data(three_hidden_form(PAIRS, Space(2)).network))
    edit(top)
    with pytest.raises(FormatError):
        parse_extended(json.dumps(top).encode(), "edited.json")


# ------------------------------------------------------------------------------ grids of inputs


@given(
    networks(inputs=st.integers(1, 2), widths=st.lists(st.integers(1, 3), max_size=2)),
    st.integers(1, 4),
    st.data(),
)
def test_T23_equal_at_every_point_of_the_grid(
    network: Network, denominator: int, data: st.DataObject
) -> None:
    box = data.draw(boxes(network.inputs))
    form = grid_form(network, box, denominator)
    assert form.network.hidden_layers == 3
    assert form.network.widths == three_hidden_form(network, box).network.widths
    points = list(grid_points(box, denominator))
    assert len(points) == form.trace.points
    for point in points[:60]:
        assert form.network(point) == network(point)


def test_T23_degenerate_networks_on_whole_grids() -> None:
    for network in (PAIRS, small_network((2, 3, 3, 1), 1)):
        box = Box.cube(2, -2, 2)
        form = grid_form(network, box, 3)
        assert form.trace.points == 13 * 13
        assert all(form.network(point) == network(point) for point in grid_points(box, 3))


@given(networks(widths=st.lists(st.integers(1, 3), max_size=2)), st.integers(1, 3), st.data())
def test_T23_infinity_is_no_larger_than_it_need_be(
    network: Network, denominator: int, data: st.DataObject
) -> None:
    """q, and q times what the finite parts of the third layer reach in the corners of the box."""
    box = data.draw(boxes(network.inputs))
    first, _, third, _ = (layer.finite for layer in three_hidden_form(network, box).network.layers)
    greatest = Fraction(0)
    for corner in product(*zip(box.lower, box.upper, strict=True)):
        copies = [max(Fraction(0), value) for value in first(corner)]
        indicators = [Fraction(0)] * (third.inputs - len(copies))
        greatest = max(greatest, *third((*copies, *indicators)))
    infinities = grid_form(network, box, denominator).trace.infinities
    assert infinities == (Fraction(denominator), denominator * greatest)


def test_T23_a_box_may_lie_between_the_points_of_the_grid() -> None:
    network = Network((Affine.dense([[1, 1]], [0]),))
    box = Box((Fraction(1, 3), Fraction(0)), (Fraction(2, 3), Fraction(1)))
    assert list(grid_points(box, 1)) == []
    assert grid_form(network, box, 1).trace.points == 0
    assert len(list(grid_points(box, 2))) == grid_form(network, box, 2).trace.points == 3


def test_T23_says_nothing_between_the_points() -> None:
    network = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [1])))
    box = Box.cube(1, -1, 1)
    form = grid_form(network, box, 1)
    assert form.network((Fraction(-1, 2),)) != network((Fraction(-1, 2),))


# ------------------------------------------------------------------------------ real networks


def test_a_controller_with_two_inputs(data: Path) -> None:
    network = read_network(data / "arch-comp" / "single_pendulum.onnx").network
    for domain, widths in (
        (Box.cube(2, -1, 1), (2, 667, 1330, 1308, 1)),
        (Space(2), (2, 678, 1352, 1337, 1)),
    ):
        form = three_hidden_form(network, domain)
        assert form.trace.widths == widths
        for region in list(regions(network, domain))[::400]:
            for point in region.cell.vertices[:2]:
                assert form.network(point) == network(point)
                assert len(firing(form, point)) == 1


@pytest.mark.slow
def test_the_proof_for_a_controller(data: Path) -> None:
    network = read_network(data / "arch-comp" / "single_pendulum.onnx").network
    assert prove_extended(claim_of(network, Box.cube(2, -1, 1))).regions == 1254
