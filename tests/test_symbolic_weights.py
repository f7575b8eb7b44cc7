"""Transforms are run on unknown weights and proved right for all, or found wrong, or given up."""

from collections.abc import Callable
from fractions import Fraction

import pytest
import z3

from theory.canonical.syntactic import normal_form
from theory.domain import Box, Domain, Space
from theory.errors import ScopeError
from theory.forms.two_hidden import two_hidden_form
from theory.network import ZERO, Affine, Network
from theory.symmetry import duplicated, padded, permuted, rescaled
from verify.cli import main
from verify.prove.solver.symbolic_weights import (
    Answer,
    ForAllWeights,
    GaveUp,
    Sign,
    WrongWeights,
    for_all_weights,
)
from verify.prove.solver.unknown_number import Path, TooManyPathsError, Unknown, runs

POSITIVE: Sign = "positive"
SHAPES = [(1, 1, 1), (1, 2, 1), (2, 2, 1)]


def without_units(network: Network, is_dropped: Callable[[int], bool]) -> Network:
    """The network without some units of its first hidden layer."""
    before, after, *rest = network.layers
    kept = [unit for unit in range(before.outputs) if not is_dropped(unit)]
    place = {unit: index for index, unit in enumerate(kept)}
    rows = tuple(tuple((place[c], w) for c, w in row if c in place) for row in after.rows)
    first = Affine(
        before.inputs,
        tuple(before.rows[unit] for unit in kept),
        tuple(before.bias[unit] for unit in kept),
    )
    return Network((first, Affine(len(kept), rows, after.bias), *rest))


def pruned(network: Network) -> Network:
    """Right for nonnegative inputs: units with no positive weight and no positive bias go."""
    first = network.layers[0]

    def is_dead(unit: int) -> bool:
        return first.bias[unit] <= 0 and all(weight < 0 for _, weight in first.rows[unit])

    return without_units(network, is_dead)


def unread_pruned(network: Network) -> Network:
    """Right everywhere: units that nothing reads go."""
    read = {column for row in network.layers[1].rows for column, _ in row}
    return without_units(network, lambda unit: unit not in read)


def with_identity_layer(network: Network) -> Network:
    """x = relu(x) - relu(-x) before the first layer."""
    first, *rest = network.layers
    size = first.inputs
    split = Affine(
        size,
        tuple(((i, Fraction(sign)),) for sign in (1, -1) for i in range(size)),
        (ZERO,) * 2 * size,
    )
    rows = tuple(
        (*row, *((column + size, -weight) for column, weight in row)) for row in first.rows
    )
    return Network((split, Affine(2 * size, rows, first.bias), *rest))


def normalised(network: Network) -> Network:
    """Every unit of the first layer over its bias: fails where that is 0, wrong where it is < 0."""
    return rescaled(network, 0, [abs(1 / bias) for bias in network.layers[0].bias])


def mirrored(network: Network) -> Network:
    """Wrong: units are turned round as if relu were odd."""
    before, after, *rest = network.layers
    rows = tuple(tuple((c, -w) for c, w in row) for row in before.rows)
    first = Affine(before.inputs, rows, tuple(-bias for bias in before.bias))
    out = tuple(tuple((c, -w) for c, w in row) for row in after.rows)
    return Network((first, Affine(after.inputs, out, after.bias), *rest))


def answer(
    transform: Callable[..., Network],
    widths: tuple[int, ...],
    *parameters: Sign,
    domain: Domain | None = None,
    timeout: float = 60,
) -> Answer:
    return for_all_weights(transform, widths, domain or Space(widths[0]), parameters, timeout)


# ------------------------------------------------------------------------------------ proofs


@pytest.mark.parametrize("widths", SHAPES, ids=str)
def test_T02_symmetries_hold_for_all_weights(widths: tuple[int, ...]) -> None:
    units = widths[1]
    turned = [*reversed(range(units))]
    found = [
        answer(lambda network: permuted(network, 0, turned), widths),
        answer(lambda network, *by: rescaled(network, 0, by), widths, *[POSITIVE] * units),
        answer(lambda network, share: duplicated(network, 0, 0, share), widths, "any"),
        answer(with_identity_layer, widths),
        answer(unread_pruned, widths),
    ]
    assert all(isinstance(one, ForAllWeights) for one in found), found
    weights = widths[0] * units + units
    assert isinstance(found[0], ForAllWeights)
    assert found[0].paths == 2**weights  # every weight is zero or not


@pytest.mark.parametrize("outgoing", [0, 1])
def test_T02_a_dead_unit_of_any_weight_does_not_matter(outgoing: int) -> None:
    def grown(network: Network, weight: Fraction, bias: Fraction) -> Network:
        row = ((0, -weight),)
        return padded(network, 1, row, -bias, [weight * outgoing])

    assert isinstance(answer(grown, (1, 1, 1, 1), "positive", "positive"), ForAllWeights)


def test_T02_symmetries_of_two_hidden_layers_hold_for_all_weights() -> None:
    widths = (1, 1, 2, 1)
    assert isinstance(answer(lambda net: permuted(net, 1, [1, 0]), widths), ForAllWeights)
    assert isinstance(
        answer(lambda net, by: rescaled(net, 0, [by]), widths, POSITIVE), ForAllWeights
    )


