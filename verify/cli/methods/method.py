"""What a method of relucert approximate is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from theory.domain import Box
from theory.network import Network
from verify.cli.task import Value, number
from verify.errors import InputError
from verify.formats.domain_file import read_domain


class Approximated(Protocol):
    """A claim that something is within epsilon of a function, with the files that state it."""

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of the files, by name; `verify.approximation.evidence` checks them."""

    def judged(self) -> int:
        """The number of pieces that the checker went through.

        Raises:
            RejectedError: the claim is not shown.
        """


@dataclass(frozen=True, slots=True)
class Request:
    """The words of the command.

    Attributes:
        target: The function, as text.
        domain: The domain, as text.
        epsilon: The largest error, positive.
        knots: The word after --knots, or None.
        settings: What --set sets; only parameters of the method.
    """

    target: str
    domain: str
    epsilon: Fraction
    knots: str | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)

    def box(self, inputs: int) -> Box:
        """The domain, a box in Q^inputs.

        Raises:
            InputError: it is something else.
        """
        found = read_domain(self.domain, inputs)
        box = found if isinstance(found, Box) else getattr(found, "box", None)
        if box is None:
            raise InputError("--domain", "expected a bounded interval for every input, as box:0,1")
        return box

    @property
    def interval(self) -> tuple[Fraction, Fraction]:
        """The ends of the domain, an interval."""
        box = self.box(1)
        return box.lower[0], box.upper[0]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """An integer that --set sets, within bounds.

        Raises:
            InputError: it is none.
        """
        found = self.settings.get(name, Fraction(default))
        is_integer = isinstance(found, Fraction) and found.denominator == 1
        if not isinstance(found, Fraction) or not is_integer or not least <= found <= most:
            raise InputError(f"--set {name}", f"expected an integer from {least} to {most}")
        return int(found)

    def positive(self, name: str, default: Fraction) -> Fraction:
        """A positive number that --set sets.

        Raises:
            InputError: it is none.
        """
        found = self.settings.get(name, default)
        if not isinstance(found, Fraction) or found <= 0:
            raise InputError(f"--set {name}", f"expected a positive number, got {str(found)[:40]}")
        return found

    def points(self, low: Fraction, high: Fraction) -> tuple[Fraction, ...]:
        """The numbers after --knots.

        Raises:
            InputError: they do not increase from low to high.
        """
        found = tuple(number(part, "--knots") for part in (self.knots or "").split(","))
        if found != tuple(sorted(set(found))) or (found[0], found[-1]) != (low, high):
            raise InputError("--knots", f"expected increasing numbers from {low} to {high}")
        return found


@dataclass(frozen=True, slots=True)
class Built:
    """What a method found.

    Attributes:
        approximation: The claim.
        network: The network of the claim, or None where it is none of relu units.
        lines: What there is to say about it.
        facts: The same for programs.
        files: Further evidence beside the claim, by name.
        told: What was established, in place of the usual words.
    """

    approximation: Approximated
    network: Network | None
    lines: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    told: str = ""
