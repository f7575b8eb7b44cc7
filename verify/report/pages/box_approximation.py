"""The page on approximation.json for functions of several numbers on a box (T60)."""

from collections.abc import Callable
from fractions import Fraction
from math import factorial, prod

from theory.domain import Box
from theory.errors import TheoryError
from theory.network import Network, Vector
from verify.errors import FormatError
from verify.formats.network_file import read_bytes
from verify.formats.network_json import parse_network
from verify.formats.strict_json import Json, array_of, count_of, number_of, object_of
from verify.report.pages.network_view import network_facts
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page
from verify.report.picture import Picture, regions_picture
from verify.report.region_table import most_first_cells
from verify.report.typesetting import (
    LONGEST_STATED,
    counted,
    tex_form,
    tex_number,
    tex_product,
    tex_space,
)

FORMAT = "relucert-box-approximation"
_KEYS = ("box", "epsilon", "format", "network", "steps", "target", "version")
_FUNCTIONS = frozenset({"exp", "sin", "cos"})
_MOST_TERMS = 40
_MOST_CELLS, _MOST_FIRST_CELLS = 3000, 20_000
_LONGEST = 24  # digits of a coefficient
_WHERE = "target"
Polynomial = list[tuple[tuple[int, ...], Fraction]]
_SERIES = (
    r"For $\exp$, $\sin$ and $\cos$ the checker takes Taylor polynomials, whose errors it bounds; "
    "the claim is about the functions themselves."
)


def box_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError, TheoryError: it is an approximation of another kind.
    """
    top = object_of(file.top, _KEYS, file.name)
    name = file.file_of("network")
    network = parse_network(read_bytes(file.folder / name), name)
    sides = [_vector(side) for side in array_of(top["box"], "box")]
    if not sides or any(len(side) != 2 for side in sides) or network.inputs != len(sides):
        raise FormatError(file.name, "expected an interval for each input")
    box = Box(tuple(low for low, _ in sides), tuple(high for _, high in sides))
    formula, is_rational = box_formula(top["target"], len(sides))
    epsilon = tex_number(number_of(top["epsilon"], "epsilon"), LONGEST_STATED)
    steps = [count_of(step, "steps") for step in array_of(top["steps"], "steps")]
    return Page(
        title="A network near a function on a box",
        question="A network and a function on a box",
        objects=(ObjectView("g", name, network_facts(network)),),
        setting=rf"Let $g\colon{tex_space(network.inputs)}\to\R$ be the ReLU network of "
        rf"Section~\ref{{objects}}, and\[f(x)={formula}.\]",
        conclusion=rf"$|g(x)-f(x)|\le {epsilon}$ for every real "
        rf"$x\in{tex_product(box.lower, box.upper)}$",
        body="box.tex.jinja",
        values={"picture": _picture(network, box), "grid": _grid(steps)},
        theorems=("T60",),
        limits=(REAL, "Nothing is said outside of the box, nor of smaller networks."),
        remarks=() if is_rational else (_SERIES,),
    )


def _grid(steps: list[int]) -> str:
    """3 x 3 steps, 18 simplices."""
    count = prod(steps) * factorial(len(steps))
    shown = r"\times".join(map(str, steps))
    noun = "steps" if len(steps) > 1 or steps[0] != 1 else "step"
    return f"${shown}$ {noun}, so {counted(count, 'simplex', 'simplices')}"


def _vector(value: Json) -> Vector:
    return tuple(number_of(entry, "box") for entry in array_of(value, "box"))


def _picture(network: Network, box: Box) -> Picture | None:
    """The linear regions of the network, if it has two inputs and they are few."""
    if network.inputs != 2 or most_first_cells(network) > _MOST_FIRST_CELLS:
        return None
    try:
        return regions_picture(network, box, None, _MOST_CELLS, "g")
    except TheoryError:
        return None


def box_formula(value: Json, inputs: int) -> tuple[str, bool]:
    """N / Q in math mode, and whether there is no exp, sin or cos in N.

    Raises:
        FormatError: it is written in another way.
    """
    parts = object_of(value, ("denominator", "terms"), _WHERE)
    bottom = _polynomial(parts["denominator"], inputs)
    terms = []
    is_rational = True
    for term in array_of(parts["terms"], _WHERE):
        pair = array_of(term, _WHERE)
        if len(pair) != 2:
            raise FormatError(_WHERE, "expected terms [polynomial, factors]")
        factors = array_of(pair[1], _WHERE)
        is_rational = is_rational and not factors
        terms.append(_term(_polynomial(pair[0], inputs), [_factor(one, inputs) for one in factors]))
    top = "".join(
        term if term.startswith("-") or not place else f"+{term}"
        for place, term in enumerate(terms)
    )
    is_plain = [entry for _, entry in bottom] == [1] and not any(bottom[0][0])
    shown = top or "0"
    return (shown if is_plain else rf"\frac{{{shown}}}{{{_formula(bottom)}}}"), is_rational


def _term(weight: Polynomial, factors: list[str]) -> str:
    """A polynomial times functions of polynomials."""
    shown = _formula(weight)
    if not factors:
        return shown
    if len(weight) > 1:
        shown = rf"\left({shown}\right)"
    first = {"1": "", "-1": "-"}.get(shown, rf"{shown}\,")
    return first + r"\,".join(factors)


def _factor(value: Json, inputs: int) -> str:
    parts = array_of(value, _WHERE)
    if len(parts) != 3 or str(parts[0]) not in _FUNCTIONS:
        raise FormatError(_WHERE, "expected factors [function, polynomial, degree]")
    return rf"\{parts[0]}\left({_formula(_polynomial(parts[1], inputs))}\right)"


def _polynomial(value: Json, inputs: int) -> Polynomial:
    """The terms of a polynomial, those of a large degree first."""
    found = []
    for entry in array_of(value, _WHERE):
        parts = array_of(entry, _WHERE)
        if len(parts) != inputs + 1:
            raise FormatError(_WHERE, f"expected a coefficient and {inputs} exponents")
        exponents = tuple(count_of(power, _WHERE) for power in parts[1:])
        found.append((exponents, number_of(parts[0], _WHERE)))
    if len(found) > _MOST_TERMS:
        raise FormatError(_WHERE, f"more than {_MOST_TERMS} terms")
    return sorted(found, key=lambda term: (-sum(term[0]), [-power for power in term[0]]))


def _formula(polynomial: Polynomial) -> str:
    """A polynomial in math mode."""
    row = tuple((place, entry) for place, (powers, entry) in enumerate(polynomial) if any(powers))
    constant = sum((entry for powers, entry in polynomial if not any(powers)), Fraction(0))
    return tex_form(constant, row, _monomial([p for p, _ in polynomial]), _LONGEST)


def _monomial(exponents: list[tuple[int, ...]]) -> Callable[[int], str]:
    def read(place: int) -> str:
        powers = [(k, power) for k, power in enumerate(exponents[place], start=1) if power]
        return r"\,".join(f"x_{{{k}}}" + (f"^{{{p}}}" if p > 1 else "") for k, p in powers)

    return read
