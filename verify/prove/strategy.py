"""The order of proof search that pays: merge, refute, cells, SMT; canonical forms if wanted.

`prove` answers Equivalent(certificate) | Different(point) | Unknown(reason). Search is
untrusted: a certificate counts only if the checker accepts its bytes in this run, a
counterexample only if exact evaluation differs at a point of the domain.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from theory.cone import box_cone, independent, polytope_cones, start_cones
from theory.domain import Box, Polytope, Space
from theory.errors import TheoryError
from theory.form import Form, coordinate_forms
from theory.network import Vector
from verify.certificate import Certificate, Step, checked
from verify.checker import Claim as CheckerClaim
from verify.checker import MalformedError, Proof, RejectedError, document
from verify.checker import Network as CheckerNetwork
from verify.claim import Claim
from verify.prove.canonical import Apart, Same, Undecided, compared
from verify.prove.cell import Cell, LemmaError
from verify.prove.cells import CellSearch, StuckError
from verify.prove.lp_cell import LpCell
from verify.prove.obligation import merged_lemmas
from verify.prove.refute import counterexample, counterexample_near
from verify.prove.state import SearchState
from verify.prove.vertex_cell import VertexCell
from verify.relation import read_relation
from verify.verdict import Different, Equivalent, Unknown, Verdict

MOST_VERTEX_INPUTS = 4  # above, cells have too many vertices: linear programs
ENGINES = ("auto", "merge", "canonical", "cells", "smt")
Progress = Callable[[str], None]


class OutOfTimeError(Exception):
    """The time that the caller allowed is used up."""


@dataclass(slots=True)
class Clock:
    """The time left, and what the caller wants to be told."""

    deadline: float | None
    progress: Progress | None
    beats: int = 0

    def pulse(self) -> None:
        """Count a node of the search.

        Raises:
            OutOfTimeError: the deadline has passed.
        """
        self.beats += 1
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTimeError
        if self.progress is not None and not self.beats % 64:
            self.progress(f"{self.beats} cells")


def prove(
    claim: Claim,
    engine: str = "auto",
    timeout: float | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """The verdict on a claim.

    Args:
        claim: The question.
        engine: `merge` compares merged units only, `canonical` compares canonical forms and then
            looks for a certificate, `cells` goes on to the case tree, `smt` asks Z3 alone (which
            gives no certificate), `auto` takes what pays.
        timeout: Seconds after which the search gives up with Unknown.
        progress: Called now and then with a word on where the search is.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine: expected one of {', '.join(ENGINES)}, got {engine}")
    clock = Clock(None if timeout is None else time.monotonic() + timeout, progress)
    if engine == "smt":
        return _by_smt(claim, timeout)
    started = time.monotonic()
    if engine == "canonical":
        return _by_canonical(claim, clock, started)
    merged = _by_merging(claim, started)
    if merged is not None:
        return merged
    found = _sampled(claim)
    if found is not None:
        return _different(claim, found, "sampling")
    if engine == "merge":
        return Unknown("merge: units are left that do not match one to one")
    try:
        return _by_cells(claim, clock, started)
    except OutOfTimeError:
        return Unknown(f"cells: {timeout} s were used up after {clock.beats} cells")


def _by_merging(claim: Claim, started: float) -> Equivalent | None:
    """The verdict on networks that are one function symbolically, if these are."""
    if claim.is_about_differences:
        return _certified(claim, [["="]], "merge", started)
    lemmas = merged_lemmas(proof_of(claim))
    return None if lemmas is None else _certified(claim, [["=", *lemmas]], "merge", started)


def _sampled(claim: Claim) -> Vector | None:
    """A point at which the claim fails, proposed by floats."""
    sides = (claim.left.network, claim.right.network)
    found = counterexample(*sides, claim.domain, claim.tolerance)
    return None if found is None else _violation(claim, [found])


def _violation(claim: Claim, points: Iterable[Vector]) -> Vector | None:
    """The first of the points at which the claim fails."""
    if claim.is_about_differences:
        sides = (claim.left.network, claim.right.network)
        return counterexample_near(*sides, claim.domain, points, claim.tolerance)
    return next((point for point in points if claim.fails_at(point)), None)


def _different(claim: Claim, point: Vector, engine: str) -> Verdict:
    if not claim.fails_at(point):
        return Unknown(f"{engine}: the proposed point does not show a difference")
    return Different(point, claim.left.network(point), claim.right.network(point), engine)


def _certified(claim: Claim, steps: list[Step], engine: str, started: float) -> Equivalent | None:
    """The verdict that the steps prove, if the checker accepts their bytes."""
    certificate = Certificate.of(claim, steps)
    proved = time.monotonic()
    try:
        proof = checked(claim, certificate)
    except (RejectedError, MalformedError):
        return None
    seconds = time.monotonic() - proved
    return Equivalent(certificate, engine, proof.leaves, proof.lemmas, proved - started, seconds)


def proof_of(claim: Claim) -> Proof:
    """A fresh state of the checker for a claim."""
    left, right = (CheckerNetwork(side.data, side.name) for side in (claim.left, claim.right))
    domain, relation = document(claim.data, "claim", "domain relation left right")[:2]
    return Proof(CheckerClaim(domain, relation, left, right))


