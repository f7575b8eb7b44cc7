"""T60: the checker of networks on boxes; T54: the squares that it certifies for two inputs."""

import ast
import json
import math
import sys
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.approximation.box_expression import box_target_of
from theory.approximation.box_target import BoxTarget, Factor
from theory.approximation.kuhn import KuhnGrid, kuhn_interpolant
from theory.approximation.multivariate import Polynomial
from theory.approximation.squares import quadratic_error, quadratic_network, squares
from theory.domain import Box
from theory.errors import DomainError, ScopeError
from theory.network import Affine, Network, Vector
from verify import box_target, checker, homogeneous_forms, polynomial_checker, simplex_checker
from verify.approximation.box_claim import BoxApproximation, checked_target
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.formats.network_json import network_text

F = Fraction
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
SHARES = st.fractions(min_value=0, max_value=1, max_denominator=8)
SIDES = st.tuples(NUMBERS, NUMBERS).map(sorted)
SQUARE = Box.cube(2, -1, 1)
Json = dict[str, Any]
FAR, POLE = "differs by more", "denominator"


@st.composite
def boxes(draw: st.DrawFn, inputs: int) -> Box:
    """Boxes; often a side is a point."""
    sides = [draw(SIDES) for _ in range(inputs)]
    return Box(tuple(low for low, _ in sides), tuple(high for _, high in sides))


@st.composite
def networks(draw: st.DrawFn, inputs: int, most: int = 3) -> Network:
    """Q^inputs -> Q; empty layers, zero rows, dead, equal and opposite units included."""
    widths = [inputs, *draw(st.lists(st.integers(0, most), max_size=3)), 1]
    layers = []
    for before, after in pairwise(widths):
        rows = [[draw(NUMBERS) for _ in range(before)] for _ in range(after)]
        if after > 1 and draw(st.booleans()):
            rows[1] = [draw(st.sampled_from([-1, 0, 1])) * weight for weight in rows[0]]
        layers.append(Affine.dense(rows, [draw(NUMBERS) for _ in range(after)], before))
    return Network(tuple(layers))


@st.composite
def polynomials(draw: st.DrawFn, inputs: int, degree: int = 3) -> Polynomial:
    """Polynomials with a few monomials."""
    powers = [p for p in product(range(degree + 1), repeat=inputs) if sum(p) <= degree]
    return Polynomial.of(
        inputs, draw(st.dictionaries(st.sampled_from(powers), NUMBERS, max_size=4))
    )


def points(box: Box, fine: int) -> list[Vector]:
    """Points of a grid on a box."""
    sides = zip(box.lower, box.upper, strict=True)
    return list(product(*([a + (b - a) * F(k, fine) for k in range(fine + 1)] for a, b in sides)))


def read(network: Network) -> checker.Network:
    return checker.Network(network_text(network).encode(), "network")


def claimed(
    network: Network, target: BoxTarget, box: Box, epsilon: Fraction, steps: int = 1
) -> BoxApproximation:
    return BoxApproximation(network, target, box, (steps,) * box.inputs, epsilon)


def verdict(claim: BoxApproximation) -> str:
    """`accepted`, `far`, `open`, or what else the checker says."""
    try:
        claim.judged()
    except RejectedError as error:
        text = str(error)
        return "far" if "differs" in text else "open" if "halvings" in text else text
    return "accepted"


@given(st.data(), st.integers(1, 3), st.integers(1, 2))
def test_T60_leaves_cover_the_box_and_the_network_is_affine_on_them(
    data: st.DataObject, inputs: int, steps: int
) -> None:
    box, network = data.draw(boxes(inputs)), data.draw(networks(inputs))
    target = BoxTarget.of(Polynomial.constant(inputs, 0))
    sides = list(zip(box.lower, box.upper, strict=True))
    claim = simplex_checker.Approximation(
        read(network), checked_target(target), sides, [steps] * inputs, F(10**9)
    )
    leaves: list[simplex_checker.Simplex] = []
    claim.require_near = leaves.append  # type: ignore[assignment,method-assign]
    claim.require_all()
    for _ in range(4):
        shares = [data.draw(SHARES) for _ in range(inputs)]
        point = tuple(a + (b - a) * share for (a, b), share in zip(sides, shares, strict=True))
        found = [share for leaf in leaves if (share := shares_in(leaf, point)) is not None]
        assert found
        scale = read(network).scale
        for leaf, parts in found:
            heights = [F(c.output, c.point[0] * scale) for c in leaf.corners]
            assert network(point) == (sum(a * b for a, b in zip(parts, heights, strict=True)),)


