"""Five ways to the same answer: certificate, brute force, cells, Z3, cvc5; in both directions.

On small claims of every kind they must agree, and agree with what is known by construction. A
disagreement prints the whole instance. cvc5 is asked where it is installed
(`pip install 'relucert[second-opinions]'`); it and Z3 read the very same exported script.
"""

import importlib.util
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case_proofs import case_proof
from tests.proofs import TRIANGLE, small_network
from tests.semantics import grid, holds, holds_at
from tests.test_relations import claim_that, near
from theory.cone import Cone
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError
from theory.form import Form
from theory.forms.two_hidden import two_hidden_form
from theory.network import Network
from theory.region import LinearRegion, regions, regions_within
from theory.restriction import restricted
from verify.certificate import Certificate, checked
from verify.claim import Claim
from verify.cli import main
from verify.formats.network_json import write_network_json
from verify.prove.solver.smt import Counterexample, Unsat, smt_answer
from verify.prove.solver.smtlib import smtlib
from verify.prove.strategy import prove
from verify.relation import Epsilon, Exact, read_relation
from verify.testing.strategies import (
    NearPair,
    boxes,
    domains,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    polytopes,
)
from verify.verdict import Different, Equivalent

HAS_CVC5 = importlib.util.find_spec("cvc5") is not None
SMALL = networks(st.integers(1, 2), st.lists(st.integers(1, 3), max_size=2), st.integers(1, 2))
SEVERAL = settings(max_examples=25)


# -- the five ways; each says True (the claim holds), False, or nothing (None)


def by_certificate(claim: Claim) -> bool | None:
    """What the proof search says: a certificate that the checker accepts, or an exact point."""
    match prove(claim, timeout=20):
        case Equivalent(certificate):
            return checked(claim, certificate).finished
        case Different(point):
            sides = (claim.left.network, claim.right.network)
            assert point in claim.domain
            assert not holds_at(claim.relation, *sides, point)
            return False
        case _:
            return None


def by_brute_force(claim: Claim) -> bool | None:
    """A certificate by splitting on every symbol; it has no word on what is false."""
    relation = read_relation(claim.relation)
    if not isinstance(relation, Exact | Epsilon) and not isinstance(claim.domain, Box):
        return None  # a hypothesis that holds nowhere needs a box to be refuted
    steps = case_proof(claim)
    return None if steps is None else checked(claim, Certificate.of(claim, steps)).finished


def by_cells(claim: Claim) -> bool | None:
    """What the common linear regions of both networks say; of decisions only what is false."""
    relation = read_relation(claim.relation)
    is_sure = isinstance(relation, Exact | Epsilon)
    try:
        for left, right in common_regions(claim):
            if is_sure and not is_within(claim.tolerance, left, right):
                return False
            if not is_sure and has_wrong_vertex(claim, left, right):
                return False
    except DomainError:  # without interior there are no cells
        return None
    return True if is_sure else None


def by_z3(claim: Claim) -> bool | None:
    """What Z3 says of the exported script."""
    sides = (claim.left.network, claim.right.network)
    answer = smt_answer(*sides, claim.domain, read_relation(claim.relation))
    if isinstance(answer, Counterexample):
        assert not holds_at(claim.relation, *sides, answer.point)
    return isinstance(answer, Unsat) if isinstance(answer, Unsat | Counterexample) else None


def by_cvc5(claim: Claim) -> bool | None:
    """What cvc5 says of the same script."""
    if not HAS_CVC5:
        return None
    import cvc5

    solver = cvc5.Solver()
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script_of(claim), "claim")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    return {"unsat": True, "sat": False}.get(said.strip())


WAYS = {
    "certificate": by_certificate,
    "brute force": by_brute_force,
    "cells": by_cells,
    "z3": by_z3,
    "cvc5": by_cvc5,
}


def script_of(claim: Claim) -> str:
    """The claim as it is exported."""
    sides = (claim.left.network, claim.right.network)
    return smtlib(*sides, claim.domain, read_relation(claim.relation))


def opinions(claim: Claim) -> dict[str, bool]:
    """Every opinion that is one; a disagreement fails and prints the instance."""
    found = {name: way(claim) for name, way in WAYS.items()}
    heard = {name: opinion for name, opinion in found.items() if opinion is not None}
    files = {"claim.json": claim.data, **claim.network_files}
    instance = "\n".join(f"{name}: {data.decode()}" for name, data in files.items())
    assert len(set(heard.values())) <= 1, f"{heard}\n{instance}"
    return heard


# -- cells


def common_regions(claim: Claim) -> Iterator[tuple[LinearRegion, LinearRegion]]:
    """Cells on which both networks are affine, as the regions of left and right on them."""
    left, right, domain = claim.left.network, claim.right.network, claim.domain
    if isinstance(domain, Box) and domain.fixed:
        box = domain
        left, right, domain = (
            restricted(left, box).network,
            restricted(right, box).network,
            restricted(left, box).box,
        )
    for one in regions(left, domain):
        for other in regions_within(right, [one.cell]):
            yield one, other


def differences(left: LinearRegion, right: LinearRegion) -> Iterator[Form]:
    """left - right for every output, times both scales."""
    for one, other in zip(left.outputs, right.outputs, strict=True):
        yield tuple(right.scale * a - left.scale * b for a, b in zip(one, other, strict=True))