def test_a_domain_is_taken_into_account() -> None:
    assert isinstance(answer(pruned, (2, 2, 1), domain=Box.cube(2, 0, 1)), ForAllWeights)
    wrong = answer(pruned, (2, 2, 1), domain=Box.cube(2, -1, 1))
    assert isinstance(wrong, WrongWeights)
    assert wrong.point is not None
    assert wrong.point in Box.cube(2, -1, 1)


# ----------------------------------------------------------------------- wrong, or given up


@pytest.mark.parametrize("transform", [mirrored, pruned])
def test_a_wrong_transform_is_shown_by_weights_and_a_point(
    transform: Callable[[Network], Network],
) -> None:
    found = answer(transform, (1, 2, 1))
    assert isinstance(found, WrongWeights)
    assert found.point is not None
    assert transform(found.network)(found.point) != found.network(found.point)


def test_weights_that_make_a_transform_fail_are_found() -> None:
    found = answer(normalised, (1, 1, 1))
    assert isinstance(found, WrongWeights)
    assert found.point is None
    assert found.error.startswith("ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        normalised(found.network)


def test_what_is_refused_is_counted() -> None:
    found = answer(lambda network, by: rescaled(network, 0, [by]), (1, 1, 1), "any")
    assert isinstance(found, ForAllWeights)
    assert found.refused == 4  # for each pattern of zeros, by <= 0
    assert found.paths == 8


def test_what_is_given_up_is_said() -> None:
    late = answer(lambda net, *by: rescaled(net, 0, by), (2, 3, 1), *[POSITIVE] * 3, timeout=0.2)
    assert isinstance(late, GaveUp)
    assert late.seconds >= 0.2
    assert "0.2 s are over" in late.reason or "s were left" in late.reason
    for transform in (
        lambda network: normal_form(network).network,
        lambda network: two_hidden_form(network, Space(1)).network,
    ):
        found = answer(transform, (1, 1, 1))
        assert isinstance(found, GaveUp)
        assert "wants more of a weight than arithmetic" in found.reason


# --------------------------------------------------------------------------- unknown numbers


def ways(program: Callable[[Unknown, Unknown], object], most: int = 64) -> list[object]:
    context = z3.Context()
    terms = z3.Reals("a b", context)
    found = runs(
        lambda path: program(*(Unknown(term, path) for term in terms)), (), context, most=most
    )
    return [result for _, result in found]


def test_every_way_is_gone_once() -> None:
    def order(a: Unknown, b: Unknown) -> str:
        return "less" if a < b else "equal" if a == b else "more"

    assert sorted(map(str, ways(order))) == ["equal", "less", "more"]
    assert ways(lambda a, b: (a < b, b > a, a >= b)) == [(True, True, False), (False, False, True)]
    assert ways(lambda a, b: bool(abs(a) + abs(b) >= 0)) == [True] * 4
    assert ways(lambda a, b: a * b - b * a == 0) == [True]
    assert ways(lambda a, b: bool((a + 1) / 2 - a / 2 - Fraction(1, 2))) == [False]
    assert (
        sorted(map(str, ways(lambda a, b: max(ZERO, 3 - a) > +b))) == ["False"] * 2 + ["True"] * 2
    )


def test_what_is_no_arithmetic_is_refused() -> None:
    for program in (lambda a, b: {a: b}, lambda a, b: a + 0.5, lambda a, b: float(a)):
        with pytest.raises(TypeError):
            ways(program)
    with pytest.raises(ZeroDivisionError):
        ways(lambda a, b: 1 / (a - a))


def test_too_many_ways_are_not_gone() -> None:
    with pytest.raises(TooManyPathsError, match="more than 2 ways"):
        ways(lambda a, b: (a > 0, b > 0), most=2)


def test_a_path_knows_its_conditions() -> None:
    context = z3.Context()
    term = z3.Real("a", context)

    def program(path: Path) -> bool:
        return Unknown(term, path) > 0

    for path, is_positive in runs(program, (term != 0,), context):
        solver = z3.Solver(ctx=context)
        solver.add(*path.conditions, term == (-1 if is_positive else 1))
        assert solver.check() == z3.unsat


# ---------------------------------------------------------------------------------- commands


def turned(network: Network) -> Network:
    return permuted(network, 0, [*reversed(range(network.widths[1]))])


def refused(network: Network) -> Network:
    raise ScopeError("nothing is covered")


@pytest.mark.parametrize(
    ("transform", "status", "said"),
    [
        ("turned", 0, "preserved for every real weight, as Z3"),
        ("mirrored", 1, "mirrored does not preserve the network on all"),
        ("normalised", 1, "normalised failed: ZeroDivisionError"),
        ("refused", 2, "the transform refuses 16 of 16"),
    ],
)
def test_exhaust_over_all_weights(
    transform: str, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["exhaust", "--widths", "1-2-1", "--weights=all", "--transform"]
    assert main([*words, f"{__name__}:{transform}"]) == status
    assert said in capsys.readouterr().out
    assert main([*words, "two-hidden"]) == 2
    assert "not settled after" in capsys.readouterr().out
