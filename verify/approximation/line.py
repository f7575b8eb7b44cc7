"""Networks and step functions within epsilon of a function, with witnesses of fewest pieces (T58).

approximation.json    the interval, the function, epsilon, the witnesses, the digest of the network
network.json          the exact ReLU network, or
steps.json            the exact step function
target.json           the function, where it is a network
"""

from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from theory.approximation.step import StepNetwork
from theory.network import Network
from theory.rational import text_of
from verify import target_checker
from verify.approximation.curve import Curve, nested, network_pieces
from verify.claim import VERSION, json_bytes
from verify.formats.network_json import network_text
from verify.result import APPROXIMATION

NETWORK, STEPS, TARGET = "network.json", "steps.json", "target.json"
FORMAT = "relucert-target-approximation"

Witness = tuple[Fraction, ...]


def steps_text(steps: StepNetwork) -> str:
    """The file of a step function; equal neighbours are one piece."""
    pairs = zip(steps.places, steps.heights, strict=True)
    stated = {
        "base": text_of(steps.values[0]),
        "format": "relucert-step-network",
        "steps": [[text_of(place), text_of(height)] for place, height in pairs if height],
        "version": VERSION,
    }
    return json_bytes(stated).decode()


@dataclass(frozen=True, slots=True)
class LineApproximation:
    """The claim |shape - curve| <= epsilon, and what its witnesses prove of all others.

    Attributes:
        shape: A ReLU network with one input and one output, or a step function.
        curve: The function, interval and epsilon.
        witnesses: Triples of points, and a pair of them (for steps: pairs), that exclude less.
    """

    shape: Network | StepNetwork
    curve: Curve
    witnesses: tuple[Witness, ...] = ()

    @property
    def name(self) -> str:
        """The file that holds the shape."""
        return STEPS if isinstance(self.shape, StepNetwork) else NETWORK

    @property
    def data(self) -> bytes:
        """The bytes of the file that holds the shape."""
        shape = self.shape
        text = steps_text(shape) if isinstance(shape, StepNetwork) else network_text(shape)
        return text.encode()

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of the files, by name."""
        source, curve = self.curve.source.shape, self.curve
        files = {self.name: self.data}
        if isinstance(source, Network):
            files[TARGET] = network_text(source).encode()
            target = _named(TARGET, files[TARGET])
        else:
            target = {"function": nested(source), "precision": curve.precision}
        stated = {
            "epsilon": text_of(curve.epsilon),
            "format": FORMAT,
            "interval": [text_of(curve.low), text_of(curve.high)],
            "network": _named(self.name, self.data),
            "target": target,
            "version": VERSION,
            "witnesses": [list(map(text_of, witness)) for witness in self.witnesses],
        }
        return {**files, APPROXIMATION: json_bytes(stated)}

    def judged(self) -> int:
        """The number of pieces, neighbours with one map counted as one, as the checker counts.

        Raises:
            RejectedError: the claim is false, or a witness proves nothing.
        """
        low, high, shape = self.curve.low, self.curve.high, self.shape
        if isinstance(shape, StepNetwork):
            found = target_checker.Steps(self.data).pieces(low, high)
        else:
            found = network_pieces(shape, low, high)
        self.curve.question.require_within(found)
        self.least()
        return target_checker.neighbours(found)

    def least(self) -> tuple[int, int]:
        """The least numbers of pieces and units, or of pieces and steps, by the witnesses.

        Raises:
            RejectedError: a witness proves nothing.
        """
        question = self.curve.question
        if isinstance(self.shape, StepNetwork):
            steps = target_checker.least_steps(question, self.witnesses)
            return steps + 1, steps
        bends, units = target_checker.least_bends(question, self.witnesses)
        return bends + 1, units


def _named(name: str, data: bytes) -> dict[str, object]:
    """A file with its digest."""
    return {"file": name, "sha256": sha256(data).hexdigest()}