def shares_in(
    leaf: simplex_checker.Simplex, point: Vector
) -> tuple[simplex_checker.Simplex, list[Fraction]] | None:
    """The barycentric coordinates of a point in a simplex, if it is there."""
    places = [[F(x, c.point[0]) for x in c.point[1:]] for c in leaf.corners]
    moved = [axis for axis in range(len(point)) if len({place[axis] for place in places}) > 1]
    rows = [[*(place[axis] for place in places), point[axis]] for axis in moved]
    found = homogeneous_forms.solved([*rows, [F(1)] * (len(places) + 1)])
    return None if found is None or min(found) < 0 else (leaf, found)


def form_value(form: list[int], degree: int, point: list[int]) -> int:
    """A form at a point."""
    places = homogeneous_forms.monomials(len(point), degree)
    return sum(
        entry * math.prod(x**k for x, k in zip(point, powers, strict=True))
        for entry, powers in zip(form, places, strict=True)
    )


@given(st.data(), st.integers(1, 3), st.integers(1, 2))
def test_T60_forms_of_leaves_are_the_function_there(
    data: st.DataObject, inputs: int, steps: int
) -> None:
    box, network = data.draw(boxes(inputs)), data.draw(networks(inputs))
    bottom = box_target_of("1 + x**2", inputs).numerator
    target = BoxTarget(BoxTarget.of(data.draw(polynomials(inputs))).summands, bottom)
    sides, tau = list(zip(box.lower, box.upper, strict=True)), read(network).scale
    claim = simplex_checker.Approximation(
        read(network), checked_target(target), sides, [steps] * inputs, F(10**9)
    )
    leaves: list[simplex_checker.Simplex] = []
    claim.require_near = leaves.append  # type: ignore[assignment,method-assign]
    claim.require_all()
    for leaf in data.draw(st.lists(st.sampled_from(leaves), max_size=4)):
        m = [data.draw(st.integers(0, 3)) for _ in leaf.corners]
        assume(any(m))
        parts = zip(m, leaf.weights, leaf.corners, strict=True)
        whole = [
            sum(k) for k in zip(*([a * w * x for x in c.point] for a, w, c in parts), strict=True)
        ]
        point = tuple(F(x, whole[0]) for x in whole[1:])
        top = form_value(leaf.forms[1], claim.grid.degree, m) * bottom(point)
        below = form_value(leaf.forms[0], claim.grid.degree - 1, m)
        assert top == below * tau * whole[0] * target.numerator(point)


@given(st.data(), st.integers(1, 2))
def test_T60_what_is_accepted_holds_and_what_is_far_is_far(
    data: st.DataObject, inputs: int
) -> None:
    box, network = data.draw(boxes(inputs)), data.draw(networks(inputs))
    target = BoxTarget.of(data.draw(polynomials(inputs)))
    largest = max(abs(network(x)[0] - target(x)) for x in points(box, 6))
    assert verdict(claimed(network, target, box, largest + 10**9)) == "accepted"
    if largest:
        assert verdict(claimed(network, target, box, largest * F(99, 100))) in {"far", "open"}
    epsilon = largest * data.draw(st.fractions(1, 2, max_denominator=8))
    if verdict(claimed(network, target, box, epsilon)) == "accepted":
        assert all(abs(network(x)[0] - target(x)) <= epsilon for x in points(box, 7))


