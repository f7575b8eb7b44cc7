"""Recurrent networks: unrolling, wavefront, saturated to relu, linear ones."""

import itertools
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Space
from theory.errors import ScopeError, ShapeError
from theory.network import Affine, Network
from theory.recurrence.linear_recurrence import markov_parameters, telling_sequence
from theory.recurrence.recurrent import RecurrentNetwork, relu_recurrence
from theory.recurrence.unrolling import unrolled, wavefront
from verify import unrolling_checker
from verify.checker import MalformedError, RejectedError
from verify.errors import FormatError
from verify.formats.recurrent_json import parse_recurrent, recurrent_bytes
from verify.prove.architectures.unrolling import unrolling_files

small = st.sampled_from([Fraction(n, d) for n in range(-3, 4) for d in (1, 2)])


def vectors(size: int) -> st.SearchStrategy[tuple[Fraction, ...]]:
    return st.tuples(*([small] * size))


@st.composite
def recurrents(
    draw: st.DrawFn,
    activations: tuple[str, ...] = ("relu", "saturated", "identity"),
    least_inputs: int = 0,
) -> RecurrentNetwork:
    units, inputs = draw(st.integers(0, 3)), draw(st.integers(least_inputs, 2))
    outputs = draw(st.integers(1, 2))

    def dense(rows: int, columns: int) -> Affine:
        weight = [draw(vectors(columns)) for _ in range(rows)]
        return Affine.dense(weight, draw(vectors(rows)), columns)

    step, output = dense(units, units + inputs), dense(outputs, units)
    start = draw(vectors(units))
    return RecurrentNetwork(step, output, start, draw(st.sampled_from(activations)))


def cut(values: tuple[Fraction, ...], size: int) -> list[tuple[Fraction, ...]]:
    return [values[i : i + size] for i in range(0, len(values), size)]


@given(st.data(), recurrents(least_inputs=1), st.integers(1, 4), st.booleans(), st.booleans())
def test_T43_unrolled_networks_give_the_outputs(
    data: st.DataObject, network: RecurrentNetwork, steps: int, every: bool, bounded: bool
) -> None:
    lower = (Fraction(-3),) * network.inputs if bounded else None
    new = unrolled(network, steps, every, lower)
    point = data.draw(vectors(steps * network.inputs))
    outputs = network(cut(point, network.inputs))
    expected = tuple(value for one in outputs for value in one) if every else outputs[-1]
    assert new(point) == expected


@pytest.mark.parametrize("bounded", [False, True])
def test_T43_widths_are_those_of_the_formula(bounded: bool) -> None:
    units, inputs, outputs, steps = 3, 2, 1, 4
    ones = [[Fraction(1)] * (units + inputs)] * units
    network = RecurrentNetwork(
        Affine.dense(ones, [Fraction(1)] * units),
        Affine.dense([[Fraction(1)] * units] * outputs, [Fraction(0)] * outputs),
        (Fraction(0),) * units,
    )
    lower = (Fraction(0),) * inputs if bounded else None
    share = 1 if bounded else 2
    widths = [units + share * inputs * (steps - t) for t in range(1, steps + 1)]
    assert list(unrolled(network, steps, lower=lower).widths[1:-1]) == widths
    more = min(units, 2 * outputs)
    every = unrolled(network, steps, True, lower).widths[1:-1]
    assert list(every) == [width + more * t for t, width in enumerate(widths)]


@st.composite
def networks(draw: st.DrawFn) -> Network:
    widths = [draw(st.integers(1, 2)), *draw(st.lists(st.integers(0, 3), max_size=3)), 1]
    layers = []
    for before, after in itertools.pairwise(widths):
        weight = [draw(vectors(before)) for _ in range(after)]
        layers.append(Affine.dense(weight, draw(vectors(after)), before))
    return Network(tuple(layers))


@given(st.data(), networks())
def test_T43_the_wavefront_reaches_the_output_from_any_state(
    data: st.DataObject, network: Network
) -> None:
    new, steps = wavefront(network), max(network.hidden_layers, 1)
    assert new.units == (network.units if network.hidden_layers else 2 * network.inputs)
    start = data.draw(vectors(new.units))
    points = [data.draw(vectors(network.inputs)) for _ in range(steps)]
    junk = RecurrentNetwork(new.step, new.output, start)
    assert junk(points)[-1] == network(points[0])


@given(st.data(), recurrents(("saturated", "relu")))
def test_T43_saturated_units_as_pairs_of_relu(
    data: st.DataObject, network: RecurrentNetwork
) -> None:
    points = [data.draw(vectors(network.inputs)) for _ in range(4)]
    new = relu_recurrence(network)
    assert new.activation == "relu"
    assert new(points) == network(points)
    assert new.units == (1 if network.activation == "relu" else 2) * network.units


@given(recurrents(least_inputs=1), st.integers(1, 3), st.sampled_from(["last", "every"]))
def test_T43_the_certificate_of_an_unrolling_is_accepted(
    network: RecurrentNetwork, steps: int, kind: str
) -> None:
    domain = Box.cube(network.inputs, -1, 1)
    new = unrolled(network, steps, kind == "every", domain.lower)
    files = unrolling_files(network, new, steps, kind, domain=domain, timeout=10)
    assert isinstance(files, dict)
    assert unrolling_checker.check(files.__getitem__, files["unrolling.json"])


