"""Equality by canonical forms: complete for one hidden layer, and for one, two, three inputs.

Two networks are brought into canonical form and compared. Different forms name a point at
which the networks differ; equal forms are a proof of another kind than a certificate, so the
caller looks for one that the checker accepts. Networks that none of these theorems covers are
compared by the syntactic normal form, which can say equal only.
"""

from dataclasses import dataclass

from theory.canonical.flags import flag_form, points_apart_in_space
from theory.canonical.kinks import kink_form, points_apart_in_plane
from theory.canonical.line import line_form, points_apart_on_line
from theory.canonical.one_hidden import one_hidden_form, points_apart
from theory.canonical.syntactic import normal_form
from theory.domain import Box, Domain
from theory.errors import TheoryError
from theory.network import Network, Vector
from theory.region import Visit
from theory.restriction import restricted
from verify.claim import Claim


@dataclass(frozen=True, slots=True)
class Same:
    """The canonical forms are equal, hence so are the functions on the domain.

    Attributes:
        theorem: Its ID.
        form: What a reader recomputes for both networks, and what it looks like.
    """

    theorem: str
    form: str


@dataclass(frozen=True, slots=True)
class Apart:
    """The canonical forms differ, hence so do the networks at one of the points at least."""

    theorem: str
    points: tuple[Vector, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """No canonical form that is complete covers the claim."""

    reason: str


Comparison = Same | Apart | Undecided


def compared(claim: Claim, visit: Visit) -> Comparison:
    """What canonical forms say about a claim of exact equality.

    Theorem: T26, T27, T28, T34 (complete), T29 (equal forms mean equal functions).

    Args:
        claim: The claim.
        visit: Called for every cell that is enumerated; it may raise to stop.
    """
    left, right, domain = claim.left.network, claim.right.network, claim.domain
    normal = normal_form(left)
    if normal.network == normal_form(right).network:
        return Same("T29", f"theory.canonical.syntactic.normal_form, SHA-256 {normal.digest}")
    try:
        if not isinstance(domain, Box) or not domain.fixed:
            return _complete(left, right, domain, visit)
        if len(domain.fixed) == domain.inputs:
            return _at_one_point(left, right, domain.lower)
        free = restricted(left, domain)
        found = _complete(free.network, restricted(right, domain).network, free.box, visit)
    except TheoryError as error:
        return Undecided(str(error))
    if isinstance(found, Apart):
        return Apart(found.theorem, tuple(free.point(point) for point in found.points))
    return found


def _at_one_point(left: Network, right: Network, point: Vector) -> Comparison:
    """A domain that is a point is decided by exact evaluation there."""
    if left(point) != right(point):
        return Apart("T01", (point,))
    return Same("T01", f"the values ({', '.join(map(str, left(point)))}) at the only point")


def _complete(left: Network, right: Network, domain: Domain, visit: Visit) -> Comparison:
    """The comparison by the first complete canonical form that covers both networks."""
    if max(left.hidden_layers, right.hidden_layers) <= 1:
        one, other = (one_hidden_form(network, domain) for network in (left, right))
        name = "theory.canonical.one_hidden.one_hidden_form"
        about = f"{name}, {len(one.kinks)} hyperplanes, SHA-256 {one.digest}"
        return _answer("T26", points_apart(one, other, domain), about)
    if domain.inputs == 1:
        here, there = (line_form(network, domain, visit) for network in (left, right))
        name = "theory.canonical.line.line_form"
        about = f"{name}, {len(here.pieces)} pieces, SHA-256 {here.digest}"
        return _answer("T27", points_apart_on_line(here, there), about)
    if domain.inputs == 2:
        this, that = (kink_form(network, domain, visit) for network in (left, right))
        name = "theory.canonical.kinks.kink_form"
        about = f"{name}, {len(this.lines)} lines, SHA-256 {this.digest}"
        return _answer("T28", points_apart_in_plane(this, that, domain), about)
    if domain.inputs == 3:
        left_form, right_form = (flag_form(network, domain, visit) for network in (left, right))
        name = "theory.canonical.flags.flag_form"
        about = f"{name}, {len(left_form.lines)} lines, SHA-256 {left_form.digest}"
        return _answer("T34", points_apart_in_space(left_form, right_form, domain), about)
    return Undecided(
        f"{domain.inputs} inputs and {max(left.hidden_layers, right.hidden_layers)} hidden "
        "layers have no canonical form here, and the syntactic normal forms (T29) are different, "
        "which proves nothing"
    )


def _answer(theorem: str, points: tuple[Vector, ...], form: str) -> Comparison:
    return Apart(theorem, points) if points else Same(theorem, form)
