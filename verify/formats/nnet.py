"""NNet text: networks with the normalisation of their inputs and outputs.

    // any comments
    layers, inputs, outputs, largest width,
    inputs, width, ..., outputs,
    0,                                      (a flag that is not used)
    minima of the inputs,   maxima,
    means of the inputs and, last, of the outputs,   ranges, likewise
    the rows of W_1, a line each, the entries of b_1, a line each, W_2, ...

Every number is a decimal text and means its decimal value: 0.1 is 1/10, not a float. By
default the network is that of the physical quantities, x -> r f((x - means) / ranges) + m with
the normalisation composed exactly into the first and last layer; the view `normalised` is f
alone, from normalised inputs to outputs as the last layer has them. Some evaluators clip
inputs to the minima and maxima; the network that is read does not.

Source: the NNet format of Kyle Julian, Stanford 2016.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from theory.errors import NumberError
from theory.network import Affine, Network, Vector, sparse_row
from theory.rational import rational
from verify.errors import FormatError

_CLIPPED = "inputs are not clipped to the minima and maxima of the file"
_VIEWED = "without the normalisation of the file: inputs and outputs as the layers have them"


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a file without comments and empty ones, with their numbers."""

    where: str
    lines: tuple[tuple[int, str], ...]

    def fields(self, index: int, what: str) -> tuple[str, list[str]]:
        """The place of a line, for messages, and its texts between commas."""
        if index >= len(self.lines):
            raise FormatError(self.where, f"expected {what}, but the file ends")
        number, line = self.lines[index]
        fields = [field.strip() for field in line.split(",")]
        return f"{self.where}, line {number}", fields[:-1] if fields[-1] == "" else fields

    def numbers(self, index: int, what: str, count: int | None = None) -> Vector:
        """The numbers of a line, as many as expected."""
        place, fields = self.fields(index, what)
        if count is not None and len(fields) != count:
            raise FormatError(place, f"{what}: expected {count} numbers, got {len(fields)}")
        try:
            return tuple(rational(field) for field in fields)
        except NumberError as error:
            raise FormatError(place, f"{what}: {error}") from None

    def counts(self, index: int, what: str) -> tuple[int, ...]:
        """The positive integers of a line."""
        place, fields = self.fields(index, what)
        good = all(field.isascii() and field.isdigit() and len(field) < 8 for field in fields)
        if not fields or not good or not all(map(int, fields)):
            raise FormatError(place, f"{what}: expected positive integers, got {fields}")
        return tuple(map(int, fields))


@dataclass(frozen=True, slots=True)
class _Normalisation:
    """Means and ranges: those of the inputs, and those of the outputs."""

    means: Vector
    ranges: Vector
    mean: Fraction
    range: Fraction


def parse_nnet(
    content: bytes, where: str, *, normalised: bool = False
) -> tuple[Network, tuple[str, ...]]:
    """The network in the bytes of an NNet file, and notes on how it was read.

    Args:
        content: The bytes of the file.
        where: The name of the file, for messages.
        normalised: Read the layers alone, on normalised inputs.

    Raises:
        FormatError: the bytes are not NNet text.
    """
    lines = _Lines(where, _lines(content, where))
    sizes = _sizes(lines)
    normalisation, notes = _normalisation(lines, sizes[0])
    layers, end = _layers(lines, sizes)
    if end != len(lines.lines):
        place = f"{where}, line {lines.lines[end][0]}"
        raise FormatError(place, f"expected the end of the file after {len(layers)} layers")
    if normalised:
        return Network(layers), (_VIEWED,)
    return Network(_physical(layers, normalisation)), (_CLIPPED, *notes)


def _lines(content: bytes, where: str) -> tuple[tuple[int, str], ...]:
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise FormatError(where, f"not NNet text, byte {error.start} is not ASCII") from None
    return tuple(
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("//")
    )


def _sizes(lines: _Lines) -> tuple[int, ...]:
    header = lines.counts(0, "layers, inputs, outputs and largest width")
    sizes = lines.counts(1, "sizes of the layers")
    if len(header) < 3 or header[:3] != (len(sizes) - 1, sizes[0], sizes[-1]):
        place = f"{lines.where}, line {lines.lines[1][0]}"
        raise FormatError(place, f"sizes {list(sizes)} contradict the header {list(header)}")
    return sizes


def _normalisation(lines: _Lines, inputs: int) -> tuple[_Normalisation, tuple[str, ...]]:
    lines.fields(2, "the unused flag")
    lines.numbers(3, "minima of the inputs")
    lines.numbers(4, "maxima of the inputs")
    means = lines.numbers(5, "means of inputs and outputs")
    if len(means) <= inputs:
        place, _ = lines.fields(5, "means")
        raise FormatError(place, f"means: expected {inputs + 1} numbers, got {len(means)}")
    ranges = lines.numbers(6, "ranges of inputs and outputs", len(means))
    if not all(ranges):
        raise FormatError(lines.fields(6, "ranges")[0], "ranges: expected no zero")
    found = _Normalisation(means[:inputs], ranges[:inputs], means[-1], ranges[-1])
    if len(means) == inputs + 1:
        return found, ()
    note = f"of {len(means)} means and ranges the first {inputs} and the last were used"
    return found, (note,)


def _layers(lines: _Lines, sizes: Sequence[int]) -> tuple[tuple[Affine, ...], int]:
    """The affine layers, and the number of the line after them."""
    layers = []
    start = 7
    for layer, (before, width) in enumerate(pairwise(sizes)):
        name = f"layer {layer}"
        rows = [lines.numbers(start + unit, f"{name}, row {unit}", before) for unit in range(width)]
        start += width
        bias = [lines.numbers(start + unit, f"{name}, bias {unit}", 1)[0] for unit in range(width)]
        start += width
        layers.append(Affine(before, tuple(sparse_row(row) for row in rows), tuple(bias)))
    return tuple(layers), start


def _physical(layers: Sequence[Affine], normalisation: _Normalisation) -> tuple[Affine, ...]:
    """The layers with (x - means) / ranges before them and range y + mean after them."""
    entry = _diagonal(
        tuple(1 / size for size in normalisation.ranges),
        tuple(
            -mean / size
            for mean, size in zip(normalisation.means, normalisation.ranges, strict=True)
        ),
    )
    outputs = layers[-1].outputs
    leave = _diagonal((normalisation.range,) * outputs, (normalisation.mean,) * outputs)
    first, *rest = layers
    found = [first.after(entry), *rest]
    found[-1] = leave.after(found[-1])
    return tuple(found)


def _diagonal(factors: Vector, addends: Vector) -> Affine:
    rows = tuple(((column, factor),) for column, factor in enumerate(factors))
    return Affine(len(factors), rows, addends)