def test_T43_many_steps_over_all_inputs_merge() -> None:
    network = RecurrentNetwork(
        Affine.dense([[Fraction(1, 2), 0, 1], [1, Fraction(1, 3), -1]], [Fraction(0), Fraction(1)]),
        Affine.dense([[1, -1]], [Fraction(0)]),
        (Fraction(0), Fraction(1)),
    )
    new = unrolled(network, 24)
    files = unrolling_files(network, new, 24, "last", domain=Space(1), timeout=10)
    assert isinstance(files, dict)
    assert json.loads(files["unrolling.json"])["proofs"] == [[["="]]]
    every = unrolled(network, 5, True)
    told = unrolling_files(network, every, 5, "every", domain=Space(1), timeout=10)
    assert isinstance(told, dict)


def test_a_changed_unrolling_is_refused() -> None:
    network = RecurrentNetwork(
        Affine.dense([[Fraction(1), Fraction(2)]], [Fraction(0)]),
        Affine.dense([[Fraction(1)]], [Fraction(0)]),
        (Fraction(0),),
    )
    domain, new = Space(1), unrolled(network, 2)
    files = unrolling_files(network, new, 2, "last", domain=domain, timeout=10)
    assert isinstance(files, dict)
    other = {**files, "unrolled.json": files["unrolled.json"].replace(b'"2"', b'"3"')}
    with pytest.raises(RejectedError, match="another file"):
        unrolling_checker.check(other.__getitem__, files["unrolling.json"])
    wrong = files["unrolling.json"].replace(b'"steps":2', b'"steps":3')
    with pytest.raises((RejectedError, MalformedError)):
        unrolling_checker.check(files.__getitem__, wrong)
    last = new.layers[-1]
    changed = Network((*new.layers[:-1], Affine(last.inputs, last.rows, (Fraction(1),))))
    assert not isinstance(
        unrolling_files(network, changed, 2, "last", domain=domain, timeout=10), dict
    )


def linear(rows: list[list[int]], output: list[list[int]], units: int) -> RecurrentNetwork:
    weight = [[Fraction(v) for v in row] for row in rows]
    step = Affine.dense(weight, [Fraction(0)] * len(rows), units + 1)
    read = Affine.dense([[Fraction(v) for v in row] for row in output], [Fraction(0)], units)
    return RecurrentNetwork(step, read, (Fraction(0),) * units, "identity")


@given(st.data(), recurrents(("identity",)), recurrents(("identity",)))
def test_T45_linear_networks_are_told_apart_or_equal(
    data: st.DataObject, left: RecurrentNetwork, right: RecurrentNetwork
) -> None:
    if (left.inputs, left.outputs) != (right.inputs, right.outputs):
        right = left
    lower, upper = (Fraction(-1),) * left.inputs, (Fraction(2),) * left.inputs
    found = telling_sequence(left, right, lower, upper)
    if found is not None:
        assert left(found)[-1] != right(found)[-1]
        assert all(
            a <= x <= b for point in found for a, x, b in zip(lower, point, upper, strict=True)
        )
        return
    points = [data.draw(vectors(left.inputs)) for _ in range(8)]
    assert left(points) == right(points)
    count = left.units + right.units
    assert markov_parameters(left, count) == markov_parameters(right, count)


def test_T45_the_last_markov_parameter_may_be_the_only_one_that_differs() -> None:
    # a chain of three delays, read at its end, against nothing at all
    chain = linear([[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 1]], 3)
    nothing = linear([], [[]], 0)
    found = telling_sequence(chain, nothing, (Fraction(0),), (Fraction(2),))
    assert found is not None
    assert chain(found)[-1] != nothing(found)[-1]
    numbers = [entry for (row,) in markov_parameters(chain, 3) for entry in row]
    assert numbers == [Fraction(0), Fraction(0), Fraction(1)]


def test_T45_a_box_of_one_point_is_respected() -> None:
    one, two = linear([[0, 1]], [[1]], 1), linear([[0, 2]], [[1]], 1)
    assert telling_sequence(one, two, (Fraction(0),), (Fraction(0),)) is None
    assert telling_sequence(one, two, (Fraction(1),), (Fraction(1),)) == ((Fraction(1),),)


def test_what_is_refused() -> None:
    one = linear([[0, 1]], [[1]], 1)
    with pytest.raises(ScopeError):
        relu_recurrence(one)
    with pytest.raises(ScopeError):
        unrolled(one, 0)
    with pytest.raises(ShapeError):
        unrolled(one, 1, lower=())
    with pytest.raises(ShapeError):
        one(((Fraction(1), Fraction(1)),))
    with pytest.raises(ScopeError):
        RecurrentNetwork(one.step, one.output, one.start, "tanh")
    with pytest.raises(ShapeError):
        RecurrentNetwork(one.step, one.output, (), "relu")


@given(recurrents())
def test_the_json_form_is_read_back(network: RecurrentNetwork) -> None:
    assert parse_recurrent(recurrent_bytes(network), "here") == network


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"relu"', b'"tanh"'),
        (b'"version":1', b'"version":2'),
        (b'"inputs":1', b'"inputs":0'),
        (b'"start":["0"]', b'"start":[0]'),
        (b'"start":["0"]', b'"start":["0","0"]'),
        (b'"output"', b'"outputs"'),
    ],
)
def test_malformed_files_are_refused(old: bytes, new: bytes) -> None:
    step = Affine.dense([[Fraction(1), Fraction(1)]], [Fraction(0)])
    network = RecurrentNetwork(step, Affine.dense([[Fraction(1)]], [Fraction(0)]), (Fraction(0),))
    content = recurrent_bytes(network)
    assert old in content
    with pytest.raises(FormatError):
        parse_recurrent(content.replace(old, new), "file")
