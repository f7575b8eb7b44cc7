"""A query about two networks as an ordinary claim: unsat if the claim holds.

    every output of both within a bound          eps or exact, on the networks as they are
    decisions kept                               top1, topk, margin, on the networks as they are
    linear forms of outputs within intervals     eps, on networks whose outputs are these forms
    everything else                              exact: the violations of all cases are zero

Theorem T39 says why each is as strong as the query, or by how little it is stronger: a claim
speaks about closed sets, so a query that is already satisfied on a boundary (>= instead of >)
is answered by a claim that leaves `_SLACK` of room.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box
from theory.network import ZERO, Affine, Network, Vector
from theory.product import joined, mapped, violation
from theory.rational import text_of
from verify.claim import Claim, NamedNetwork
from verify.formats.vnnlib_query import Case, Query
from verify.query_decisions import kept_decisions
from verify.query_intervals import (
    Interval,
    affine_part,
    closed_interval,
    demanded_intervals,
)
from verify.reduction import Reduction
from verify.relation import Epsilon, Exact, Relation

_SLACK = Fraction(1, 2**20)
_ONE = Fraction(1)
_TIES = "the query asks for strict inequalities, which the claim cannot tell from equalities"
_ROOM = f"the claim leaves {text_of(_SLACK)} of room for inequalities that are not strict"


def query_reduction(query: Query, left: NamedNetwork, right: NamedNetwork) -> Reduction:
    """The claim that answers a query about two networks.

    Theorem: T39 (questions as ordinary claims).

    Raises:
        ShapeError: the networks do not have the inputs and outputs that the query declares.
    """
    asked = _Asked(query, left, right)
    return asked.differences() or asked.decisions() or asked.intervals() or asked.violations()


@dataclass(frozen=True, slots=True)
class _Asked:
    query: Query
    left: NamedNetwork
    right: NamedNetwork

    def differences(self) -> Reduction | None:
        """Both sides of every output, with one bound."""
        intervals = demanded_intervals(self.query.cases)
        outputs = self.query.outputs[0]
        if intervals is None or len(intervals) != outputs:
            return None
        wanted = {(((0, i), _ONE), ((1, i), -_ONE)) for i in range(outputs)}
        bounds = {one.upper for one in intervals} | {_negated(one.lower) for one in intervals}
        bound = bounds.pop()
        if bounds or bound is None or bound < 0 or {one.form for one in intervals} != wanted:
            return None
        if self._is_strict():
            return self._reduction(Epsilon(bound) if bound else Exact())
        return self._reduction(Epsilon(bound * (1 - _SLACK)), gap=_ROOM, narrower=Epsilon(bound))

    def decisions(self) -> Reduction | None:
        """Every case a class that leads in one network and the others that exceed it."""
        for sides in ((0, 1), (1, 0)):
            found = kept_decisions(self.query, sides)
            if found is not None:
                relation, is_tied = found
                return self._reduction(relation, sides, gap="" if is_tied else _TIES)
        return None

    def intervals(self) -> Reduction | None:
        """Linear forms of outputs within intervals: outputs f' and g' that differ by at most 1."""
        claim = self._interval_claim(_SLACK)
        if claim is None:
            return None
        follows = "linear forms of the outputs stay in the intervals that the query denies"
        if self._is_strict():
            return self._of(claim, follows)
        return self._of(claim, follows, _ROOM, self._interval_claim(ZERO))

    def _interval_claim(self, slack: Fraction) -> Claim | None:
        intervals = demanded_intervals(self.query.cases, slack)
        domain = self.query.domain
        if intervals is None:
            return None
        networks = (self.left.network, self.right.network)
        closed: list[tuple[Interval, Fraction, Fraction]] = []
        for one in intervals:
            low, high = one.lower, one.upper
            if isinstance(domain, Box):
                low, high = closed_interval(one, networks, domain)
            if low is None or high is None or low >= high:
                return None
            closed.append((one, low, high))
        widest = max((high - low) / 2 for _, low, high in closed)
        sides = [
            NamedNetwork.of(
                f"forms of outputs of {named.name}",
                mapped(named.network, affine_part(closed, net, widest, self.query.outputs[net])),
            )
            for net, named in enumerate((self.left, self.right))
        ]
        return Claim(sides[0], sides[1], domain, Epsilon(widest).text)

    def violations(self) -> Reduction:
        """The networks side by side, with one output for every case; all are to be 0."""
        follows = f"no case of {len(self.query.cases)} of the query holds at a point of the domain"
        claim = self._violation_claim(_SLACK)
        if self._is_strict():
            return self._of(claim, follows)
        return self._of(claim, follows, _ROOM, self._violation_claim(ZERO))

    def _violation_claim(self, slack: Fraction) -> Claim:
        cases = self.query.cases
        pair = joined(self.left.network, self.right.network)
        network = violation(pair, [_system(case, self.query.outputs, slack) for case in cases])
        zero = Affine(network.inputs, ((),) * len(cases), (ZERO,) * len(cases))
        right = f"violations by {self.left.name} and {self.right.name}"
        sides = NamedNetwork.of("zero", Network((zero,))), NamedNetwork.of(right, network)
        return Claim(*sides, self.query.domain)

    def _is_strict(self) -> bool:
        return all(one.strict for case in self.query.cases for one in case)

    def _reduction(
        self,
        relation: Relation,
        sides: tuple[int, int] = (0, 1),
        gap: str = "",
        narrower: Relation | None = None,
    ) -> Reduction:
        """The networks as they are, or exchanged."""
        named = (self.left, self.right)
        pair = (named[sides[0]], named[sides[1]])
        claim = Claim(*pair, self.query.domain, relation.text)
        second = None if narrower is None else Claim(*pair, self.query.domain, narrower.text)
        return self._of(claim, f"{relation.text} holds on the domain", gap, second)

    def _of(
        self, claim: Claim, follows: str, gap: str = "", narrower: Claim | None = None
    ) -> Reduction:
        networks = (self.left.network, self.right.network)
        return Reduction(
            claim=claim,
            asked=f"the query {self.query.name}",
            follows=f"unsat: {follows}",
            fails_at=lambda point: (
                point in self.query.domain
                and self.query.is_model_for(networks[0](point), networks[1](point))
            ),
            gap=gap,
            narrower=narrower,
            is_rewritten=claim.left not in (self.left, self.right),
        )


def _negated(value: Fraction | None) -> Fraction | None:
    return None if value is None else -value


def _system(case: Case, outputs: tuple[int, int], slack: Fraction) -> Affine:
    """The comparisons of a case as an affine map of both networks' outputs, > 0 in every entry."""
    rows = []
    for one in case:
        entries = {net * outputs[0] + i: weight for (net, i), weight in one.coefficients.items()}
        rows.append(tuple(sorted(entries.items())))
    bias: Vector = tuple(one.constant + (ZERO if one.strict else slack) for one in case)
    return Affine(sum(outputs), tuple(rows), bias)
