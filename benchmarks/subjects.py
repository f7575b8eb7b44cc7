"""The networks whose forms are measured: random rational ones, and public ones on small boxes."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

from theory.domain import Box, Domain, Space
from theory.forms.max_tree import maximum_network
from theory.network import Affine, Network
from verify.formats.network_file import read_network

DATA = Path(os.environ.get("RELUCERT_DATA", Path(__file__).resolve().parents[2] / "shared/data"))


@dataclass(frozen=True, slots=True)
class Subject:
    """A network on a domain, and the forms to make of it.

    Attributes:
        name: What the reader knows the network by.
        network: Q^n -> Q^m.
        where: The domain as the table names it.
        domain: Where the forms are to be equal to the network.
        forms: As `relucert transform --list` names them.
        sketch: Hidden widths of the sketch's two-hidden-layer form, its seconds to build and
            to prove; empty where it has none.
    """

    name: str
    network: Network
    where: str
    domain: Domain
    forms: tuple[str, ...]
    sketch: tuple[str, str] = ("", "")


ALL = ("two-hidden", "lattice", "three-hidden")
MORE = (*ALL, "global-linear")
ONE = ("one-hidden", *ALL)
TWO = ("two-hidden", "three-hidden")
DEEP = ("two-hidden", "log2-depth", "three-hidden")
LAYERED = ("two-hidden", "log2-depth")
SHALLOW = ("two-hidden",)
LOG2 = ("log2-depth",)

# widths, seed, forms, radius of the box about 0 (0: all of R^n), the sketch's form
RANDOM: tuple[tuple[tuple[int, ...], int, tuple[str, ...], int, tuple[str, str]], ...] = (
    ((1, 4, 4, 1), 1, ("one-hidden", *MORE), 0, ("", "")),
    ((1, 8, 8, 8, 1), 1, ONE, 0, ("", "")),
    ((2, 6, 1), 1, ONE, 0, ("", "")),
    ((2, 3, 3, 1), 1, MORE, 0, ("14, 12", "0.03, 0.1")),
    ((2, 4, 4, 1), 1, ALL, 0, ("19, 18", "0.05, 0.4")),
    ((2, 5, 5, 1), 1, ALL, 0, ("30, 28", "0.15, 1.8")),
    ((2, 3, 3, 3, 1), 2, ALL, 0, ("11, 8", "0.03")),
    ((2, 4, 4, 4, 2), 3, ALL, 0, ("24, 26", "0.14")),
    ((2, 8, 8, 8, 1), 1, TWO, 0, ("132, 127", "1.1, 0.2 kinks")),
    ((2, 16, 16, 1), 1, TWO, 0, ("241, 242", "5.5, 0.7 kinks")),
    ((2, 24, 24, 1), 1, ("two-hidden",), 0, ("488, 484", "28, 1.9 kinks")),
    ((3, 5, 1), 1, ONE, 0, ("", "")),
    ((3, 3, 3, 1), 1, MORE, 0, ("9, 8", "0.03")),
    ((3, 3, 3, 3, 1), 2, ALL, 0, ("10, 9", "0.04")),
    ((3, 4, 3, 2, 1), 2, TWO, 0, ("38, 74", "0.24, no proof")),
    ((3, 4, 4, 4, 1), 4, TWO, 0, ("231, 575", "4.3, no proof")),
    ((4, 3, 3, 1), 1, ("lattice", *DEEP, "global-linear"), 0, ("", "")),
    ((4, 4, 3, 3, 1), 1, DEEP, 1, ("", "")),
    ((5, 3, 3, 1), 1, ("lattice", *DEEP, "global-linear"), 0, ("", "")),
    ((5, 4, 3, 3, 1), 1, DEEP, 1, ("", "")),
)

# file in arch-comp, centre, radii or all of R^n, forms
PUBLIC = (
    ("single_pendulum.onnx", "0 0", "all", SHALLOW),
    ("double_pendulum_more_robust.onnx", "0 0 0 0", "1/20 1/10 1/5 3/10", SHALLOW),
    ("double_pendulum_more_robust.onnx", "23/20 23/20 23/20 23/20", "1/5 2/5 4/5", SHALLOW),
    ("acc_5_20.onnx", "30 7/5 30 80 2", "1 2 3", LAYERED),
    ("acc_5_20.onnx", "30 7/5 30 80 2", "4", LOG2),
)


def random_subjects() -> Iterator[Subject]:
    """The networks of the table, in order."""
    for widths, seed, forms, radius, sketch in RANDOM:
        inputs = widths[0]
        domain = Box.cube(inputs, -radius, radius) if radius else Space(inputs)
        where = f"[-{radius},{radius}]^{inputs}" if radius else f"R^{inputs}"
        name = f"{'-'.join(map(str, widths))}, seed {seed}"
        yield Subject(name, rational_network(widths, seed), where, domain, forms, sketch)


def own_subjects() -> Iterator[Subject]:
    """The random networks, and maxima by binary trees."""
    yield from random_subjects()
    for count in (5, 6, 9):
        name = f"maximum of {count}"
        forms = ("maximum",)
        yield Subject(name, maximum_network(count), f"R^{count}", Space(count), forms)


def public_subjects() -> Iterator[Subject]:
    """Controllers over R^2 and, with more inputs, on boxes about a point, if they are at hand."""
    for file, centre, radii, forms in PUBLIC:
        path = DATA / "arch-comp" / file
        if path.exists():
            network = read_network(path).network
            middle = [Fraction(text) for text in centre.split()]
            for text in radii.split():
                where = f"radius {text} about ({centre.replace(' ', ', ')})"
                domain: Domain = Space(network.inputs)
                if text == "all":
                    where = f"R^{network.inputs}"
                else:
                    domain = box_about(middle, Fraction(text))
                yield Subject(path.stem, network, where, domain, forms)


def box_about(centre: Sequence[Fraction], radius: Fraction) -> Box:
    """The box of the points no coordinate of which is farther away than the radius."""
    lower = tuple(value - radius for value in centre)
    return Box(lower, tuple(value + radius for value in centre))


def rational_network(widths: tuple[int, ...], seed: int) -> Network:
    """Weights and biases p/q with |p| <= 8 and 1 <= q <= 4, drawn layer by layer.

    They are drawn in the order of the sketch, so equal widths and seeds are equal networks.
    """
    random = Random(seed)

    def draw(count: int) -> list[Fraction]:
        return [Fraction(random.randint(-8, 8), random.randint(1, 4)) for _ in range(count)]

    layers = []
    for inputs, outputs in pairwise(widths):
        weight = [draw(inputs) for _ in range(outputs)]
        layers.append(Affine.dense(weight, draw(outputs)))
    return Network(tuple(layers))
