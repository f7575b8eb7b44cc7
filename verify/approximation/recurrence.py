"""Recurrent networks that stay close to a recurrent network, as evidence for a folder.

left.json right.json initial.json    the target, the network, and the network before biases
horizon.json                         outputs are close at the times 1, ..., T (T67)
kept.json                            the units of the network that are not silent, by themselves
invariant.json                       kept.json and right.json have equal outputs at every time (T44)
"""

import json
from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box
from theory.recurrence.recurrent import RecurrentNetwork
from verify.checker import RejectedError
from verify.claim import json_bytes
from verify.prove.architectures.horizon import horizon_files
from verify.prove.architectures.invariant import LEFT, AlwaysEqual, compared_forever
from verify.result import INVARIANT
from verify.verdict import Different

KEPT = "kept.json"
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Trio:
    """What masking is about.

    Attributes:
        target: The network that is approximated.
        kept: The units that match its units, by themselves.
        masked: The network in which all others are silent.
        initial: The same before its biases were chosen.
    """

    target: RecurrentNetwork
    kept: RecurrentNetwork
    masked: RecurrentNetwork
    initial: RecurrentNetwork


@dataclass(frozen=True, slots=True)
class NearRecurrence:
    """Outputs within epsilon at the times 1, ..., T, and what is known of all times.

    Attributes:
        files: The files by name, as above.
        claims: How many ordinary claims the evidence comes to.
        is_forever: Whether an invariant says that the others are as if they were not there.
    """

    files: dict[str, bytes]
    claims: int
    is_forever: bool

    @staticmethod
    def decided(trio: Trio, steps: int, epsilon: Fraction, box: Box) -> "NearRecurrence":
        """The evidence, put to the prover.

        Raises:
            RejectedError: the outputs are further apart, or no proof was found.
        """
        networks = (trio.target, trio.masked)
        found = horizon_files(networks, trio.initial, steps, epsilon, domain=box, timeout=_SECONDS)
        if not isinstance(found, dict):
            why = "there are inputs for which they are further apart"
            raise RejectedError(why if isinstance(found, Different) else "no proof was found")
        always = compared_forever(trio.kept, trio.masked, box, _SECONDS)
        if not isinstance(always, AlwaysEqual):
            return NearRecurrence(found, 1, False)
        invariant = json.loads(always.files[INVARIANT])
        invariant["left"]["file"] = KEPT
        further = {KEPT: always.files[LEFT], INVARIANT: json_bytes(invariant)}
        return NearRecurrence({**found, **further}, 1 + always.claims, True)

    def judged(self) -> int:
        """The number of claims; the checkers accepted them when they were made."""
        return self.claims
