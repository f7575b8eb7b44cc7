"""Are two recurrent networks equal on sequences of every length? With evidence both ways.

The joint states (h, h') that random inputs lead to span an affine space; the signs that the
activations give are added to it. If some state of that set is led out of it, its successor is
added to the states, and the space grows (Houdini); if not, the set is an invariant. Where that is
not enough, intervals and inequalities between units are added.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from theory.affine_hull import AffineHull, affine_hull
from theory.domain import Box, Polytope, Space
from theory.errors import DomainError, ShapeError
from theory.network import Vector
from theory.recurrence.linear_recurrence import telling_sequence
from theory.recurrence.recurrent import RecurrentNetwork
from theory.recurrence.recurrent_bounds import Intervals, inductive_bounds
from theory.recurrence.unrolling import unrolled
from verify.claim import VERSION, Claim, NamedNetwork, json_bytes
from verify.formats.domain_file import domain_value
from verify.formats.recurrent_json import recurrent_bytes
from verify.invariant_checker import obligations, read
from verify.prove.architectures.derived import settled
from verify.prove.architectures.entries import Entries, power
from verify.prove.architectures.inequality import Inequality, candidates, holding, listed
from verify.prove.strategy import prove
from verify.result import INVARIANT
from verify.verdict import Different, Unknown, Verdict

LEFT, RIGHT = "left.json", "right.json"
Inputs = Box | Polytope | Space | None  # None for networks without inputs
Sequence_ = tuple[Vector, ...]
_RUNS, _STEPS = 40, 6  # random sequences, and their length
_SHORT = 3  # steps of the unrolled networks that are compared
_SECONDS = 5.0  # for each comparison of unrolled networks
_LATER = ("step", "inequalities later")
_WEAKENED = ("base", "inequalities at first", *_LATER)  # claims that weaker invariants may meet
_EVERYTHING: dict[str, object] = {"box": [], "halfspaces": []}


@dataclass(frozen=True, slots=True)
class AlwaysEqual:
    """They are equal: the files that `verify.invariant_checker` accepts.

    Attributes:
        files: By name.
        relations: The number of equations between states.
        inequalities: The number of inequalities between them.
        claims: The number of claims in the certificate.
        rounds: How often the space was made larger.
    """

    files: dict[str, bytes]
    relations: int
    inequalities: int
    claims: int
    rounds: int


@dataclass(frozen=True, slots=True)
class TellingSequence:
    """They are not: the last outputs on this sequence differ.

    Attributes:
        points: The inputs x_1, ..., x_T.
        left: y_T of the left network.
        right: y_T of the right one.
    """

    points: Sequence_
    left: Vector
    right: Vector


@dataclass(frozen=True, slots=True)
class NoInvariant:
    """Neither was established; equality of recurrent networks is undecidable (T44)."""

    reason: str


Answer = AlwaysEqual | TellingSequence | NoInvariant


def compared_forever(
    left: RecurrentNetwork, right: RecurrentNetwork, domain: Inputs, timeout: float = 60.0
) -> Answer:
    """Whether the outputs are equal at every time, for all sequences of inputs in the domain.

    Theorem: T44 (inductive invariants for recurrent networks); T45 for linear ones, which are
    decided.

    Raises:
        ShapeError: inputs or outputs are not as many on both sides.
        DomainError: the domain has another number of inputs, or is a polytope without interior.
        ExportError: a number is too long to be written.
    """
    if (left.inputs, left.outputs) != (right.inputs, right.outputs):
        raise ShapeError("prove: expected as many inputs and outputs on both sides")
    if (0 if domain is None else domain.inputs) != left.inputs:
        raise DomainError(f"prove: expected a domain of {left.inputs} inputs")
    search = _Search(left, right, domain, time.monotonic() + timeout)
    return search.answer()


class _Search:
    """The joint states that were seen, and what is asked about them."""

    def __init__(
        self, left: RecurrentNetwork, right: RecurrentNetwork, domain: Inputs, end: float
    ) -> None:
        self.left, self.right, self.domain, self.end = left, right, domain, end
        self.entries = Entries(domain, left.inputs)
        self.states: list[Vector] = []
        self.bounds: Intervals = ()
        self.inequalities: list[Inequality] = []
        self.files = {LEFT: recurrent_bytes(left), RIGHT: recurrent_bytes(right)}

    def answer(self) -> Answer:
        """A sequence that tells, or an invariant, or neither."""
        return self._sampled() or self._decided_if_linear() or self._invariant()

    def _invariant(self) -> Answer:
        """The space and the signs as an invariant; with bounds and inequalities if need be."""
        seen = list(self.states)
        found = self._inductive()
        pairs = [self._intervals(side) for side in (self.left, self.right)]
        if isinstance(found, NoInvariant) and None not in pairs:
            self.bounds = tuple(one for pair in pairs if pair is not None for one in pair)
            self.states = seen
            found = self._inductive()
        self.inequalities = candidates(seen)
        if isinstance(found, NoInvariant) and self.inequalities:
            self.states = seen
            further = self._inductive()
            return found if isinstance(further, NoInvariant) else further
        return found

    def _intervals(self, network: RecurrentNetwork) -> Intervals | None:
        """Bounds of its units, where the inputs are bounded and some are found."""
        box = self.domain.box if isinstance(self.domain, Polytope) else self.domain
        if isinstance(box, Space) or (box is None and self.domain is not None):
            return None
        return inductive_bounds(network, box)

    def _sampled(self) -> TellingSequence | None:
        """Run both networks on random sequences, and collect joint states."""
        for _ in range(_RUNS):
            found = self._told([self.entries.drawn() for _ in range(_STEPS)])
            if found is not None:
                return found
        return None

    def _told(self, points: Sequence[Vector]) -> TellingSequence | None:
        """The first time on the sequence at which outputs differ, if there is one."""
        pairs = zip(self.left.states(points), self.right.states(points), strict=True)
        for step, (one, other) in enumerate(pairs, start=1):
            outputs = self.left.output(one), self.right.output(other)
            if outputs[0] != outputs[1]:
                return TellingSequence(tuple(points[:step]), *outputs)
            self.states.append((*one, *other))
        return None

    def _decided_if_linear(self) -> TellingSequence | None:
        """T45: a sequence that tells, if linear networks are not equal."""
        if {self.left.activation, self.right.activation} != {"identity"}:
            return None
        points = telling_sequence(self.left, self.right, *self.entries.inner_ends)
        return None if points is None else self._told(points)

    def _inductive(self) -> Answer:
        """Weaken the space until it is inductive."""
        rounds = 0
        while time.monotonic() < self.end:
            hull = affine_hull(self.states)
            self.states = _spanning(hull)
            proofs = self._proofs(hull)
            if isinstance(proofs, list):
                others, unequal = hull.dependent.outputs, len(self.inequalities)
                files = {**self.files, INVARIANT: self._data(hull, proofs)}
                return AlwaysEqual(files, others, unequal, len(proofs), rounds)
            if isinstance(proofs, NoInvariant):
                return self._told_by_unrolling() or proofs
            self._weaken(proofs, hull)
            rounds += 1
        return NoInvariant("time was used up")

    def _weaken(self, state: Vector, hull: AffineHull) -> None:
        """Let a joint state into the set: inequalities that it violates go, the space grows."""
        self.inequalities = holding(self.inequalities, state)
        if state not in hull:
            self.states.append(state)

    def _proofs(self, hull: AffineHull) -> list[object] | Vector | NoInvariant:
        """The steps of every obligation, or a joint state to add, or why there are none."""
        pair, _ = read(self.files.__getitem__, self._data(hull, []))
        listed = {one.name: one for one in obligations(pair)}
        proofs: dict[str, object] = {}
        for name in reversed(listed):  # output first: if it fails, weaker relations fail too
            found = settled(listed[name], max(self.end - time.monotonic(), 1.0))
            if isinstance(found, list):
                proofs[name] = found
            elif isinstance(found, Different) and name in _WEAKENED:
                return self._successor(hull, name in _LATER, found.point)
            else:
                return NoInvariant(_reason(name, hull, found))
        return [proofs[name] for name in listed]

    def _successor(self, hull: AffineHull, is_later: bool, point: Vector) -> Vector:
        """The joint state after the one at which an obligation fails."""
        count = len(hull.free) if is_later else 0
        state = hull.point(point[:count]) if is_later else (*self.left.start, *self.right.start)
        entry = point[count : count + self.left.inputs]
        units = self.left.units
        return (*self.left.after(state[:units], entry), *self.right.after(state[units:], entry))

    def _told_by_unrolling(self) -> TellingSequence | None:
        """A sequence that tells, found by comparing unrolled networks; they have few steps."""
        if self.domain is None:
            return self._told([()] * (2 * len(self.states)))
        for steps in range(1, _SHORT + 1):
            sides = [
                NamedNetwork.of(name, unrolled(network, steps))
                for name, network in ((LEFT, self.left), (RIGHT, self.right))
            ]
            where = power(self.domain, steps)
            verdict = prove(Claim(sides[0], sides[1], where), timeout=_SECONDS)
            if isinstance(verdict, Different):
                width = self.left.inputs
                cuts = range(0, steps * width, width)
                return self._told([verdict.point[first : first + width] for first in cuts])
        return None

    def _data(self, hull: AffineHull, proofs: list[object]) -> bytes:
        layer = hull.dependent
        rows = [[part for entry in row for part in (entry[0], str(entry[1]))] for row in layer.rows]
        sides = {
            side: {"file": file, "sha256": sha256(self.files[file]).hexdigest()}
            for side, file in (("left", LEFT), ("right", RIGHT))
        }
        value: dict[str, object] = {
            "bounds": [[str(low), str(high)] for low, high in self.bounds],
            "dependent": {"bias": [str(value) for value in layer.bias], "rows": rows},
            "domain": domain_value(self.domain) if self.domain else _EVERYTHING,
            "format": "relucert-invariant",
            "free": list(hull.free),
            "inequalities": listed(self.inequalities),
            "proofs": proofs,
            "version": VERSION,
            **sides,
        }
        return json_bytes(value)


def _spanning(hull: AffineHull) -> list[Vector]:
    """As few points as span the space."""
    size = hull.dimension
    axes = [[Fraction(place == axis) for place in range(size)] for axis in range(size)]
    return [hull.point([Fraction(0)] * size), *map(hull.point, axes)]


def _reason(name: str, hull: AffineHull, verdict: Verdict) -> str:
    relations = f"{hull.dependent.outputs} linear relations between the states and their signs"
    if isinstance(verdict, Different):
        return f"{relations} were found, and they do not make the outputs equal"
    told = verdict.reason if isinstance(verdict, Unknown) else ""
    return f"{relations} were found; the claim {name!r} was not settled, {told}"
