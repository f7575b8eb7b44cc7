"""Which networks of one shape are the same function: a name for the function of each.

Where a canonical form is complete (T26, T27, T28, T34) equal names mean equal functions and
different ones different functions. Elsewhere the name is that of the syntactic normal form
(T29): then equal names mean equal functions, and the number of names is an upper bound.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from theory.canonical.fingerprint import fingerprint
from theory.canonical.flags import flag_form
from theory.canonical.kinks import kink_form
from theory.canonical.line import line_form
from theory.canonical.one_hidden import one_hidden_form
from theory.canonical.syntactic import normal_form
from theory.domain import Box, Domain
from theory.errors import TheoryError
from theory.interior import Interior
from theory.network import Network
from theory.restriction import restricted

_DIGITS = 32  # of a SHA-256: two of a billion functions share a name with odds below 10^-20


@dataclass(frozen=True, slots=True)
class Identification:
    """How functions are named.

    Attributes:
        theorem: The ID of the theorem behind the names.
        is_complete: Whether different names mean different functions on the domain.
        digest: The name of a network's function.
    """

    theorem: str
    is_complete: bool
    digest: Callable[[Network], str]


def identification(widths: Sequence[int], domain: Domain) -> Identification:
    """How functions of networks with these widths are named on a domain.

    Theorem: T26, T27, T28, T34 (complete canonical forms), T29 (normal form).
    """
    if isinstance(domain, Box) and domain.fixed:
        if len(domain.fixed) == domain.inputs:
            return Identification("T01", True, lambda net: _short(fingerprint(net(domain.lower))))
        part = _free_part(domain)
        inner = identification((part.inputs, *widths[1:]), part)
        return Identification(
            inner.theorem,
            inner.is_complete,
            lambda network: inner.digest(restricted(network, domain).network),
        )
    if not _has_interior(domain):
        return _by_normal_form()
    if len(widths) <= 3:
        return Identification("T26", True, lambda net: _short(one_hidden_form(net, domain).digest))
    match widths[0]:
        case 1:
            return Identification("T27", True, lambda net: _short(line_form(net, domain).digest))
        case 2:
            return Identification("T28", True, lambda net: _short(kink_form(net, domain).digest))
        case 3 if isinstance(domain, Box):
            return Identification("T34", True, lambda net: _short(flag_form(net, domain).digest))
        case _:
            return _by_normal_form()


def _by_normal_form() -> Identification:
    return Identification("T29", False, lambda net: _short(normal_form(net).digest))


def _short(digest: str) -> str:
    return digest[:_DIGITS]


def _free_part(box: Box) -> Box:
    free = [index for index in range(box.inputs) if index not in box.fixed]
    return Box(tuple(box.lower[i] for i in free), tuple(box.upper[i] for i in free))


def _has_interior(domain: Domain) -> bool:
    try:
        Interior.of(domain)
    except TheoryError:
        return False
    return True
