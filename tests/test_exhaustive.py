"""Exhaustive sweeps: numbering, counts, the reduction against the full sweep, resuming, reports."""

import json
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import ScopeError, ShapeError
from theory.forms.three_hidden import ThreeHiddenForm, three_hidden_form
from theory.network import ZERO, Affine, Network
from theory.symmetry import permuted, rescaled
from verify.cli import main
from verify.cli.transform import FORMS
from verify.errors import InputError
from verify.prove.workers import Workers
from verify.testing import exhaustive
from verify.testing.exhaustive import CHUNK, Sweep, chunk_tally, swept
from verify.testing.family import Family
from verify.testing.identification import identification
from verify.testing.record import Record, source_digest
from verify.testing.sweep_report import SweepReport
from verify.testing.tally import Finding, Tally
from verify.testing.transformation import Transformation
from verify.verdict import Unknown

SIGNS = (-1, 0, 1)
TWO_HIDDEN = "theory.forms.two_hidden:two_hidden_form"
HERE = __name__
THREADS = Workers(2, lambda: ThreadPoolExecutor(2))


def family(
    widths: tuple[int, ...], weights: tuple[int, ...], biases: tuple[int, ...] = ()
) -> Family:
    values = [list(map(Fraction, numbers)) for numbers in (weights, biases)]
    return Family.of(widths, values[0], values[1] or None)


# Transforms that the sweeps name as `module:function`.


def without_output_bias(network: Network) -> Network:
    """Wrong, and does not see the order or the scale of units."""
    *rest, last = network.layers
    return Network((*rest, Affine(last.inputs, last.rows, (ZERO,) * last.outputs)))


def without_last_unit(network: Network) -> Network:
    """Wrong, and sees the order of units."""
    *rest, before, after = network.layers
    kept = before.outputs - 1
    rows = tuple(tuple(entry for entry in row if entry[0] < kept) for row in after.rows)
    smaller = Affine(before.inputs, before.rows[:kept], before.bias[:kept])
    return Network((*rest, smaller, Affine(kept, rows, after.bias)))


def without_first_unit(network: Network) -> Network:
    """Wrong, and sees the order of units."""
    width = network.widths[-2]
    return without_last_unit(permuted(network, network.hidden_layers - 1, [*range(1, width), 0]))


def in_every_way(network: Network) -> object:
    """Keeps, refuses, fails, or returns something else, by the bias of the output."""
    bias = network.layers[-1].bias[0]
    if bias > 0:
        raise ScopeError("the bias is positive")
    if bias < 0:
        return network.widths
    return network


def of_another(network: Network, domain: Domain) -> ThreeHiddenForm:
    """Infinite weights, and the function of a network with another output bias."""
    return three_hidden_form(without_output_bias(network), domain)


# --------------------------------------------------------------------------------- families


@pytest.mark.parametrize(
    ("widths", "weights", "biases"),
    [((1, 2, 1), SIGNS, ()), ((2, 1), (0, 1), (3,)), ((1, 1, 2, 1), (1, 2), (0, 1))],
)
def test_a_family_has_as_many_networks_as_the_formula_says(
    widths: tuple[int, ...], weights: tuple[int, ...], biases: tuple[int, ...]
) -> None:
    found = family(widths, weights, biases)
    networks = [found.network(index) for index in range(found.size)]
    assert len(set(networks)) == found.size
    assert all(network.widths == widths for network in networks)
    entries = {
        (weight, bias)
        for network in networks
        for layer in network.layers
        for weight in (entry for row in layer.weight for entry in row)
        for bias in layer.bias
    }
    assert entries == set(product(found.weights, found.biases))


def test_networks_are_numbered_from_the_simplest() -> None:
    found = family((1, 1, 1), (-1, 1, 0))
    assert found == family((1, 1, 1), SIGNS)
    assert found.network(0).parameters == 0
    assert found.network(1) == Network((Affine.dense([[0]], [0]), Affine.dense([[0]], [1])))
    assert found.network(3) == Network((Affine.dense([[0]], [0]), Affine.dense([[1]], [0])))


def test_families_that_are_none_are_refused() -> None:
    for widths, weights in (((2,), (1,)), ((1, 0, 1), (1,)), ((1, 1), ())):
        with pytest.raises(ShapeError):
            Family.of(widths, list(map(Fraction, weights)))


@pytest.mark.parametrize(
    ("widths", "weights", "biases"),
    [
        ((1, 2, 1), SIGNS, ()),
        ((1, 3, 1), (0, 1), ()),
        ((2, 2, 2), (-1, 1), (0,)),
        ((1, 2, 2, 1), (0, 1), (0, 1)),
        ((1, 2, 3, 1), (0, 1), (0,)),
    ],
)
def test_representatives_are_counted_by_burnsides_lemma(
    widths: tuple[int, ...], weights: tuple[int, ...], biases: tuple[int, ...]
) -> None:
    found = family(widths, weights, biases)
    assert not found.is_rescalable
    kept = sum(found.is_representative(index) for index in range(found.size))
    assert kept == found.size_up_to_permutation


