"""What a failed assertion says: the network as a table, the point, both outputs, one line.

prune does not preserve the network on box:-1,1

network 1-1-1
  ...
at x = (1)
  before  (1)
  after   (0)
reproduce it by
  from shop import prune; ...; assert_preserved(prune, Network(...), 'box:-1,1')
"""

from dataclasses import dataclass
from pathlib import Path

from theory.domain import Domain
from theory.network import Network
from verify.formats.model import exact_network
from verify.testing.table import (
    domain_expression,
    import_line,
    network_expression,
    network_table,
    point_text,
    sizes,
)
from verify.testing.transformation import Transformation
from verify.verdict import Different, Unknown, Verdict

_LONGEST = 2000  # characters of a network that is written into a line of Python
_MODULE = "verify.testing.assertions"


class EquivalenceError(AssertionError):
    """A network and what it should equal were not proved to be so.

    Attributes:
        verdict: Different or Unknown; None where there was nothing to compare.
    """

    def __init__(self, message: str, verdict: Verdict | None) -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Case:
    """One network that a transform is tried on."""

    transform: Transformation
    network: Network
    domain: Domain
    relation: str

    @property
    def line(self) -> str:
        """One line of Python that tries it again."""
        imported = self.transform.import_statement
        name = "transform" if imported is None else self.transform.name
        call = _call("assert_preserved", [name, _short(self.network, "network")], self)
        if imported is None:
            return f"{call}  # transform: {self.transform.name}"
        return f"{imported}; {call}"


def model_expression(model: object, name: str) -> str:
    """What evaluates to the model, if it is short enough; else the name."""
    if isinstance(model, str | Path):
        return repr(str(model))
    return _short(exact_network(model, name), name)


def _short(network: Network, name: str) -> str:
    if sum(layer.inputs * layer.outputs for layer in network.layers) > _LONGEST:
        return name
    text = network_expression(network)
    return text if len(text) <= _LONGEST else name


def _call(function: str, arguments: list[str], where: Case | tuple[Domain, str]) -> str:
    """The import of an assertion and its call."""
    domain, relation = (where.domain, where.relation) if isinstance(where, Case) else where
    words = [*arguments, domain_expression(domain)]
    words += [] if relation == "exact" else [repr(relation)]
    call = f"{function}({', '.join(words)})"
    imports = [import_line(call), f"from {_MODULE} import {function}"]
    return "; ".join([*filter(None, imports), call])


# --------------------------------------------------------------------------------- messages


def of_pair(
    sides: tuple[Network, Network],
    expressions: tuple[str, str],
    domain: Domain,
    relation: str,
    verdict: Verdict,
) -> str:
    """The message for two models."""
    left, right = sides
    parts = [
        _head(f"left and right are not proved {_word(relation)}", domain, verdict),
        f"left {sizes(left)}\n{network_table(left)}",
        f"right {sizes(right)}\n{network_table(right)}",
        *_outcome(verdict, "left", "right"),
        f"reproduce it by\n  {_call('assert_equivalent', [*expressions], (domain, relation))}",
    ]
    return "\n\n".join(parts)


def of_transform(case: Case, after: Network, verdict: Verdict) -> str:
    """The message for a transform that did not preserve a network."""
    said = f"{case.transform.name} is not proved to preserve the network"
    if isinstance(verdict, Different):
        said = f"{case.transform.name} does not preserve the network"
    parts = [
        _head(said, case.domain, verdict),
        f"network {sizes(case.network)}\n{network_table(case.network)}",
        f"what {case.transform.name} made of it {sizes(after)}\n{network_table(after)}",
        *_outcome(verdict, "before", "after"),
        f"reproduce it by\n  {case.line}",
    ]
    return "\n\n".join(parts)


def of_error(case: Case, error: Exception) -> str:
    """The message for a transform that failed, or whose result cannot be compared."""
    return of_text(case, f"{type(error).__name__}: {error}")


def of_text(case: Case, reason: str) -> str:
    """The message for a transform that failed for a reason."""
    parts = [
        f"{case.transform.name} failed: {reason}",
        f"network {sizes(case.network)}\n{network_table(case.network)}",
        f"reproduce it by\n  {case.line}",
    ]
    return "\n\n".join(parts)


def _head(said: str, domain: Domain, verdict: Verdict) -> str:
    if isinstance(verdict, Different):
        said = said.replace("are not proved", "are not")
    text = domain_expression(domain)
    return f"{said} on {text.strip(chr(39))}"


def _word(relation: str) -> str:
    return "equal" if relation == "exact" else f"related by {relation}"


def _outcome(verdict: Verdict, first: str, second: str) -> list[str]:
    match verdict:
        case Different(point, left, right):
            width = max(len(first), len(second))
            return [
                f"at x = {point_text(point)}\n"
                f"  {first:{width}}  {point_text(left)}\n"
                f"  {second:{width}}  {point_text(right)}"
            ]
        case Unknown(reason):
            return [f"unknown: {reason}"]
        case _:
            return []
