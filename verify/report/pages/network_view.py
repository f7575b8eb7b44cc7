"""The sizes of a network, as pages print them."""

from theory.network import Network
from verify.report.typesetting import grouped, tex_space

_MOST_WIDTHS = 12


def network_facts(network: Network) -> tuple[tuple[str, str], ...]:
    """The sizes of a network."""
    return (
        ("Map", rf"${tex_space(network.inputs)}\to{tex_space(network.outputs)}$"),
        ("Hidden layers", str(network.hidden_layers)),
        ("Widths", widths_told(network.widths)),
        ("Hidden units", grouped(network.units)),
        ("Nonzero weights and biases", grouped(network.parameters)),
    )


def widths_told(widths: tuple[int, ...] | list[int]) -> str:
    """2--16--16--1; of a deep network the first and the last widths."""
    if len(widths) <= _MOST_WIDTHS:
        return "--".join(map(str, widths))
    first, last = (map(str, part) for part in (widths[:4], widths[-4:]))
    between = len(widths) - 8
    return f"{'--'.join(first)}--\\dots--{'--'.join(last)} ({between} more between)"
