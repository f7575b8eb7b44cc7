"""Recurrent networks that stay close to a recurrent network, as evidence for a folder."""

from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box
from theory.recurrence.recurrent import RecurrentNetwork
from verify.checker import RejectedError
from verify.prove.architectures.horizon import horizon_files
from verify.prove.architectures.invariant import AlwaysEqual, compared_forever
from verify.verdict import Different

_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class NearRecurrence:
    """Outputs within epsilon at the times 1, ..., T; equal at all times, where that was found.

    Attributes:
        files: left.json (the target), right.json, initial.json and the evidence.
        claims: How many ordinary claims the evidence comes to.
        is_forever: Whether an invariant (T44) says that outputs are equal at every time.
    """

    files: dict[str, bytes]
    claims: int
    is_forever: bool

    @staticmethod
    def decided(
        networks: tuple[RecurrentNetwork, RecurrentNetwork],
        initial: RecurrentNetwork,
        steps: int,
        epsilon: Fraction,
        box: Box,
    ) -> "NearRecurrence":
        """The evidence, put to the prover; with epsilon = 0 an invariant is looked for as well.

        Raises:
            RejectedError: the outputs are further apart, or no proof was found.
        """
        found = horizon_files(networks, initial, steps, epsilon, domain=box, timeout=_SECONDS)
        if not isinstance(found, dict):
            why = "there are inputs for which they are further apart"
            raise RejectedError(why if isinstance(found, Different) else "no proof was found")
        if epsilon:
            return NearRecurrence(found, 1, False)
        always = compared_forever(*networks, box, _SECONDS)
        if not isinstance(always, AlwaysEqual):
            return NearRecurrence(found, 1, False)
        return NearRecurrence({**found, **always.files}, 1 + always.claims, True)

    def judged(self) -> int:
        """The number of claims; the checkers accepted them when they were made."""
        return self.claims
