"""relucert explain NETWORK --at POINT: the region of a point, its map, and what lies around it."""

import time
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, NetworkFile, Quiet
from verify.cli.terminal import Terminal, counted, decimal, sizes, vector

if TYPE_CHECKING:
    from theory.explanation import Attribution, Explanation, Neighbour
    from theory.form import Form
    from theory.network import Vector

_MOST_LINES = 20
_MOST_TERMS = 8

At = Annotated[
    str,
    typer.Option(
        "--at", metavar="POINT", help='One exact number an input: "1/2,0.25".', show_default=False
    ),
]


def explain(network: NetworkFile, at: At, json: AsJson = False, quiet: Quiet = False) -> int:
    """Say exactly what NETWORK does at a point: region, affine map, attributions, neighbours."""
    from theory.explanation import explanation
    from verify.formats.network_file import read_network

    terminal = Terminal(json, quiet)
    source = read_network(network)
    point = _point(at, source.network.inputs)
    started = time.monotonic()
    with terminal.progress("looking around"):
        found = explanation(source.network, point)
    seconds = time.monotonic() - started
    head = f"{source.name}  {sizes(source.network.widths)}"
    facts = {"name": source.name, "widths": source.network.widths, "seconds": seconds}
    terminal.tell(facts | _facts(found), [head, *_lines(found), f"{seconds:.2f} s"])
    return 0


def _point(text: str, inputs: int) -> "Vector":
    """The point that a text names.

    Raises:
        InputError: it has another number of coordinates, or one is no exact number.
    """
    from theory.errors import NumberError
    from theory.rational import rational
    from verify.errors import InputError

    parts = text.split(",")
    if len(parts) != inputs:
        raise InputError("--at", f"the network has {inputs} inputs, got {len(parts)} numbers")
    try:
        return tuple(map(rational, parts))
    except NumberError as error:
        raise InputError("--at", str(error)) from None


# ------------------------------------------------------------------------------ for people


def _lines(found: "Explanation") -> list[str]:
    place = "inside its region"
    if not found.is_inside:
        tight = counted(
            len(found.tight), "inequality is an equality", "inequalities are equalities"
        )
        place = (
            f"on the boundary of its region, where {tight}; other regions hold it too, with other "
            "maps, and this is the one entered by adding e, e^2, ... to the coordinates"
        )
    layers = found.piece.pattern.layers
    active = ", ".join(f"{sum(layer)} of {len(layer)}" for layer in layers) or "none"
    needed = counted(len(found.neighbours), "inequality", "inequalities")
    region = f"region: {needed} needed, {found.redundant} redundant"
    if found.undecided:
        region += f", {len(found.undecided)} undecided"
    return [
        f"at {_shortened(vector(found.point))}: {place}",
        f"active units by hidden layer: {active}",
        *_first(_output_lines(found)),
        region,
        *_first([_neighbour_line(neighbour) for neighbour in found.neighbours]),
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= 10 * _MOST_TERMS else f"{text[: 10 * _MOST_TERMS]}..."


def _first(lines: list[str]) -> list[str]:
    rest = len(lines) - _MOST_LINES
    return lines if rest <= 0 else [*lines[:_MOST_LINES], f"  and {rest} more (--json has all)"]


def _output_lines(found: "Explanation") -> list[str]:
    lines = []
    for index, attribution in enumerate(found.attributions):
        gradient = found.affine.weight[index]
        lines.append(f"y{index + 1} = {_sum(attribution.constant, gradient)}")
        lines.append(f"   = {_account(attribution)} = {decimal(attribution.value)}")
    return lines


def _account(attribution: "Attribution") -> str:
    """The constant and the terms, one for each input."""
    parts = [decimal(value) for value in (attribution.constant, *attribution.terms[:_MOST_TERMS])]
    if len(attribution.terms) > _MOST_TERMS:
        parts.append(f"({len(attribution.terms) - _MOST_TERMS} more)")
    return _joined(parts)


def _joined(parts: list[str]) -> str:
    """The parts as a sum, with minus signs where they are negative."""
    text = parts[0]
    for part in parts[1:]:
        sign = "-" if part.lstrip("~").startswith("-") else "+"
        text += f" {sign} {part.replace('-', '', 1) if sign == '-' else part}"
    return text


def _sum(constant: Fraction, gradient: Sequence[Fraction]) -> str:
    """The text c + g1 x1 + ..., zeros left out, the first terms only where there are many."""
    terms = [(f"x{index + 1}", entry) for index, entry in enumerate(gradient) if entry]
    parts = [decimal(constant)] if constant or not terms else []
    parts += [
        name if entry == 1 else f"-{name}" if entry == -1 else f"{decimal(entry)} {name}"
        for name, entry in terms[:_MOST_TERMS]
    ]
    if len(terms) > _MOST_TERMS:
        parts.append(f"({len(terms) - _MOST_TERMS} more)")
    return _joined(parts)


def _neighbour_line(neighbour: "Neighbour") -> str:
    """The inequality with a leading coefficient of 1 or -1, and what happens beyond it."""
    form = neighbour.facet.form
    scale = abs(next(entry for entry in form[1:] if entry))
    left = _sum(Fraction(0), [Fraction(entry, scale) for entry in form[1:]])
    flips = [
        f"unit {flip.unit + 1} of layer {flip.layer + 1} turns {'on' if flip.turns_on else 'off'}"
        for flip in neighbour.flips
    ]
    jumps = [
        f"y{output + 1} changes by {decimal(jump * scale)} times (left - right)"
        for output, jump in enumerate(neighbour.jumps)
        if jump
    ]
    return (
        f"  {left} >= {decimal(Fraction(-form[0], scale))}; beyond it "
        f"{', '.join(_first_few(flips))}; {', '.join(_first_few(jumps)) or 'the map stays'}"
    )


def _first_few(texts: list[str]) -> list[str]:
    return texts if len(texts) <= 3 else [*texts[:3], f"{len(texts) - 3} more"]


# ------------------------------------------------------------------------------ for programs


def _facts(found: "Explanation") -> dict[str, object]:
    outputs = [
        {
            "value": str(attribution.value),
            "constant": str(attribution.constant),
            "gradient": _texts(gradient),
            "terms": _texts(attribution.terms),
        }
        for attribution, gradient in zip(found.attributions, found.affine.weight, strict=True)
    ]
    return {
        "point": _texts(found.point),
        "inside": found.is_inside,
        "pattern": ["".join("01"[unit] for unit in layer) for layer in found.piece.pattern.layers],
        "outputs": outputs,
        "inequalities": [_neighbour_facts(neighbour) for neighbour in found.neighbours],
        "redundant": found.redundant,
        "undecided": [_form_facts(form) for form in found.undecided],
        "tight": [_form_facts(form) for form in found.tight],
    }


def _texts(values: Sequence[Fraction | int]) -> list[str]:
    return [str(value) for value in values]


def _form_facts(form: "Form") -> dict[str, object]:
    """The inequality constant + gradient . x >= 0."""
    return {"constant": str(form[0]), "gradient": _texts(form[1:])}


def _neighbour_facts(neighbour: "Neighbour") -> dict[str, object]:
    flips = [
        {"layer": flip.layer + 1, "unit": flip.unit + 1, "turns": "on" if flip.turns_on else "off"}
        for flip in neighbour.flips
    ]
    return {
        **_form_facts(neighbour.facet.form),
        "witness": _texts(neighbour.facet.witness),
        "flips": flips,
        "jumps": _texts(neighbour.jumps),
    }