def is_within(tolerance: Fraction, left: LinearRegion, right: LinearRegion) -> bool:
    """Whether |left - right| <= tolerance at every generator of the common cell."""
    bound = tolerance * left.scale * right.scale
    return all(
        abs(value) <= bound * generator[0]
        for form in differences(left, right)
        for value, generator in zip(right.cell.values(form), right.cell.generators, strict=True)
    )


def has_wrong_vertex(claim: Claim, left: LinearRegion, right: LinearRegion) -> bool:
    """Whether the relation fails at a vertex of the common cell, or inside it."""
    cell: Cone = right.cell
    points = [*cell.vertices, cell.interior_point()]
    return any(
        not holds(claim.relation, left.affine(point), right.affine(point)) for point in points
    )


# -- what is known by construction

DOMAINS: dict[str, Callable[[int], st.SearchStrategy[Domain]]] = {
    "box": boxes,
    "polytope": polytopes,
    "space": lambda inputs: st.just(Space(inputs)),
}


@pytest.mark.parametrize("kind", ["box", "polytope", "space"])
@SEVERAL
@given(equivalent_pairs(SMALL), st.data())
def test_equal_networks_are_equal_to_all(
    kind: str, pair: tuple[Network, Network], data: st.DataObject
) -> None:
    inputs = pair[0].inputs
    heard = opinions(claim_that("exact", *pair, data.draw(DOMAINS[kind](inputs))))
    assert all(heard.values())
    assert {"certificate", "z3"} <= set(heard)


@pytest.mark.parametrize("kind", ["box", "polytope", "space"])
@SEVERAL
@given(nearly_equivalent_pairs(SMALL))
def test_networks_that_differ_in_one_corner_are_told_apart_by_all(
    kind: str, pair: NearPair
) -> None:
    inputs = pair.domain.inputs
    choices: dict[str, Domain] = {
        "box": pair.domain,
        "polytope": Polytope(inputs, pair.domain.halfspaces),
        "space": Space(inputs),
    }
    heard = opinions(claim_that("exact", pair.left, pair.right, choices[kind]))
    assert not any(heard.values())
    assert {"certificate", "cells", "z3"} <= set(heard)


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize("domain", [Box.cube(2, -1, 1), TRIANGLE, Space(2)], ids=repr)
def test_rewritten_networks_are_equal_to_all(seed: int, domain: Domain) -> None:
    left = small_network((2, 2, 2, 1) if seed < 4 else (2, 2, 2, 2, 1), seed)
    heard = opinions(claim_that("exact", left, two_hidden_form(left, domain).network, domain))
    assert all(heard.values())
    assert {"certificate", "cells", "z3"} <= set(heard)


# -- what is not known


@settings(max_examples=60)
@given(st.data())
def test_all_agree_on_networks_drawn_at_random(data: st.DataObject) -> None:
    domain: Domain = data.draw(domains(st.integers(1, 2)))
    shape = (domain.inputs, st.lists(st.integers(1, 3), max_size=2), 2)
    left, right = (data.draw(networks(*shape)) for _ in range(2))
    relation = data.draw(st.sampled_from(("exact", "eps=1", "eps=6", "top1", "margin=3")))
    assert opinions(claim_that(relation, left, right, domain))


RELATIONS = ("exact", "eps=1/2", "eps=2", "eps=5", "top1", "topk=2", "margin=1/2", "margin=2")


def test_all_agree_on_networks_with_rounded_weights() -> None:
    counts: Counter[tuple[str, bool]] = Counter()
    for seed in range(1, 25):
        left = small_network((2, 3, 3), seed)
        right = near(left, Fraction(2))
        relation = RELATIONS[seed % len(RELATIONS)]
        claim = claim_that(relation, left, right, Box.cube(2, -1, 1))
        heard = opinions(claim)
        assert {"z3"} <= set(heard)
        counts[relation.partition("=")[0], heard["z3"]] += 1
        if heard["z3"]:
            assert all(holds_at(relation, left, right, point) for point in grid(claim.domain))
    assert {answer for _, answer in counts} == {True, False}


# -- what is exported


@pytest.mark.parametrize(
    ("relation", "expected"), [("eps=1/3", z3.unsat), ("eps=1/4", z3.sat), ("exact", z3.sat)]
)
def test_the_command_line_exports_what_solvers_read(
    relation: str, expected: z3.CheckSatResult, tmp_path: Path
) -> None:
    left = small_network((2, 3, 1), 5)
    last = left.layers[-1]
    shifted = type(last)(last.inputs, last.rows, (last.bias[0] + Fraction(1, 3),))
    paths = [str(tmp_path / f"{name}.json") for name in ("left", "right")]
    write_network_json(left, paths[0])
    write_network_json(Network((*left.layers[:-1], shifted)), paths[1])
    script = tmp_path / "claim.smt2"
    options = ["--domain", "box:-1,1", "--relation", relation, "--smtlib", str(script), "-q"]
    status = main(["prove", *paths, *options])
    assert status == (0 if expected == z3.unsat else 1)
    solver = z3.Solver()
    solver.from_file(str(script))
    assert solver.check() == expected


def test_a_script_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    path = str(tmp_path / "f.json")
    write_network_json(small_network((2, 2, 1), 1), path)
    where = str(tmp_path / "no" / "claim.smt2")
    assert main(["prove", path, path, "--domain", "all", "--smtlib", where]) == 3