@given(st.data())
def test_T60_agrees_with_the_checker_of_one_variable(data: st.DataObject) -> None:
    box, network = data.draw(boxes(1)), data.draw(networks(1))
    top, bottom = data.draw(polynomials(1)), data.draw(polynomials(1, 2))
    assume(bottom.entries)
    target = BoxTarget(BoxTarget.of(top).summands, bottom)
    dense = [[dict(p.entries).get((k,), F(0)) for k in range(4)] for p in (top, bottom)]
    other = [polynomial_checker.trimmed(one) for one in dense]
    largest = max(
        (abs(network(x)[0] - target(x)) for x in points(box, 6) if bottom(x)), default=F(0)
    )
    epsilon = largest * data.draw(st.fractions(0, 3, max_denominator=4))
    found = verdict(claimed(network, target, box, epsilon))
    try:
        polynomial_checker.require_within(
            read(network), (other[0], other[1], []), box.lower[0], box.upper[0], epsilon
        )
    except RejectedError as error:
        is_pole = "denominator" in str(error)
        assert found == "open" or (("denominator" in found) if is_pole else found == "far")
    else:
        assert found in {"accepted", "open"} or "denominator" in found


@given(st.data(), st.integers(1, 2))
def test_T60_quadratic_targets_are_decided(data: st.DataObject, inputs: int) -> None:
    box, network = data.draw(boxes(inputs)), data.draw(networks(inputs))
    target = BoxTarget.of(data.draw(polynomials(inputs, 2)))
    epsilon = data.draw(st.fractions(0, 9, max_denominator=3))
    found = verdict(claimed(network, target, box, epsilon))
    assert found in {"accepted", "far"}
    if found == "accepted":
        assert all(abs(network(x)[0] - target(x)) <= epsilon for x in points(box, 6))


@given(st.integers(1, 4), st.data())
def test_T60_quadratic_forms_are_decided(size: int, data: st.DataObject) -> None:
    places = homogeneous_forms.monomials(size, 2)
    vectors = st.lists(st.integers(-4, 4), min_size=size, max_size=size)
    squared = data.draw(st.lists(vectors, max_size=2))
    form = [data.draw(st.integers(0, 2)) for _ in places]  # plus squares: nonnegative
    for vector in squared:
        for k, powers in enumerate(places):
            first, *more = [axis for axis, power in enumerate(powers) for _ in range(power)]
            form[k] += vector[first] * vector[more[0]] * (1 if first == more[0] else 2)
    assert homogeneous_forms.is_copositive(form, size)
    point = data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    assume(any(point))
    height, whole = form_value(form, 2, point), sum(point) ** 2
    lower = [
        whole * entry - (height + 1) * (1 if 2 in powers else 2)
        for entry, powers in zip(form, places, strict=True)
    ]
    assert form_value(lower, 2, point) == -whole
    assert not homogeneous_forms.is_copositive(lower, size)


@given(st.integers(2, 4), st.integers(1, 4), st.data())
def test_T60_forms_after_a_corner_is_replaced(size: int, degree: int, data: st.DataObject) -> None:
    places = homogeneous_forms.monomials(size, degree)
    form = [data.draw(st.integers(-5, 5)) for _ in places]
    gone, kept = data.draw(st.permutations(range(size)))[:2]
    edge = homogeneous_forms.Edge(
        gone, kept, data.draw(st.integers(1, 4)), data.draw(st.integers(0, 4))
    )
    found = homogeneous_forms.replaced(form, size, degree, edge)
    new = [data.draw(st.integers(0, 4)) for _ in range(size)]
    old = list(new)
    old[gone], old[kept] = edge.s * new[gone], new[kept] + edge.t * new[gone]

    assert form_value(found, degree, new) == form_value(form, degree, old)


@given(st.data(), st.sampled_from(["exp", "sin", "cos"]), st.integers(0, 8))
def test_T60_remainders_bound_what_taylor_polynomials_leave(
    data: st.DataObject, name: str, degree: int
) -> None:
    box, argument = data.draw(boxes(2)), data.draw(polynomials(2, 2))
    factor = Factor(name, argument, degree)
    assume(argument.magnitude(box) <= 8)
    bound, remainder = factor.bounds(box)
    stated = (name, dict(argument.entries), degree)
    sides = list(zip(box.lower, box.upper, strict=True))
    assert box_target.factor_bounds(stated, sides) == (bound, remainder)
    assert box_target.taylor(stated, (0, 0)) == dict(factor.taylor.entries)
    for point in points(box, 3):
        exact = getattr(math, name)(float(argument(point)))
        assert abs(exact) <= float(bound) * (1 + 1e-9)
        margin = 1e-6 * (1 + abs(exact))
        assert abs(exact - float(factor.taylor(point))) <= float(remainder) + margin


