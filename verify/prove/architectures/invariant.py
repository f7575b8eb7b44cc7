"""Are two recurrent networks equal on sequences of every length? With evidence both ways.

The joint states (h, h') that random inputs lead to span an affine space; the signs that the
activations give are added to it. If some state of that set is led out of it, its successor is
added to the states, and the space grows (Houdini); if not, the set is an invariant.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from theory.affine_hull import AffineHull, affine_hull
from theory.domain import Box, Space
from theory.errors import DomainError, ShapeError
from theory.linear_recurrence import telling_sequence
from theory.network import Vector
from theory.recurrent import RecurrentNetwork
from theory.recurrent_bounds import Intervals, inductive_bounds
from theory.unrolling import unrolled
from verify.claim import VERSION, Claim, NamedNetwork, json_bytes
from verify.formats.domain_file import domain_value
from verify.formats.recurrent_json import recurrent_bytes
from verify.invariant_checker import obligations, read
from verify.prove.architectures.derived import settled
from verify.prove.strategy import prove
from verify.result import INVARIANT
from verify.verdict import Different, Unknown, Verdict

LEFT, RIGHT = "left.json", "right.json"
Inputs = Box | Space | None  # None for networks without inputs
Sequence_ = tuple[Vector, ...]
_RUNS, _STEPS = 40, 6  # random sequences, and their length
_SHORT = 3  # steps of the unrolled networks that are compared
_SECONDS = 5.0  # for each comparison of unrolled networks
_EVERYTHING: dict[str, object] = {"box": [], "halfspaces": []}


@dataclass(frozen=True, slots=True)
class AlwaysEqual:
    """They are equal: the files that `verify.invariant_checker` accepts.

    Attributes:
        files: By name.
        relations: The number of equations between states.
        claims: The number of claims in the certificate.
        rounds: How often the space was made larger.
    """

    files: dict[str, bytes]
    relations: int
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
        DomainError: the domain has another number of inputs.
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
        self.random = random.Random(0)
        self.states: list[Vector] = []
        self.bounds: Intervals = ()
        self.files = {LEFT: recurrent_bytes(left), RIGHT: recurrent_bytes(right)}

    def answer(self) -> Answer:
        """A sequence that tells, or an invariant, or neither."""
        return self._sampled() or self._decided_if_linear() or self._invariant()

    def _invariant(self) -> Answer:
        """The space and the signs as an invariant; with bounds if that is not enough."""
        seen = list(self.states)
        found = self._inductive()
        if isinstance(found, NoInvariant) and not isinstance(self.domain, Space):
            pairs = [inductive_bounds(side, self.domain) for side in (self.left, self.right)]
            if None not in pairs:
                self.bounds = tuple(one for pair in pairs if pair is not None for one in pair)
                self.states = seen
                return self._inductive()
        return found

    def _sampled(self) -> TellingSequence | None:
        """Run both networks on random sequences, and collect joint states."""
        for _ in range(_RUNS):
            found = self._told([self._point() for _ in range(_STEPS)])
            if found is not None:
                return found
        return None

    def _point(self) -> Vector:
        """A random input: eighths of the box; whole numbers, mostly small, without one."""
        if isinstance(self.domain, Box):
            pairs = zip(self.domain.lower, self.domain.upper, strict=True)
            return tuple(a + (b - a) * Fraction(self.random.randint(0, 8), 8) for a, b in pairs)
        size = self.random.choice((1, 3, 10, 100))
        return tuple(Fraction(self.random.randint(-size, size)) for _ in range(self.left.inputs))

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
        count = self.left.inputs
        lower, upper = (Fraction(0),) * count, (Fraction(2),) * count
        if isinstance(self.domain, Box):
            lower, upper = self.domain.lower, self.domain.upper
        points = telling_sequence(self.left, self.right, lower, upper)
        return None if points is None else self._told(points)

    def _inductive(self) -> Answer:
        """Weaken the space until it is inductive."""
        rounds = 0
        while time.monotonic() < self.end:
            hull = affine_hull(self.states)
            self.states = _spanning(hull)
            proofs = self._proofs(hull)
            if isinstance(proofs, list):
                others = hull.dependent.outputs
                data = self._data(hull, proofs)
                return AlwaysEqual({**self.files, INVARIANT: data}, others, len(proofs), rounds)
            if isinstance(proofs, NoInvariant):
                return self._told_by_unrolling() or proofs
            self.states.append(proofs)
            rounds += 1
        return NoInvariant("time was used up")

    def _proofs(self, hull: AffineHull) -> list[object] | Vector | NoInvariant:
        """The steps of every obligation, or a joint state to add, or why there are none."""
        pair, _ = read(self.files.__getitem__, self._data(hull, []))
        listed = {one.name: one for one in obligations(pair)}
        proofs: dict[str, object] = {}
        for name in reversed(listed):  # output first: if it fails, weaker relations fail too
            found = settled(listed[name], max(self.end - time.monotonic(), 1.0))
            if isinstance(found, list):
                proofs[name] = found
            elif isinstance(found, Different) and name in ("base", "step"):
                return self._successor(hull, name, found.point)
            else:
                return NoInvariant(_reason(name, hull, found))
        return [proofs[name] for name in listed]

    def _successor(self, hull: AffineHull, name: str, point: Vector) -> Vector:
        """The joint state after the one at which an obligation fails."""
        count = len(hull.free) if name == "step" else 0
        state = (
            hull.point(point[:count]) if name == "step" else (*self.left.start, *self.right.start)
        )
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
            where = _power(self.domain, steps)
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
            "proofs": proofs,
            "version": VERSION,
            **sides,
        }
        return json_bytes(value)


def _power(domain: Box | Space, steps: int) -> Box | Space:
    """The domain of all inputs of so many steps."""
    if isinstance(domain, Space):
        return Space(domain.inputs * steps)
    return Box(domain.lower * steps, domain.upper * steps)


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