SCALED = (family((1, 2, 1), (-1, 0, 1, 2), (0, 1)), family((1, 1, 2, 1), (0, 1, 2), (0, 1)))


@pytest.mark.parametrize("found", SCALED, ids=lambda found: str(found.widths))
def test_T02_classes_have_a_representative(found: Family) -> None:
    """Edits of T02 are tried one after the other: the class of a network has a representative."""
    number = {found.network(index): index for index in range(found.size)}
    seen: set[int] = set()
    for start in range(found.size):
        if start not in seen:
            members = class_of(found, start, number)
            seen |= members
            assert any(map(found.is_representative, members))
            assert found.is_representative(min(members))


def class_of(found: Family, start: int, number: dict[Network, int]) -> set[int]:
    """The networks of the family that permutations and rescalings connect, one unit at a time."""
    members, new = {start}, [start]
    while new:
        network = found.network(new.pop())
        for layer, width in enumerate(network.widths[1:-1]):
            copies = [permuted(network, layer, list(reversed(range(width))))]
            for unit, factor in product(range(width), (Fraction(1, 2), Fraction(2))):
                factors = [factor if index == unit else Fraction(1) for index in range(width)]
                copies.append(rescaled(network, layer, factors))
            for index in (number[copy] for copy in copies if copy in number):
                if index not in members:
                    members.add(index)
                    new.append(index)
    return members


# ----------------------------------------------------------------------- the same function


@pytest.mark.parametrize("widths", [(1, 2, 1), (2, 2, 1)])
def test_functions_are_counted_as_by_their_values_on_a_grid(widths: tuple[int, ...]) -> None:
    """All bends of these networks cross the grid, so its values tell functions apart."""
    found = family(widths, SIGNS)
    inputs = widths[0]
    grid = np.array(list(product(np.arange(-3, 3.5, 0.5), repeat=inputs))).T
    values, names = set(), set()
    named = identification(widths, Space(inputs))
    for index in range(0, found.size, 1 if inputs == 1 else 5):
        network = found.network(index)
        first, last = (
            (np.array(layer.weight, float).reshape(layer.outputs, -1), np.array(layer.bias, float))
            for layer in network.layers
        )
        hidden = np.maximum(first[0] @ grid + first[1][:, None], 0)
        values.add((last[0] @ hidden + last[1][:, None]).tobytes().replace(b"\x80", b"\x00"))
        names.add(named.digest(network))
    assert named.is_complete
    assert len(names) == len(values)


@pytest.mark.parametrize(
    ("widths", "domain", "theorem"),
    [
        ((1, 2, 1), Box.cube(1, -1, 1), "T26"),
        ((2, 2, 2, 1), Box(tuple(map(Fraction, (0, 1))), tuple(map(Fraction, (1, 1)))), "T27"),
        ((2, 2, 2, 1), Space(2), "T28"),
        ((3, 2, 2, 1), Box.cube(3, -1, 1), "T34"),
        ((3, 2, 2, 1), Space(3), "T29"),
        ((4, 2, 2, 1), Box.cube(4, -1, 1), "T29"),
        ((1, 2, 2, 1), Box.cube(1, 1, 1), "T01"),
        ((1, 2, 1), Polytope(1, (((Fraction(1),), ZERO), ((Fraction(-1),), ZERO))), "T29"),
    ],
)
def test_copies_have_the_same_name(widths: tuple[int, ...], domain: Domain, theorem: str) -> None:
    named = identification(widths, domain)
    assert (named.theorem, named.is_complete) == (theorem, theorem != "T29")
    network = family(widths, SIGNS).network(10**9 % family(widths, SIGNS).size)
    copy = rescaled(network, 0, [Fraction(2)] * widths[1])
    assert named.digest(permuted(copy, 0, [*reversed(range(widths[1]))])) == named.digest(network)
    other = without_output_bias(network)
    bias = Affine(other.layers[-1].inputs, other.layers[-1].rows, (Fraction(7),))
    assert named.digest(Network((*other.layers[:-1], bias))) != named.digest(network)


# ------------------------------------------------------------------------------------ sweeps


def test_the_result_does_not_depend_on_who_works() -> None:
    sweep = Sweep(family((1, 2, 1), SIGNS), TWO_HIDDEN, Space(1))
    alone, shared = swept(sweep), swept(sweep, THREADS)
    assert alone.tally == shared.tally
    assert alone.tally.is_clean
    assert alone.networks == alone.tally.networks == 3**7
    assert len(alone.tally.functions) == 255


