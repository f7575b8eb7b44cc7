"""Kink certificates proposed: the cells on which the deep ones of two networks are affine."""

import time
from itertools import islice

from theory.composition import unit_sums
from theory.cone import Cone, domain_cones
from theory.domain import Box, Domain
from theory.errors import ScopeError, TheoryError
from theory.network import Affine, Network
from theory.region import Visit, nothing, regions, regions_within
from theory.restriction import restricted
from theory.settling import settled
from verify.acyclic import acyclic
from verify.checker import MalformedError, RejectedError
from verify.claim import Claim
from verify.kink_certificate import CellList, KinkCertificate, accepted
from verify.verdict import Equivalent, Unknown

MOST_INNER = 6  # units that a unit of the second layer may read if it is taken by itself
MANY_REGIONS = 300  # with three inputs case trees are smaller up to about so many


def proved_by_kinks(claim: Claim, visit: Visit = nothing) -> Equivalent | Unknown:
    """The verdict of `verify.kink_checker` on the cells that are proposed."""
    started = time.monotonic()
    try:
        with acyclic():
            proposed = kink_certificate(claim, visit)
            proved = time.monotonic()
            certificate = accepted(claim, proposed)
    except TheoryError as error:
        return Unknown(str(error))
    except (RejectedError, MalformedError) as error:
        return Unknown(f"kinks: the checker rejected the cells ({error})")
    seconds = time.monotonic() - proved
    return Equivalent(certificate, "kinks", 0, 0, proved - started, seconds)


def kink_certificate(claim: Claim, visit: Visit = nothing) -> KinkCertificate:
    """The cells that show that two networks are equal, if they are.

    A network with two hidden layers whose units read few others needs no cells; the cells are
    those on which all other networks are affine.

    Theorem: T35 (kink certificate).

    Args:
        claim: Of exact equality over a bounded domain with interior (fixed inputs aside).
        visit: Called for every cell; it may raise to stop.

    Raises:
        ScopeError: the claim is of another kind, or more than three inputs are not fixed.
        DomainError: the domain has no interior.
    """
    left, right, domain = over_free_inputs(claim)
    sides = {"left": left, "right": right}
    by_cells = tuple(side for side, network in sides.items() if not reads_few(network, domain))
    cells: list[Cone] = list(domain_cones(domain))
    for side in by_cells:
        found = []
        for region in regions_within(sides[side], cells):
            visit()
            found.append(region.cell)
        cells = found
    return KinkCertificate.listing(claim, by_cells, CellList.of(cells).in_space())


def over_free_inputs(claim: Claim) -> tuple[Network, Network, Domain]:
    """Both networks and the domain without fixed inputs.

    Raises:
        ScopeError: the claim is none that a kink certificate speaks of.
    """
    left, right, domain = claim.left.network, claim.right.network, claim.domain
    if claim.relation != "exact":
        raise ScopeError(f"kinks: they show exact equality alone, not {claim.relation}")
    fixed = domain.fixed if isinstance(domain, Box) else ()
    free = domain.inputs - len(fixed)
    if not 1 <= free <= 3:
        raise ScopeError(f"kinks: expected one to three inputs that are not fixed, got {free}")
    if isinstance(domain, Box) and fixed:
        short = restricted(left, domain)
        return short.network, restricted(right, domain).network, short.box
    return left, right, domain


def reads_few(network: Network, domain: Domain) -> bool:
    """Whether the network has at most two hidden layers, and its units read few others."""
    if network.hidden_layers <= 1:
        return True
    if network.hidden_layers > 2:
        return False
    first, second, last = network.layers
    places = [index for index, row in enumerate(second.rows) if len(row) > MOST_INNER]
    column = {index: place for place, index in enumerate(places)}
    wide = Network(
        (
            first,
            Affine(
                second.inputs,
                tuple(second.rows[index] for index in places),
                tuple(second.bias[index] for index in places),
            ),
            Affine(
                len(places),
                tuple(
                    tuple((column[index], weight) for index, weight in row if index in column)
                    for row in last.rows
                ),
                last.bias,
            ),
        )
    )
    sums, _ = unit_sums(wide)  # opposite units, which pass what outputs read, cancel here
    if isinstance(domain, Box):
        sums = settled(sums, domain)
    return all(len(unit.inner) <= MOST_INNER for term in sums for unit in term.units)


def is_worthwhile(claim: Claim) -> bool:
    """Whether a kink certificate is a better choice than a case tree.

    That is so for three inputs, if one side needs no cells and the other has many of them.
    """
    try:
        left, right, domain = over_free_inputs(claim)
        if domain.inputs < 3 or not all(cone.is_bounded for cone in domain_cones(domain)):
            return False
        deep = [network for network in (left, right) if not reads_few(network, domain)]
        if len(deep) != 1:
            return False
        return sum(1 for _ in islice(regions(deep[0], domain), MANY_REGIONS + 1)) > MANY_REGIONS
    except TheoryError:
        return False
