"""Recurrent networks as pages print them: their sizes, and their equations where they are small."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from theory.network import Affine, Row
from theory.recurrence.recurrent import RecurrentNetwork
from verify.report.typesetting import counted, grouped, tex_form, tex_point, tex_space

RECURRENCE = (
    r"A recurrent network has states $h_t=s(Wh_{t-1}+Ux_t+b)$ and outputs $y_t=Ch_t+c$, "
    r"$t=1,2,3,\dots$, from a start $h_0$ that belongs to it; $s$ is taken unit by unit."
)
MOST_UNITS = 8  # of a network whose equations are printed
_MOST_TERMS = 60  # of all its equations together
_MOST_NUMBERS = 8  # of a start that is printed
_ACTIVATIONS = {
    "relu": (r"\relu(", ")"),
    "saturated": (r"\operatorname{clip}(", ")"),
    "identity": ("", ""),
}
ACTIVATIONS = {
    "relu": r"$\relu$",
    "saturated": r"clip to $[0,1]$",
    "identity": "the identity",
}


@dataclass(frozen=True, slots=True)
class Equations:
    """A small recurrent network in formulas.

    Attributes:
        symbol: Of the network.
        lines: In math mode, those of the step and then those of the output.
    """

    symbol: str
    lines: tuple[str, ...]


def recurrent_facts(network: RecurrentNetwork) -> tuple[tuple[str, str], ...]:
    """The sizes of a network."""
    weights = sum(len(row) for layer in _layers(network) for row in layer.rows)
    biases = sum(bool(bias) for layer in _layers(network) for bias in layer.bias)
    plain = not any(network.start)
    short = network.units <= _MOST_NUMBERS
    start = f"${tex_point(network.start)}$" if short and network.units else "stated in the file"
    return (
        ("State", f"${tex_space(network.units)}$" if network.units else "none"),
        ("Units", f"{counted(network.units, 'unit')} of {ACTIVATIONS[network.activation]}"),
        ("Each input", f"${tex_space(network.inputs)}$" if network.inputs else "none"),
        ("Each output", f"${tex_space(network.outputs)}$"),
        ("Start", "0 in every unit" if plain else start),
        ("Nonzero weights and biases", grouped(weights + biases)),
    )


def equations(
    symbol: str, network: RecurrentNetwork, state: str = "h", output: str = "y"
) -> Equations | None:
    """The equations of a small network, or None."""
    terms = sum(len(row) for layer in _layers(network) for row in layer.rows)
    if network.units > MOST_UNITS or terms > _MOST_TERMS:
        return None

    def read(column: int) -> str:
        if column < network.units:
            return f"{state}_{{{column + 1}}}"
        return f"x_{{{column - network.units + 1}}}"

    before, after = _ACTIVATIONS[network.activation]
    lines = [
        rf"{state}_{{{unit}}}\leftarrow {before}{tex_form(bias, row, read)}{after}"
        for unit, row, bias in _rows(network.step)
    ]
    lines += [
        f"{output}_{{{unit}}}={tex_form(bias, row, read)}"
        for unit, row, bias in _rows(network.output)
    ]
    return Equations(symbol, tuple(lines))


def _layers(network: RecurrentNetwork) -> tuple[Affine, Affine]:
    return network.step, network.output


def _rows(layer: Affine) -> Iterator[tuple[int, Row, Fraction]]:
    """The number from 1, weights and bias of every row."""
    for number, row in enumerate(layer.rows, start=1):
        yield number, row, layer.bias[number - 1]