def test_every_network_2_2_1_is_rewritten_and_proved() -> None:
    """With biases 0 and 1; `make sweeps` takes all 3^9, and other shapes and forms."""
    sweep = Sweep(family((2, 2, 1), SIGNS, (0, 1)), TWO_HIDDEN, Space(2))
    report = SweepReport(sweep, swept(sweep))
    assert report.outcome.tally.verdicts == {"equivalent": 3**6 * 2**3}
    assert report.status == 0


@pytest.mark.parametrize(
    "found",
    [family((1, 2, 1), (0, 1, 2), (0, 1)), family((1, 1, 2, 1), (1, 2), (0, 1))],
    ids=lambda found: str(found.widths),
)
def test_the_reduced_sweep_agrees_with_the_full_one(found: Family) -> None:
    """For a transform that does not see order and scale, classes pass or fail as a whole."""
    domain = Space(found.widths[0])
    sweeps = [
        Sweep(found, f"{HERE}:without_output_bias", domain, is_reduced=reduced)
        for reduced in (False, True)
    ]
    full, reduced = (swept(sweep).tally for sweep in sweeps)
    assert reduced.networks < full.networks == found.size
    assert reduced.functions == full.functions
    assert set(reduced.verdicts) == set(full.verdicts) == {"equivalent", "different"}
    wrong = [bool(found.network(index).layers[-1].bias[0]) for index in range(found.size)]
    assert full.verdicts["different"] == sum(wrong)
    kept = filter(found.is_representative, range(found.size))
    assert reduced.verdicts["different"] == sum(wrong[index] for index in kept)


def outcome_of(sweep: Sweep, index: int) -> str:
    return exhaustive.verdict_on(sweep, sweep.family.network(index))[0]


def test_a_transform_that_sees_the_order_of_units_wants_the_full_sweep() -> None:
    """Why --reduced is not the default: the one network kept of a class may be the lucky one."""
    found = family((1, 2, 1), (0, 1), (0,))
    sweeps = [
        Sweep(found, f"{HERE}:without_first_unit", Space(1), is_reduced=reduced)
        for reduced in (False, True)
    ]
    full, reduced = (swept(sweep).tally for sweep in sweeps)
    failing = [i for i in range(found.size) if outcome_of(sweeps[0], i) == "different"]
    assert full.verdicts["different"] == len(failing)
    assert reduced.verdicts["different"] == sum(map(found.is_representative, failing))
    lucky = [index for index in failing if not found.is_representative(index)]
    assert lucky


def test_every_outcome_is_counted() -> None:
    found = family((1, 1, 1), SIGNS)
    tally = swept(Sweep(found, f"{HERE}:in_every_way", Space(1))).tally
    assert tally.verdicts == dict.fromkeys(("equivalent", "refused", "failed"), 27)
    assert tally.smallest["refused"].reason == "the bias is positive"
    assert tally.smallest["failed"].reason.startswith("UnsupportedError: what in_every_way made:")
    assert found.network(tally.smallest["failed"].index).parameters == 1
    lines = SweepReport(
        Sweep(found, f"{HERE}:in_every_way", Space(1)),
        swept(Sweep(found, f"{HERE}:in_every_way", Space(1))),
    ).lines
    assert "smallest refused: network 1: the bias is positive" in lines
    assert any(line.startswith("in_every_way failed: UnsupportedError") for line in lines)


def test_what_is_unknown_is_counted_and_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    late = Unknown("it is late")
    monkeypatch.setattr(exhaustive, "decided_without_sampling", lambda claim, timeout: late)
    sweep = Sweep(family((1, 1, 1), (0, 1)), TWO_HIDDEN, Space(1))
    report = SweepReport(sweep, swept(sweep))
    assert report.outcome.tally.verdicts == {"unknown": 16}
    assert report.status == 2
    assert "unknown: it is late" in report.lines


def test_infinite_weights_are_proved_by_their_own_checker() -> None:
    found = family((1, 1, 1), SIGNS)
    right = Sweep(found, "theory.forms.three_hidden:three_hidden_form", Space(1))
    assert swept(right).tally.verdicts == {"equivalent": 81}
    wrong = Sweep(found, f"{HERE}:of_another", Space(1))
    report = SweepReport(wrong, swept(wrong))
    assert report.outcome.tally.verdicts == {"equivalent": 27, "unknown": 54}
    assert report.status == 2
    assert found.network(report.outcome.tally.smallest["unknown"].index).parameters == 1
    assert any(line.startswith("of_another failed: StuckError") for line in report.lines)
    late = Sweep(found, right.transform, Space(1), timeout=-1.0)
    assert {outcome_of(late, index) for index in range(found.size)} == {"unknown"}


