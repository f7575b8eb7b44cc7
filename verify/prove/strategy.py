"""The order of proof search that pays: merge, refute, kinks or cells; others if wanted.

`prove` answers Equivalent(certificate) | Different(point) | Unknown(reason). Search is
untrusted: a certificate counts only if the checker accepts its bytes in this run, a
counterexample only if exact evaluation differs at a point of the domain.
"""

import time
from collections.abc import Iterable
from dataclasses import replace

from theory.domain import Box
from theory.errors import TheoryError
from theory.network import Vector
from verify import checker
from verify.certificate import Step
from verify.checker import Proof, RejectedError
from verify.claim import Claim
from verify.prove.bisection.box_search import ENGINE as BISECTION
from verify.prove.bisection.box_search import by_bisection
from verify.prove.canonical import Apart, Same, Undecided, compared
from verify.prove.cells.case_tree import StuckError
from verify.prove.cells.cell import LemmaError
from verify.prove.cells.obligation import merged_lemmas
from verify.prove.cells.start import lifted
from verify.prove.cells.subtree import Problem
from verify.prove.cells.tree_search import Means, TreeSearch, WorkersError
from verify.prove.clock import Clock, OutOfTimeError, Progress
from verify.prove.conclusion import certified
from verify.prove.draft import GAP, Draft
from verify.prove.kinks import is_worthwhile, proved_by_kinks
from verify.prove.refutation.decision import lost_decision
from verify.prove.refutation.refute import counterexample, counterexample_near
from verify.prove.signs.sign_tree import Tree
from verify.prove.signs.stability import UnsettledError, is_promising, stability_script
from verify.prove.state import SearchState, checker_claim
from verify.relation import read_relation
from verify.verdict import Different, Equivalent, Unknown, Verdict

ENGINES = ("auto", "merge", "stability", "canonical", "kinks", "cells", "bisection", "smt")
_FEW_UNITS = 48  # with so many the case tree is quick, and has no need of an epsilon
_SOME_UNITS = 240  # with more there is no hope in the case tree
_SOME_BOXES = 20_000
_KINKS = "; on a bounded domain the engine kinks may find one that verify/kink_checker.py accepts"


