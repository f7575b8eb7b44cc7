"""Any ReLU network that is a function of one hidden layer, written with one hidden layer."""

from dataclasses import dataclass

from theory.assembly import assembled
from theory.domain import Box, Domain
from theory.errors import ScopeError
from theory.form import Form
from theory.membership import Bend, Member, NonMember, membership
from theory.network import Network, Vector
from theory.restriction import restricted
from theory.unit import affine_sum


@dataclass(frozen=True, slots=True)
class OneHiddenTrace:
    """What the construction met and made.

    Attributes:
        cells: Linear regions over the domain.
        hyperplanes: How many hyperplanes the function bends at.
        widths: Of the new network, inputs and outputs included.
        theorem: Always T30.
    """

    cells: int
    hyperplanes: int
    widths: tuple[int, ...]
    theorem: str = "T30"


@dataclass(frozen=True, slots=True)
class OneHidden:
    """A network with at most one hidden layer, and how it came about."""

    network: Network
    trace: OneHiddenTrace


def one_hidden_network(network: Network, domain: Domain) -> OneHidden:
    """A network with at most one hidden layer that is equal to the given one on the domain.

    It has one unit for each hyperplane at which the function bends, and, for an affine part
    that is not constant, at most two more for each output or one or two for each input.

    Theorem: T30 (one-hidden-layer membership).

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain is a polytope without interior.
        ScopeError: there is no such network: the message names a hyperplane and two points of
            it where the function bends differently. Or there are too many inputs.
    """
    if isinstance(domain, Box) and domain.fixed:
        if len(domain.fixed) == domain.inputs:
            return _constant(network, domain, network(domain.lower))
        free = restricted(network, domain)
        inner = one_hidden_network(free.network, free.box)
        lifted = free.lifted(inner.network)
        trace = OneHiddenTrace(inner.trace.cells, inner.trace.hyperplanes, lifted.widths)
        return OneHidden(lifted, trace)
    found = membership(network, domain)
    if isinstance(found, NonMember):
        raise ScopeError(f"one hidden layer: there is no such network. {refusal(found)}")
    return _written(found, domain)


def refusal(found: NonMember) -> str:
    """Why a function is not one hidden layer, in a sentence with exact numbers."""
    return (
        f"Across {equation(found.hyperplane)} the function bends by {_told(found.here)} and by "
        f"{_told(found.there)}; one hidden layer bends equally along a whole hyperplane"
    )


def equation(form: Form) -> str:
    """The hyperplane form = 0 as text: 2 x_1 - x_2 + 3 = 0."""
    terms = [(entry, f" x_{index}") for index, entry in enumerate(form) if index and entry]
    terms += [(form[0], "")] if form[0] else []
    text = ""
    for entry, name in terms:
        size = "" if abs(entry) == 1 and name else str(abs(entry))
        sign = "-" if entry < 0 else "+"
        text += f" {sign} {size}{name}" if text else f"{'-' * (entry < 0)}{size}{name}"
    return " ".join(f"{text} = 0".split())


def _told(bend: Bend) -> str:
    value, point = (", ".join(map(str, vector)) for vector in (bend.value, bend.point))
    return f"({value}) at ({point})"


def _written(found: Member, domain: Domain) -> OneHidden:
    network = assembled(found.sums, domain)
    return OneHidden(network, OneHiddenTrace(found.cells, found.hyperplanes, network.widths))


def _constant(network: Network, domain: Domain, values: Vector) -> OneHidden:
    sums = tuple(affine_sum((value, *(0,) * network.inputs)) for value in values)
    return _written(Member(sums, 0, 0), domain)
