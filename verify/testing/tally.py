"""What became of some networks of a sweep: counts, functions, and the smallest of every outcome.

Tallies of parts of a family add up to that of the whole, in any order; the sum is the same
however the family was split. A tally is a JSON value, so it can be kept in a file.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from theory.network import Network
from verify.formats.strict_json import Json, array_of, object_of

EQUIVALENT, DIFFERENT, UNKNOWN = "equivalent", "different", "unknown"
REFUSED, FAILED = "refused", "failed"
OUTCOMES = (EQUIVALENT, DIFFERENT, UNKNOWN, REFUSED, FAILED)

_KEYS = ("functions", "networks", "smallest", "verdicts")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A network with an outcome; the order is that of size.

    Attributes:
        parameters: Its nonzero weights and biases.
        weight: The sum of their absolute values.
        index: Its number in the family.
        reason: What was said about it: why unknown, refused or failed.
    """

    parameters: int
    weight: Fraction
    index: int
    reason: str = field(compare=False)

    @staticmethod
    def of(network: Network, index: int, reason: str) -> "Finding":
        """What is kept of a network."""
        weight = sum(
            (abs(entry) for layer in network.layers for row in layer.rows for _, entry in row),
            sum((abs(bias) for layer in network.layers for bias in layer.bias), Fraction(0)),
        )
        return Finding(network.parameters, weight, index, reason)

    @property
    def json(self) -> Json:
        """As a JSON value."""
        return [self.parameters, str(self.weight), self.index, self.reason]


@dataclass(slots=True)
class Tally:
    """What became of some networks.

    Attributes:
        networks: How many there were.
        verdicts: How many of every outcome.
        functions: The names of the functions that occurred.
        smallest: The smallest network of every outcome but `equivalent`.
    """

    networks: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    functions: set[str] = field(default_factory=set)
    smallest: dict[str, Finding] = field(default_factory=dict)

    def add(self, outcome: str, finding: Finding | None, function: str) -> None:
        """Count one network; what is found about it is kept if it is the smallest so far."""
        self.networks += 1
        self.verdicts[outcome] += 1
        self.functions.add(function)
        if finding is not None:
            self._keep(outcome, finding)

    def _keep(self, outcome: str, finding: Finding) -> None:
        known = self.smallest.get(outcome)
        if known is None or finding < known:
            self.smallest[outcome] = finding

    def merge(self, other: "Tally") -> None:
        """Add what became of other networks."""
        self.networks += other.networks
        self.verdicts.update(other.verdicts)
        self.functions |= other.functions
        for outcome, finding in other.smallest.items():
            self._keep(outcome, finding)

    @property
    def is_clean(self) -> bool:
        """Whether every network was proved to be preserved."""
        return self.verdicts[EQUIVALENT] == self.networks

    @property
    def has_failed(self) -> bool:
        """Whether a network is known not to be preserved, or made the transform fail."""
        return bool(self.verdicts[DIFFERENT] + self.verdicts[FAILED])

    @property
    def json(self) -> Json:
        """As a JSON value."""
        return {
            "functions": [*sorted(self.functions)],
            "networks": self.networks,
            "smallest": {name: one.json for name, one in sorted(self.smallest.items())},
            "verdicts": {**self.verdicts},
        }

    @staticmethod
    def of_json(value: Json, where: str) -> "Tally":
        """The tally that a JSON value states.

        Raises:
            FormatError: it states none.
            ValueError: a number of it is malformed.
        """
        fields = object_of(value, _KEYS, where)
        found = Tally(int(str(fields["networks"])))
        found.functions = {str(name) for name in array_of(fields["functions"], where)}
        found.verdicts.update({name: int(str(n)) for name, n in _items(fields["verdicts"], where)})
        for name, entry in _items(fields["smallest"], where):
            parameters, weight, index, reason = map(str, array_of(entry, where))
            found.smallest[name] = Finding(int(parameters), Fraction(weight), int(index), reason)
        return found


def _items(value: Json, where: str) -> list[tuple[str, Json]]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: expected an object")
    return list(value.items())