def test_infinite_weights_are_no_finite_network() -> None:
    network = family((1, 1, 1), SIGNS).network(80)
    with pytest.raises(InputError, match="what of_another made: it has infinite weights"):
        Transformation.of(of_another)(network, Space(1))


def test_the_smallest_network_has_the_fewest_parameters() -> None:
    sweep = Sweep(family((1, 1, 1), SIGNS), f"{HERE}:without_last_unit", Space(1))
    tally = swept(sweep).tally
    smallest = sweep.family.network(tally.smallest["different"].index)
    assert smallest.parameters == 2
    one, two = Finding(2, Fraction(2), 7, "a"), Finding(2, Fraction(3), 1, "b")
    assert min(one, two) == one


# ------------------------------------------------------------------------------------- files


def record_of(sweep: Sweep, file: Path) -> Record:
    return Record(file, sweep.json, source_digest(sweep.transform))


def test_a_sweep_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = Sweep(family((1, 2, 1), SIGNS), TWO_HIDDEN, Space(1))
    expected = swept(sweep).tally
    file = tmp_path / "sweep.jsonl"
    worked: list[int] = []

    def interrupted(which: Sweep, chunk: int) -> Tally:
        worked.append(chunk)
        if len(worked) == 4:
            raise KeyboardInterrupt
        return chunk_tally(which, chunk)

    monkeypatch.setattr(exhaustive, "chunk_tally", interrupted)
    with pytest.raises(KeyboardInterrupt):
        swept(sweep, record=record_of(sweep, file))
    with file.open("ab") as stream:
        stream.write(b'{"chunk":3,"tal')  # as a program that was killed leaves it
    outcome = swept(sweep, record=record_of(sweep, file))
    assert outcome.tally == expected
    assert outcome.networks == 3**7 - 3 * CHUNK
    assert worked[4:] == [3, 4, 5, 6, 7, 8]
    again = swept(sweep, record=record_of(sweep, file))
    assert (again.tally, again.networks) == (expected, 0)


def test_a_record_of_another_sweep_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "sweep.jsonl"
    sweep = Sweep(family((1, 1, 1), (0, 1)), TWO_HIDDEN, Space(1))
    swept(sweep, record=record_of(sweep, file))
    other = Sweep(family((1, 1, 1), (0, 2)), TWO_HIDDEN, Space(1))
    for wrong in (record_of(other, file), Record(file, sweep.json, "another digest")):
        with pytest.raises(InputError, match="another sweep"):
            wrong.read()
    file.write_bytes(file.read_bytes() + b'{"chunk":0}\n')
    with pytest.raises(InputError, match="line 3"):
        record_of(sweep, file).read()


# --------------------------------------------------------------------------------- commands

SWEEP = ("exhaust", "--widths", "1-2-1", "--weights=-1,0,1", "--biases=0,1", "--transform")


def test_exhaust_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main([*SWEEP, "two-hidden", "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "count      3^4 * 2^3 = 648" in said
    assert "verdicts   648 equivalent" in said
    assert main([*SWEEP, "two-hidden", "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdicts"]["equivalent"] == told["networks"]["closed_formula"] == 648
    assert told["run"]["networks"] == 0
    assert json.loads((out / "report.json").read_text())["functions"] == told["functions"]


@pytest.mark.parametrize("form", [form.name for form in FORMS])
def test_every_form_is_swept_by_its_name(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--widths", "1-2-1", "--weights=0,1", "--biases=-1,0", "--transform", form, "--json"]
    status = main(["exhaust", *words])
    told = json.loads(capsys.readouterr().out)
    assert told["networks"]["tried"] == 2**7
    if form in ("global-linear", "maximum"):  # an approximation; for maxima alone
        assert status == 1
        assert told["verdicts"]["different"]
    else:
        assert status == 0
        assert told["verdicts"]["equivalent"] == 2**7


def test_exhaust_keeps_evidence_of_what_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main([*SWEEP, f"{HERE}:without_last_unit", "--reduced", "-o", str(out)]) == 1
    said = capsys.readouterr().out
    assert "up to permutation of units" in said
    assert "without_last_unit does not preserve the network on all" in said
    assert "assert_preserved(without_last_unit, " in said
    assert main(["check", str(out / "smallest-different")]) == 1
    assert "exact evaluation differs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--widths", "2", "--weights=1", "--transform", "two-hidden"), "widths: expected two"),
        (("--widths", "2-x", "--weights=1", "--transform", "two-hidden"), "--widths: expected"),
        (("--widths", "1-1", "--weights=a", "--transform", "two-hidden"), "--weights: number"),
        (("--widths", "1-1", "--weights=1", "--transform", "none"), "expected two-hidden"),
        (("--widths", "1-1", "--weights=1", "--transform", "no.such:thing"), "No module named"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["exhaust", *words]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert said.err.count("\n") == 1
