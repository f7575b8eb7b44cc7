"""Queries that deny that decisions are kept: a class leads in one network and not in the other.

(and (>= Y_f[0] Y_f[1]) (>= Y_f[0] Y_f[2]) (> Y_g[1] Y_g[0]))   or ... for every pair of classes
"""

from fractions import Fraction
from itertools import combinations

from theory.network import ZERO
from verify.formats.vnnlib_query import Case, Comparison, Query
from verify.relation import Margin, Relation, TopK, TopOne

_ONE = Fraction(1)


def kept_decisions(query: Query, sides: tuple[int, int]) -> tuple[Relation, bool] | None:
    """The relation top1, topk or margin that a query denies; None where it is another one.

    Args:
        query: The query.
        sides: Which network decides, and which one is to decide alike.

    Returns:
        The relation, and whether the query counts ties as the relation does.
    """
    leads: set[Fraction] = set()
    seen: set[tuple[int, frozenset[int]]] = set()
    is_tied = True
    for case in query.cases:
        found = _decision(case, sides, query.outputs[0])
        if found is None:
            return None
        index, others, lead, tied = found
        leads.add(lead)
        seen.add((index, others))
        is_tied = is_tied and tied
    k = len(next(iter(seen))[1])
    classes = range(query.outputs[0])
    wanted = {
        (i, frozenset(others))
        for i in classes
        for others in combinations([j for j in classes if j != i], k)
    }
    if seen != wanted or len(leads) != 1:
        return None
    lead = leads.pop()
    if k > 1:
        return (TopK(k), is_tied) if not lead else None
    return (Margin(lead) if lead else TopOne()), is_tied


def _decision(
    case: Case, sides: tuple[int, int], outputs: int
) -> tuple[int, frozenset[int], Fraction, bool] | None:
    """The class that leads, those that exceed it in the other network, the lead, ties counted."""
    given: list[tuple[int, int, Fraction]] = []
    exceeding: list[tuple[int, int, Fraction]] = []
    is_tied = True
    for one in case:
        found = _order(one)
        if found is None:
            return None
        net, upper, lower = found
        if net == sides[0]:
            given.append((upper, lower, -one.constant))
            is_tied = is_tied and not one.strict
        elif one.strict and not one.constant:
            exceeding.append((upper, lower, ZERO))
        else:
            return None
    winners = {upper for upper, _, _ in given} | {lower for _, lower, _ in exceeding}
    leads = {lead for _, _, lead in given}
    if len(winners) != 1 or len(leads) != 1 or not exceeding or min(leads) < 0:
        return None
    winner = winners.pop()
    if {lower for _, lower, _ in given} != set(range(outputs)) - {winner}:
        return None
    return winner, frozenset(upper for upper, _, _ in exceeding), leads.pop(), is_tied


def _order(one: Comparison) -> tuple[int, int, int] | None:
    """(network, i, j) where the comparison is about y_i - y_j of one network."""
    if len(one.coefficients) != 2 or set(one.coefficients.values()) != {_ONE, -_ONE}:
        return None
    (up, weight), (down, _) = one.coefficients.items()
    if up[0] != down[0]:
        return None
    return (up[0], up[1], down[1]) if weight > 0 else (up[0], down[1], up[1])
