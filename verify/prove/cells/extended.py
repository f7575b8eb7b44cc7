"""Proof that a network and its three-hidden-layer form with extended-real weights are equal.

For each half-open region of the form the closed polyhedron is a cell on which no unit of the
network changes sign, so the ordinary search finds signs alone, no splits. The certificate
counts only if `verify.extended_checker` accepts its bytes in this run.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.cone import Cone, polytope_cones
from theory.domain import Box, Domain, Halfspace, Polytope
from theory.form import Form, negated
from theory.triangulation import pivots
from verify import checker
from verify.certificate import Step
from verify.extended_checker import Question, Region, reader
from verify.extended_claim import ExtendedCertificate, ExtendedClaim, checked
from verify.prove.cells.case_tree import StuckError
from verify.prove.cells.cell import LemmaError
from verify.prove.cells.subtree import Subtree
from verify.prove.cells.vertex_cell import VertexCell
from verify.prove.state import SearchState, checker_claim
from verify.verdict import Unknown


@dataclass(frozen=True, slots=True)
class ExtendedProof:
    """The claim holds; the checker of extended claims accepted the certificate in this run."""

    certificate: ExtendedCertificate
    regions: int
    leaves: int
    lemmas: int
    prove_seconds: float
    check_seconds: float


def settled(
    claim: ExtendedClaim,
    progress: Callable[[str], None] | None = None,
    timeout: float | None = None,
) -> ExtendedProof | Unknown:
    """The proof of `prove_extended`, or why there is none."""
    try:
        return prove_extended(claim, progress, timeout)
    except TimeoutError:
        return Unknown(f"{timeout} s were used up")
    except (StuckError, LemmaError, checker.RejectedError, checker.MalformedError) as error:
        return Unknown(f"{type(error).__name__} {error}")


def prove_extended(
    claim: ExtendedClaim,
    progress: Callable[[str], None] | None = None,
    timeout: float | None = None,
) -> ExtendedProof:
    """The proof that a network equals an extended network that `three_hidden_form` built of it.

    Theorem: T22 (three hidden layers with extended-real weights).

    Args:
        claim: The question.
        progress: Called now and then with a word on where the search is.
        timeout: Seconds of search at most, or None.

    Raises:
        TimeoutError: the time was used up.
        verify.checker.RejectedError: the right side is no such form, or is not equal.
        verify.prove.cells.case_tree.StuckError: they seem to differ on a region.
        verify.prove.cells.cell.LemmaError: a sign on a region was not proved.
    """
    started = time.monotonic()
    question = Question(reader(claim.files), "claim.json")
    found = []
    for index, region in enumerate(question.regions):
        if timeout is not None and time.monotonic() - started > timeout:
            raise TimeoutError
        found.append(tuple(_steps(question, region, claim.domain)))
        if progress is not None and not index % 64:
            progress(f"region {index} of {len(question.regions)}")
    certificate = ExtendedCertificate(hashlib.sha256(claim.data).hexdigest(), tuple(found))
    proved = time.monotonic()
    proof = checked(claim, certificate)
    return ExtendedProof(
        certificate,
        proof.regions,
        proof.leaves,
        proof.lemmas,
        proved - started,
        time.monotonic() - proved,
    )


def _steps(question: Question, region: Region, domain: Domain) -> list[Step]:
    """The steps of an ordinary proof on the closure of a region."""
    sides = [negated(form) if is_below else form for form, is_below in sorted(region.conditions)]
    proof = _proof(question.files(region))
    if not sides and _is_done(proof):
        return [["="]]
    free, cell = _cell(domain, sides)
    return Subtree(proof, free, VertexCell(cell), lambda: None).grow(lambda: False)


def _is_done(proof: SearchState) -> bool:
    """Whether nothing is left of the difference: an affine or constant network."""
    return not proof.coefficients and not any(map(any, proof.linear))


def _proof(files: dict[str, bytes]) -> SearchState:
    """A fresh state of the checker for the claim of a region."""
    names = ("claim.json", "left.json", "right.json")
    return SearchState(checker_claim(*(files[name] for name in names)))


def _cell(domain: Domain, sides: Sequence[Form]) -> tuple[tuple[int, ...], Cone]:
    """The closure of a region in coordinates in which it has interior and no lines.

    These are the inputs that a box does not fix, else as many inputs as the conditions have
    independent gradients; the others do not matter there.

    Raises:
        verify.prove.cells.case_tree.StuckError: there are none, so no cell to search.
    """
    fixed = domain.fixed if isinstance(domain, Box) else ()
    forms = [*domain.forms, *sides]
    gradients = [[0 if i in fixed else g for i, g in enumerate(form[1:])] for form in forms]
    free = pivots([gradient for gradient in gradients if any(gradient)], domain.inputs)
    if not free:
        raise StuckError(())
    short = [(form[0], *(form[index + 1] for index in free)) for form in forms]
    halfspaces = [_halfspace(form) for form in short if any(form[1:])]
    return free, polytope_cones(Polytope(len(free), tuple(halfspaces)))[0]


def _halfspace(form: Form) -> Halfspace:
    return tuple(Fraction(-entry) for entry in form[1:]), Fraction(form[0])