def prove(
    claim: Claim,
    engine: str = "auto",
    timeout: float | None = None,
    progress: Progress | None = None,
    means: Means | None = None,
) -> Verdict:
    """The verdict on a claim.

    Args:
        claim: The question.
        engine: `merge` compares merged units only, `stability` settles signs of units before it
            does, `canonical` compares canonical forms and then looks for a certificate, `kinks`
            makes a kink certificate (up to three inputs), which has a checker of its own, `cells`
            goes on to the case tree, `bisection` cuts a box into smaller ones (for claims that
            allow a difference), `smt` asks Z3 alone (which gives no certificate), `auto` takes
            what pays.
        timeout: Seconds after which the search gives up with Unknown.
        progress: Called now and then with a word on where the search is.
        means: Workers, and what is already proved; by default this process begins anew.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine: expected one of {', '.join(ENGINES)}, got {engine}")
    clock, means = Clock.of(timeout, progress), means or Means()
    if engine == "smt":
        return _by_smt(claim, timeout)
    started = time.monotonic()
    if engine == "canonical":
        return _by_canonical(claim, clock, started, means)
    if engine == "stability" or means.halves is not None:
        found = _by_stability(claim, clock, started, means.halves)
        if found is not None or engine == "stability":
            return found or Unknown("stability: units are left that do not become the same")
    quick = None if means.has_begun else _at_once(claim, started)
    if quick is not None:
        return quick
    if engine == "merge":
        return Unknown("merge: units are left that do not match one to one")
    try:
        return _searched(claim, engine, clock, started, means)
    except OutOfTimeError:
        return Unknown(f"cells: {timeout} s were used up after {clock.beats} cells")


def _searched(claim: Claim, engine: str, clock: Clock, started: float, means: Means) -> Verdict:
    """The verdict of a search that may take long."""
    if engine == "kinks":
        return _by_kinks(claim, clock)
    if engine == "bisection":
        return _by_bisection(claim, clock, started, means)
    if engine == "auto" and not means.has_begun:
        found = _without_cells(claim, clock) or _before_cells(claim, clock, started, means)
        if found is not None:
            return found
    return _by_cells(claim, clock, started, means)


def _at_once(claim: Claim, started: float) -> Verdict | None:
    """The verdict of merging or of sampling, which come first since they are quick."""
    merged = _by_merging(claim, started)
    if merged is not None:
        return merged
    found = _sampled(claim)
    return None if found is None else _different(claim, found, "sampling")


def _by_merging(claim: Claim, started: float) -> Equivalent | None:
    """The verdict on networks that are one function symbolically, if these are."""
    if claim.is_about_differences:
        return certified(claim, [["="]], "merge", started)
    lemmas = merged_lemmas(SearchState(_checker_claim_of(claim)))
    return None if lemmas is None else certified(claim, [["=", *lemmas]], "merge", started)


def _sampled(claim: Claim) -> Vector | None:
    """A point at which the claim fails, proposed by floats."""
    if not claim.is_about_differences:
        return lost_decision(claim)
    sides = (claim.left.network, claim.right.network)
    found = counterexample(*sides, claim.domain, claim.tolerance)
    return None if found is None else _violation(claim, [found])


def _violation(claim: Claim, points: Iterable[Vector]) -> Vector | None:
    """The first of the points at which the claim fails."""
    if claim.is_about_differences:
        sides = (claim.left.network, claim.right.network)
        return counterexample_near(*sides, claim.domain, points, claim.tolerance)
    proposed = list(points)
    found = next((point for point in proposed if claim.fails_at(point)), None)
    return found if found is not None or not proposed else lost_decision(claim, proposed)


def _different(claim: Claim, point: Vector, engine: str) -> Verdict:
    if not claim.fails_at(point):
        return Unknown(f"{engine}: the proposed point does not show a difference")
    return Different(point, claim.left.network(point), claim.right.network(point), engine)


def proof_of(claim: Claim) -> Proof:
    """A fresh state of the checker for a claim."""
    return Proof(_checker_claim_of(claim))


def _checker_claim_of(claim: Claim) -> checker.Claim:
    return checker_claim(claim.data, claim.left.data, claim.right.data)


def decided_by_cells(claim: Claim) -> Verdict:
    """The verdict of the case tree alone: no merging first, no sampling."""
    return _by_cells(claim, Clock(), time.monotonic(), Means())


def decided_without_sampling(claim: Claim, timeout: float | None = None) -> Verdict:
    """The verdict of merging and the case tree; points come from the tree; sampling is last.

    For tiny networks: they have few cells, which take a fraction of the time of sampling.
    """
    clock, started = Clock.of(timeout, None), time.monotonic()
    try:
        verdict = _by_merging(claim, started) or _by_cells(claim, clock, started, Means())
    except OutOfTimeError:
        return Unknown(f"cells: {timeout} s were used up after {clock.beats} cells")
    return prove(claim, timeout=clock.left) if isinstance(verdict, Unknown) else verdict


def _by_kinks(claim: Claim, clock: Clock) -> Verdict:
    """The verdict by a kink certificate, or a point where networks differ that have none."""
    found = proved_by_kinks(claim, clock.pulse)
    if isinstance(found, Unknown) and claim.relation == "exact":
        apart = compared(claim, clock.pulse)  # kinks that are not zero name no point, forms do
        point = _violation(claim, apart.points) if isinstance(apart, Apart) else None
        if point is not None:
            return _different(claim, point, "kinks")
    return found


def _by_stability(
    claim: Claim, clock: Clock, started: float, halves: Tree | None
) -> Equivalent | None:
    """The verdict by signs of units, if these make the networks the same."""
    if claim.relation != "exact":
        return None
    try:
        steps = stability_script(claim, clock, halves)
    except (UnsettledError, OutOfTimeError):
        return None
    return certified(claim, steps, "stability", started)


def _without_cells(claim: Claim, clock: Clock) -> Verdict | None:
    """The verdict of what is better than a case tree for some claims, if it has one."""
    apart = _told_apart(claim, clock)
    if apart is not None or not is_worthwhile(claim):
        return apart
    found = _by_kinks(claim, clock)
    return None if isinstance(found, Unknown) else found


def _told_apart(claim: Claim, clock: Clock) -> Verdict | None:
    """A point where two networks of one hidden layer differ, for any number of inputs.

    Their canonical forms (T26) decide that in hardly any time. Where they are equal, and for one
    input (T27), the case tree decides as well, and gives a certificate.
    """
    depth = max(side.network.hidden_layers for side in (claim.left, claim.right))
    if depth > 1 or not claim.is_about_differences:
        return None
    found = compared(claim, clock.pulse)
    point = _violation(claim, found.points) if isinstance(found, Apart) else None
    return None if point is None else _different(claim, point, "canonical")


def _by_canonical(claim: Claim, clock: Clock, started: float, means: Means) -> Verdict:
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
            return certified(claim, [["="]], "canonical", started) or _by_cells_after(
                found, claim, clock, started, means
            )


def _by_cells_after(
    same: Same, claim: Claim, clock: Clock, started: float, means: Means
) -> Verdict:
    """The certificate of the case tree for networks that a canonical form says are equal."""
    try:
        verdict = _by_cells(claim, clock, started, means)
    except OutOfTimeError:
        verdict = Unknown(f"cells: the time was used up after {clock.beats} cells")
    if not isinstance(verdict, Unknown):
        return replace(verdict, engine="canonical")
    return Unknown(
        f"canonical: the canonical form ({same.theorem}) says equal; its evidence is of another "
        f"kind, no certificate: recompute {same.form}, for both networks"
        f"{_KINKS if claim.domain.inputs <= 3 else ''}. ({verdict.reason})"
    )


def _by_cells(claim: Claim, clock: Clock, started: float, means: Means) -> Verdict:
    draft = Draft(means.script)
    search = TreeSearch(Problem.of(claim), draft, clock, means.workers)
    try:
        verdict = _by_tree(claim, started, search)
    except (KeyboardInterrupt, OutOfTimeError, WorkersError) as stop:
        if means.save is not None:
            means.save(draft.script)
        if isinstance(stop, WorkersError):
            return Unknown(f"cells: the workers failed ({stop})")
        raise
    if isinstance(verdict, Unknown) and means.has_begun:  # as if there had been no beginning
        return _by_cells(claim, clock, started, replace(means, script=(GAP,)))
    return verdict


def _by_tree(claim: Claim, started: float, search: TreeSearch) -> Verdict:
    try:
        script = search.run()
    except TheoryError as error:
        return Unknown(f"cells: {error}")
    except StuckError as stuck:
        found = _violation(claim, [lifted(claim.domain, point) for point in stuck.points])
        if found is None:
            return Unknown("cells: a cell where the outputs seem to differ, but no point that does")
        return _different(claim, found, "cells")
    except (LemmaError, RejectedError) as error:
        return Unknown(f"cells: a step that the search wanted does not hold ({error})")
    verdict = certified(claim, script, "cells", started)
    return verdict or Unknown("cells: the checker rejected the certificate")


def _before_cells(claim: Claim, clock: Clock, started: float, means: Means) -> Verdict | None:
    """The verdict by bisection on a claim for which the case tree is too slow; None if it fails.

    What small networks leave to the case tree is not tried; equality is, by signs of units alone.
    """
    units = claim.left.network.units + claim.right.network.units
    is_exact = claim.is_about_differences and not claim.tolerance
    if not isinstance(claim.domain, Box):
        return None
    is_point = len(claim.domain.fixed) == claim.domain.inputs  # which is no cell
    if units <= _FEW_UNITS and not is_point:
        return None
    if is_exact:
        return _by_stability(claim, clock, started, None) if is_promising(claim) else None
    if units > _SOME_UNITS:
        return _by_bisection(claim, clock, started, means)
    found = _by_bisection(claim, clock, started, means, _SOME_BOXES)
    return None if isinstance(found, Unknown) else found


def _by_bisection(
    claim: Claim, clock: Clock, started: float, means: Means, most: int | None = None
) -> Verdict:
    def certify(steps: list[Step]) -> Equivalent | None:
        return certified(claim, steps, BISECTION, started)

    try:
        return by_bisection(claim, certify, clock, means.workers, most)
    except OutOfTimeError:
        return Unknown(f"{BISECTION}: the time was used up after {clock.beats} boxes")


def _by_smt(claim: Claim, timeout: float | None) -> Verdict:
    from verify.prove.solver.smt import Counterexample, Unsat, smt_answer

    sides = (claim.left.network, claim.right.network)
    answer = smt_answer(*sides, claim.domain, read_relation(claim.relation), timeout)
    match answer:
        case Unsat(seconds):
            return Unknown(
                f"smt: Z3 says that it holds after {seconds:.1f} s, without a certificate"
            )
        case Counterexample(point):
            return _different(claim, point, "smt")
        case _:
            return Unknown(f"smt: {answer.reason}")