PRODUCTS: dict[str, Callable[[float, float], float]] = {
    "exp(x*y)*sin(2*x)": lambda x, y: math.exp(x * y) * math.sin(2 * x),
    "cos(x + y)*exp(-x) + sin(y)**2": lambda x, y: math.cos(x + y) / math.exp(x) + math.sin(y) ** 2,
    "(x - y)*exp(x)*cos(y)/(3 + x)": lambda x, y: (x - y) * math.exp(x) * math.cos(y) / (3 + x),
}


@pytest.mark.parametrize("text", PRODUCTS)
@pytest.mark.parametrize("bound", [F(1, 2), F(1, 100), F(1, 1000)])
def test_T60_products_of_factors_stay_within_their_remainder(text: str, bound: Fraction) -> None:
    near = box_target_of(text, 2).within(SQUARE, bound)
    lost = box_target.numerator_of(checked_target(near), [(F(-1), F(1))] * 2)[1]
    assert lost == near.remainder(SQUARE)
    for point in points(SQUARE, 4):
        exact = PRODUCTS[text](*map(float, point))
        assert abs(float(near(point)) - exact) * near.denominator(point) <= float(lost) + 1e-12


NASTY = {
    "no hidden layer": Network((Affine.dense([[1, 2]], [3]),)),
    "an empty hidden layer": Network((Affine(2, (), ()), Affine(0, ((),), (F(1),)))),
    "zero rows": Network((Affine.dense([[0, 0], [0, 0]], [0, 1]), Affine.dense([[1, 1]], [0]))),
    "equal and opposite units": Network(
        (Affine.dense([[1, 1]] * 3 + [[-1, -1]] * 3, [0] * 6), Affine.dense([[1] * 6], [0]))
    ),
    "slivers": Network(
        (Affine.dense([[1, F(k, 10**9)] for k in range(8)], [0] * 8), Affine.dense([[1] * 8], [0]))
    ),
    "parallel lines": Network(
        (Affine.dense([[3, -2]] * 9, [F(k, 7) for k in range(-4, 5)]), Affine.dense([[1] * 9], [0]))
    ),
    "kinks at corners": Network(
        (Affine.dense([[1, -1], [1, 1], [1, 0]], [0, 0, 1]), Affine.dense([[1, 1, 1]], [0]))
    ),
    "depth": Network(
        (
            Affine.dense([[1, 0], [0, 1]], [0, 0]),
            *[Affine.dense([[2, -1], [-1, 2]], [F(-1, 3), F(1, 5)])] * 5,
            Affine.dense([[1, 1]], [0]),
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_T60_nasty_networks_end(name: str) -> None:
    network, target = NASTY[name], box_target_of("x*y", 2)
    largest = max(abs(network(x)[0] - target(x)) for x in points(SQUARE, 8))
    assert verdict(claimed(network, target, SQUARE, largest + 1, 2)) in {"accepted", "far"}
    assert verdict(claimed(network, target, SQUARE, largest * 100 + 100)) == "accepted"
    assert verdict(claimed(network, target, SQUARE, largest * F(9, 10))) == "far"


def test_budgets_end_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    network, target = NASTY["depth"], box_target_of("x*y", 2)
    monkeypatch.setattr(simplex_checker, "MOST_SIMPLICES", 9)
    assert "9 simplices are needed" in verdict(claimed(network, target, SQUARE, F(10**9)))
    assert "more than 9 simplices" in verdict(claimed(network, target, SQUARE, F(10**9), 3))
    monkeypatch.setattr(simplex_checker, "MOST_SIMPLICES", 999)
    monkeypatch.setattr(simplex_checker, "MOST_BITS", 9)
    assert "more than 9 bits" in verdict(claimed(network, target, SQUARE, F(10**9)))
    wide = Network((Affine.dense([[1] * 3], [0]),))
    found = claimed(wide, box_target_of("x**60", 3), Box.cube(3, 0, 1), F(1))
    assert "degree is too large" in verdict(found)


@pytest.mark.parametrize("ends", [("0", "9" * 3900), ("-1/" + "9" * 30, "1/7" + "3" * 30)])
def test_long_numbers_get_a_line(
    ends: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path)
    stated = json.loads(path.read_text())
    path.write_text(json.dumps({**stated, "box": [list(ends), ["-1/2", "1"]]}))
    answer = simplex_checker.main([str(path)])
    assert capsys.readouterr().out.startswith(("accepted: ", "rejected: ")[answer])


def test_where_halvings_do_not_end_it_is_said() -> None:
    zero = Network((Affine.dense([[0, 0]], [0]),))
    touching = box_target_of("1 - (x - 1/3)**2*(1 + y**2)", 2)  # 1 is attained on a line
    assert verdict(claimed(zero, touching, Box.cube(2, 0, 1), F(1))) == "open"
    assert verdict(claimed(zero, touching, Box.cube(2, 0, 1), F(1001, 1000))) == "accepted"
    assert verdict(claimed(zero, touching, Box.cube(2, 0, 1), F(1), 3)) == "accepted"


@given(st.data(), st.integers(1, 3), st.integers(0, 3))
def test_T54_quadratic_polynomials_by_squares(data: st.DataObject, inputs: int, depth: int) -> None:
    polynomial, box = data.draw(polynomials(inputs, 2)), data.draw(boxes(inputs))
    parts, rest = squares(polynomial)
    total = rest
    for part in parts:
        total = total.plus(part.polynomial)
    assert total == polynomial
    assert rest.degree <= 1
    assert len(parts) <= inputs
    network, error = (
        quadratic_network(polynomial, box, depth),
        quadratic_error(polynomial, box, depth),
    )
    assert all(width <= 2 * len(parts) + 1 for width in network.widths[1:-1])
    assert network.hidden_layers in {0, depth}
    assert all(abs(network(x)[0] - polynomial(x)) <= error for x in points(box, 5))


@pytest.mark.parametrize("depth", range(5))
def test_T54_the_error_of_a_product_is_attained(depth: int) -> None:
    target = box_target_of("x*y", 2)
    network = quadratic_network(target.numerator, SQUARE, depth)
    error = quadratic_error(target.numerator, SQUARE, depth)
    assert error == F(4, 4 ** (depth + 1))
    assert network.widths[1:-1] == (5,) * depth
    assert verdict(claimed(network, target, SQUARE, error)) == "accepted"
    assert verdict(claimed(network, target, SQUARE, error - F(1, 10**9))) == "far"


def test_squares_are_refused_for_other_polynomials() -> None:
    with pytest.raises(ScopeError, match="degree at most 2"):
        squares(box_target_of("x*y*z", 3).numerator)
    with pytest.raises(ScopeError, match="depth from 0"):
        quadratic_network(box_target_of("x*y", 2).numerator, SQUARE, -1)
    with pytest.raises(DomainError, match="pole"):
        box_target_of("1/x", 1)((F(0),))


@pytest.mark.parametrize(
    ("target", "epsilon", "words"),
    [
        ("x*y", "1/100", "2-5-5-5-5-1"),
        ("x*y + x**2/2 - y", "1/20", "2-5-5-5-1"),
        ("x*y + z**2", "1/2", "3-7-1"),
    ],
)
def test_the_sawtooth_command_for_several_inputs(
    target: str, epsilon: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--domain", "box:-1,1", "--epsilon", epsilon, "-o", str(tmp_path)]
    assert main(["approximate", "sawtooth", target, *asked]) == 0
    assert words in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 0
    assert "simplex_checker" in capsys.readouterr().out
    assert main(["approximate", "sawtooth", "x*y*z", *asked]) != 0
    assert "degree at most 2" in capsys.readouterr().err
    assert main(["approximate", "sawtooth", "x*y", *asked[:3], "1/10000000", *asked[4:]]) != 0
    assert "too many pieces" in capsys.readouterr().err


def written(folder: Path, epsilon: str = "1/50") -> Path:
    """A claim about exp(-x y) / (2 + x), which is accepted."""
    box = Box((F(0), F(-1, 2)), (F(1), F(1)))
    target = box_target_of("exp(-x*y)/(2 + x) + y**2", 2).within(box, F(1, 1000))
    grid = KuhnGrid(box, (3, 9))
    network = kuhn_interpolant(target, grid)
    claim = BoxApproximation(network, target, box, grid.steps, F(epsilon))
    for name, data in claim.files.items():
        (folder / name).write_bytes(data)
    return folder / "approximation.json"


def test_the_files_are_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    assert simplex_checker.main([str(path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("accepted: |network.json - f| <= 1/50 for every real point of [0, 1] x ")
    assert "exp(-1 x1 x2)" in told
    assert "(simplices: 54, remainders below 2^-" in told
    assert simplex_checker.main([]) == 2
    assert simplex_checker.main([str(tmp_path / "nothing.json")]) == 2


CHANGES: dict[str, tuple[Callable[[Json], object], type[Exception], str]] = {
    "epsilon too small": (lambda it: it.update(epsilon="1/500"), RejectedError, FAR),
    "epsilon zero": (lambda it: it.update(epsilon="0"), RejectedError, FAR),
    "epsilon negative": (lambda it: it.update(epsilon="-1/50"), MalformedError, "epsilon"),
    "epsilon a number": (lambda it: it.update(epsilon=1), MalformedError, "epsilon"),
    "epsilon a float": (lambda it: it.update(epsilon=0.02), MalformedError, "0.02"),
    "no format": (lambda it: it.pop("format"), MalformedError, "keys"),
    "another format": (lambda it: it.update(format="relucert-x"), MalformedError, "format"),
    "another version": (lambda it: it.update(version=2), MalformedError, "version"),
    "a further key": (lambda it: it.update(more=1), MalformedError, "keys"),
    "box too large": (lambda it: it["box"][0].__setitem__(1, "3"), RejectedError, FAR),
    "box reversed": (lambda it: it["box"].__setitem__(0, ["1", "0"]), MalformedError, "box"),
    "box of three ends": (lambda it: it["box"][0].append("2"), MalformedError, "box"),
    "box of one side": (lambda it: (it["box"].pop(), it["steps"].pop()), MalformedError, "input"),
    "no box": (lambda it: it.update(box=[], steps=[]), MalformedError, "box"),
    "no step": (lambda it: it["steps"].__setitem__(0, 0), MalformedError, "steps"),
    "half a step": (lambda it: it["steps"].__setitem__(0, "1/2"), MalformedError, "steps"),
    "a truth for steps": (lambda it: it["steps"].__setitem__(0, True), MalformedError, "steps"),
    "steps for three sides": (lambda it: it["steps"].append(1), MalformedError, "steps"),
    "too many steps": (lambda it: it.update(steps=[1000, 1000]), RejectedError, "simplices"),
    "another network": (lambda it: it["network"].update(sha256="0" * 64), RejectedError, "digest"),
    "a path": (lambda it: it["network"].update(file="../network.json"), MalformedError, "beside"),
    "no network": (lambda it: it["network"].update(file="gone.json"), OSError, "gone"),
    "another function": (lambda it: factor(it).__setitem__(0, "tan"), MalformedError, "factor"),
    "sin for exp": (lambda it: factor(it).__setitem__(0, "sin"), RejectedError, FAR),
    "a lower degree": (lambda it: factor(it).__setitem__(2, 1), RejectedError, "simplex"),
    "a negative degree": (lambda it: factor(it).__setitem__(2, -1), MalformedError, "degree"),
    "a large degree": (lambda it: factor(it).__setitem__(2, 201), MalformedError, "degree"),
    "a degree of 120": (lambda it: factor(it).__setitem__(2, 60), MalformedError, "degree"),
    "a factor of two": (lambda it: factor(it).pop(), MalformedError, "factor"),
    "a large argument": (lambda it: factor(it)[1].append(["300", 0, 0]), RejectedError, "exp"),
    "another argument": (lambda it: factor(it)[1].append(["1", 1, 0]), RejectedError, "simplex"),
    "another weight": (lambda it: term(it)[0].append(["1", 1, 1]), RejectedError, "simplex"),
    "a term of three": (lambda it: term(it).append([]), MalformedError, "term"),
    "a missing term": (lambda it: it["target"]["terms"].pop(), RejectedError, "simplex"),
    "a negative power": (lambda it: below(it)[0].__setitem__(1, -1), MalformedError, "powers"),
    "a large power": (lambda it: below(it)[0].__setitem__(1, 201), MalformedError, "powers"),
    "a truth for a power": (lambda it: below(it)[0].__setitem__(1, True), MalformedError, "bool"),
    "a power too few": (lambda it: below(it)[0].pop(), MalformedError, "powers"),
    "a monomial without entries": (lambda it: below(it)[0].clear(), MalformedError, POLE),
    "no denominator": (lambda it: below(it).clear(), RejectedError, POLE),
    "a monomial twice": (lambda it: below(it).append(["1", 0, 0]), MalformedError, "twice"),
    "a denominator with a zero": (lambda it: constant(it, "0"), RejectedError, POLE),
    "a negative denominator": (lambda it: constant(it, "-7"), RejectedError, POLE),
    "a long number": (lambda it: it.update(epsilon="1" * 5000), MalformedError, "epsilon"),
}  # fmt: skip


def term(it: Json) -> list[Any]:
    found: list[Any] = it["target"]["terms"][0]
    return found


def factor(it: Json) -> list[Any]:
    """The factor exp(-x y)."""
    found: list[Any] = next(one for _, factors in it["target"]["terms"] for one in factors)
    return found


def below(it: Json) -> list[list[Any]]:
    found: list[list[Any]] = it["target"]["denominator"]
    return found


def constant(it: Json, value: str) -> None:
    """Another constant for the 2 of 2 + x."""
    (entry,) = [one for one in below(it) if one[1:] == [0, 0]]
    entry[0] = value


@pytest.mark.parametrize("name", CHANGES)
def test_changed_claims_are_refused(name: str, tmp_path: Path) -> None:
    change, error, words = CHANGES[name]
    path = written(tmp_path)
    stated = json.loads(path.read_text())
    change(stated)
    with pytest.raises(error, match=words):
        simplex_checker.check(str(tmp_path), json.dumps(stated).encode())


@pytest.mark.parametrize("place", range(12))
def test_changed_weights_are_rejected(place: int, tmp_path: Path) -> None:
    """The digest is made to fit, so that the distance alone can tell."""
    path = written(tmp_path)
    network, stated = (
        json.loads((tmp_path / "network.json").read_text()),
        json.loads(path.read_text()),
    )
    layer = network["layers"][place % 3]
    if place < 6:
        row = layer["rows"][(5 * place) % len(layer["rows"])]
        row[1] = str(F(row[1]) + (1 if place % 2 else -1))
    else:
        index = (5 * place) % len(layer["bias"])
        layer["bias"][index] = str(F(layer["bias"][index]) + (1 if place % 2 else -1))
    data = json.dumps(network).encode()
    (tmp_path / "network.json").write_bytes(data)
    stated["network"]["sha256"] = sha256(data).hexdigest()
    with pytest.raises(RejectedError, match=FAR):
        simplex_checker.check(str(tmp_path), json.dumps(stated).encode())


def test_a_finer_or_coarser_grid_says_the_same(tmp_path: Path) -> None:
    path = written(tmp_path)
    stated = json.loads(path.read_text())
    for steps in ([1, 1], [2, 5], [6, 6]):
        told = simplex_checker.check(str(tmp_path), json.dumps({**stated, "steps": steps}).encode())
        assert "<= 1/50" in told


def test_the_checker_rests_on_four_files_and_the_standard_library() -> None:
    parts = {"verify.checker", "verify.box_target", "verify.homogeneous_forms"}
    for module in (simplex_checker, box_target, homogeneous_forms):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        nodes = list(ast.walk(tree))
        names = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
        names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
        assert all(name in parts or name.split(".")[0] in sys.stdlib_module_names for name in names)


def test_networks_of_another_shape_are_malformed(tmp_path: Path) -> None:
    path = written(tmp_path)
    stated = json.loads(path.read_text())
    for network in (
        Network((Affine.dense([[1]], [0]),)),
        Network((Affine.dense([[1, 0], [0, 1]], [0, 0]),)),
    ):
        data = network_text(network).encode()
        (tmp_path / "network.json").write_bytes(data)
        stated["network"]["sha256"] = sha256(data).hexdigest()
        with pytest.raises(MalformedError, match="expected an input for every side"):
            simplex_checker.check(str(tmp_path), json.dumps(stated).encode())