def decided_by_cells(claim: Claim) -> Verdict:
    """The verdict of the case tree alone: no merging first, no sampling."""
    return _by_cells(claim, Clock(None, None), time.monotonic())


def _by_canonical(claim: Claim, clock: Clock, started: float) -> Verdict:
    """The verdict by canonical forms: a point where they differ, a certificate if they do not."""
    try:
        found = compared(claim, clock.pulse)
    except OutOfTimeError:
        return Unknown(f"canonical: the time was used up after {clock.beats} cells")
    match found:
        case Undecided(reason):
            return Unknown(f"canonical: {reason}")
        case Apart(theorem, points):
            point = _violation(claim, points)
            if point is not None:
                return _different(claim, point, "canonical")
            told = f"canonical: the forms of {theorem} differ"
            return Unknown(f"{told}, which does not decide {claim.relation}, or no point shows it")
        case Same():
            return _certified(claim, [["="]], "canonical", started) or _by_cells_after(
                found, claim, clock, started
            )


def _by_cells_after(same: Same, claim: Claim, clock: Clock, started: float) -> Verdict:
    """The certificate of the case tree for networks that a canonical form says are equal."""
    try:
        verdict = _by_cells(claim, clock, started)
    except OutOfTimeError:
        verdict = Unknown(f"cells: the time was used up after {clock.beats} cells")
    if not isinstance(verdict, Unknown):
        return replace(verdict, engine="canonical")
    return Unknown(
        f"canonical: the canonical form ({same.theorem}) says equal; its evidence is of another "
        f"kind, no certificate: recompute {same.form}, for both networks. ({verdict.reason})"
    )


def _by_cells(claim: Claim, clock: Clock, started: float) -> Verdict:
    proof = SearchState.of(claim)
    domain = claim.domain
    fixed = domain.fixed if isinstance(domain, Box) else ()
    free = tuple(index for index in range(domain.inputs) if index not in fixed)
    search = CellSearch(proof, free, clock.pulse)
    try:
        walls, cells = _start(claim, proof, free)
        steps = search.run(walls, cells)
    except TheoryError as error:
        return Unknown(f"cells: {error}")
    except StuckError as stuck:
        points = [_lifted(claim, point, free) for point in stuck.points]
        found = _violation(claim, points)
        if found is None:
            return Unknown("cells: a cell where the outputs seem to differ, but no point that does")
        return _different(claim, found, "cells")
    except (LemmaError, RejectedError) as error:
        return Unknown(f"cells: a step that the search wanted does not hold ({error})")
    verdict = _certified(claim, steps, "cells", started)
    return verdict or Unknown("cells: the checker rejected the certificate")


def _start(
    claim: Claim, proof: SearchState, free: tuple[int, ...]
) -> tuple[tuple[Form, ...], list[Cell]]:
    """The walls that cut the domain into pointed cells, and those cells."""
    match claim.domain:
        case Box() as box:
            ends = (tuple(end[index] for index in free) for end in (box.lower, box.upper))
            part = Box(*ends)
            if part.inputs > MOST_VERTEX_INPUTS:
                return (), [LpCell.of_box(part)]
            return (), [VertexCell(box_cone(part))]
        case Polytope(inputs) as polytope:
            bounds = [form for form in polytope.forms if any(form[1:])]
            walls = _walls(bounds, proof, inputs)
            return walls, [VertexCell(cone) for cone in polytope_cones(polytope, walls)]
        case Space(inputs):
            walls = _walls((), proof, inputs)
            return walls, [VertexCell(cone) for cone in start_cones(walls, inputs)]


def _walls(bounds: Sequence[Form], proof: Proof, inputs: int) -> tuple[Form, ...]:
    """Lines of the first layers, or coordinates, that cut what the bounds leave into pointed cells.

    A polytope without n independent half-spaces contains whole lines, as all of R^n does.
    """
    lines = [form for form, terms in proof.arguments if not terms]
    walls = (*bounds, *lines, *coordinate_forms(inputs))
    chosen = independent(walls, inputs)
    return tuple(walls[index] for index in chosen if index >= len(bounds))


def _lifted(claim: Claim, point: Vector, free: tuple[int, ...]) -> Vector:
    """A point of the cell's coordinates as a point of the domain."""
    if not isinstance(claim.domain, Box) or len(free) == claim.domain.inputs:
        return point
    full = list(claim.domain.lower)
    for index, value in zip(free, point, strict=True):
        full[index] = value
    return tuple(full)


def _by_smt(claim: Claim, timeout: float | None) -> Verdict:
    from verify.prove.smt import Counterexample, Unsat, smt_answer

    sides = (claim.left.network, claim.right.network)
    answer = smt_answer(*sides, claim.domain, read_relation(claim.relation), timeout)
    match answer:
        case Unsat(seconds):
            return Unknown(f"smt: Z3 says that it holds after {seconds:.1f} s, without a certificate")
        case Counterexample(point):
            return _different(claim, point, "smt")
        case _:
            return Unknown(f"smt: {answer.reason}")
