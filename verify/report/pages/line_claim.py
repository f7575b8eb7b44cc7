"""What approximation.json claims of a network or step function on a line, where it is known."""

from dataclasses import dataclass
from fractions import Fraction

from theory.network import Vector
from verify.errors import FormatError
from verify.formats.network_json import parse_network
from verify.formats.strict_json import Json, array_of, number_of, object_of, read_json
from verify.report.pages.error_graph import LinePiece, line_pieces, step_pieces
from verify.report.pages.network_view import network_facts
from verify.report.pages.page import EvidenceFile
from verify.report.pages.stated_function import StatedFunction, stated_function

QUOTIENTS, TREES = "relucert-approximation", "relucert-target-approximation"
_KEYS = frozenset({"epsilon", "format", "interval", "network", "target", "version"})
_KNOWN = {QUOTIENTS: _KEYS, TREES: _KEYS | {"witnesses"}}
_STEPS = "relucert-step-network"


@dataclass(frozen=True, slots=True)
class LineClaim:
    """The claim |g - f| <= epsilon on [low, high], as a file states it.

    Attributes:
        facts: Of g, which is a ReLU network or a step function.
        found: The pieces of g.
        is_step: Whether g is a step function.
        function: The function f.
        low: One end of the interval.
        high: The other.
        epsilon: The distance claimed.
        witnesses: Stretches on which nothing simpler is within epsilon.
        kind: The format.
    """

    facts: tuple[tuple[str, str], ...]
    found: tuple[LinePiece, ...]
    is_step: bool
    function: StatedFunction
    low: Fraction
    high: Fraction
    epsilon: Fraction
    witnesses: tuple[Vector, ...]
    kind: str


def line_claim(file: EvidenceFile, name: str, content: bytes) -> LineClaim:
    """The claim of a file of a kind that is known.

    Raises:
        InputError, TheoryError: it is of another kind.
    """
    top = file.top
    kind = str(top.get("format"))
    if frozenset(top) != _KNOWN.get(kind):
        raise FormatError(file.name, "of a kind without formulas")
    ends = [number_of(end, "interval") for end in array_of(top["interval"], "interval")]
    if len(ends) != 2 or ends[0] > ends[1]:
        raise FormatError(file.name, "expected an interval")
    low, high = ends
    facts, found = _near(name, content, low, high)
    return LineClaim(
        facts,
        found,
        _is_step(name, content),
        stated_function(file),
        low,
        high,
        number_of(top["epsilon"], "epsilon"),
        tuple(_vector(one) for one in array_of(top.get("witnesses", []), "witnesses")),
        kind,
    )


def _vector(value: Json) -> Vector:
    return tuple(number_of(entry, "witnesses") for entry in array_of(value, "witnesses"))


def _is_step(name: str, content: bytes) -> bool:
    value = read_json(content, name)
    return isinstance(value, dict) and value.get("format") == _STEPS


def _near(
    name: str, content: bytes, low: Fraction, high: Fraction
) -> tuple[tuple[tuple[str, str], ...], tuple[LinePiece, ...]]:
    """The sizes and the pieces of what is near the function."""
    if _is_step(name, content):
        top = object_of(read_json(content, name), ("base", "format", "steps", "version"), name)
        steps = tuple(_vector(step) for step in array_of(top["steps"], name))
        if any(len(step) != 2 for step in steps):
            raise FormatError(name, "expected steps [place, height]")
        facts = (("Kind", "step function, right ends belong to the next step"),
                 ("Steps", str(len(steps))))  # fmt: skip
        return facts, step_pieces(number_of(top["base"], name), steps, low, high)
    network = parse_network(content, name)
    if (network.inputs, network.outputs) != (1, 1):
        raise FormatError(name, "expected one input and one output")
    return network_facts(network), line_pieces(network, low, high)
