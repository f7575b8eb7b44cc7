"""Integer affine forms: a tuple (c, g_1, ..., g_n) stands for x -> c + g_1 x_1 + ... + g_n x_n.

Scaling a form by a positive number changes neither its sign nor the place of its zeros, and
relu commutes with it, so exact geometry needs integers only. A network is scaled once:
layer l by the least common denominator D_l of its entries, its biases also by
s_(l-1) = D_1 ... D_(l-1); then every integer form of layer l is s_l times the true one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from theory.network import Affine, Network, Vector

Form = tuple[int, ...]


def content(form: Form) -> int:
    """The greatest common divisor of the entries, 0 for the zero form."""
    return gcd(*form)


def primitive(form: Form) -> Form:
    """The form divided by its content; the zero form stays."""
    divisor = gcd(*form)
    return form if divisor <= 1 else tuple(entry // divisor for entry in form)


def negated(form: Form) -> Form:
    """-form."""
    return tuple(-entry for entry in form)


def is_constant(form: Form) -> bool:
    """Whether all gradient entries vanish."""
    return not any(form[1:])


def oriented(form: Form) -> tuple[Form, int]:
    """The canonical key of the hyperplane form = 0, and the factor q with form = q * key.

    The key is primitive and its first nonzero gradient entry is positive, so two forms with
    the same zero set have the same key. q is negative where the form was flipped.
    The form must not be constant.
    """
    divisor = gcd(*form)
    if next(entry for entry in form[1:] if entry) < 0:
        divisor = -divisor
    return (form if divisor == 1 else tuple(entry // divisor for entry in form)), divisor


def combination(terms: Iterable[tuple[int, Form]], size: int) -> Form:
    """The sum of weight * form over the terms, a form with `size` entries."""
    total = [0] * size
    for weight, form in terms:
        for index, entry in enumerate(form):
            total[index] += weight * entry
    return tuple(total)


def coordinate_forms(inputs: int) -> tuple[Form, ...]:
    """The forms x_1, ..., x_n."""
    return tuple(
        tuple(int(entry == index + 1) for entry in range(inputs + 1)) for index in range(inputs)
    )


def integer_form(constant: Fraction, gradient: Sequence[Fraction]) -> tuple[Form, int]:
    """The integer form (c, g) * d and the least positive integer d that makes it integral."""
    scale = lcm(constant.denominator, *(entry.denominator for entry in gradient))
    return tuple(int(entry * scale) for entry in (constant, *gradient)), scale


@dataclass(frozen=True, slots=True)
class IntegerLayer:
    """A layer scaled to integers: sparse rows of (column, weight) and biases."""

    rows: tuple[tuple[tuple[int, int], ...], ...]
    bias: tuple[int, ...]

    def forms(self, values: Sequence[Form], size: int) -> tuple[Form, ...]:
        """The preactivation forms of this layer over the given activation forms.

        Args:
            values: The form of every unit of the layer before (of every input for the first).
            size: n + 1.
        """
        found = []
        for row, bias in zip(self.rows, self.bias, strict=True):
            total = [0] * size
            total[0] = bias
            for column, weight in row:
                for index, entry in enumerate(values[column]):
                    if entry:
                        total[index] += weight * entry
            found.append(tuple(total))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class IntegerNetwork:
    """A network scaled to integers; the forms of layer l are scales[l] times the true ones."""

    inputs: int
    layers: tuple[IntegerLayer, ...]
    scales: tuple[int, ...]

    @property
    def scale(self) -> int:
        """The factor between the integer output forms and the true outputs."""
        return self.scales[-1]

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """The true outputs at a rational point: what `Network` says, by integers, so faster."""
        common = lcm(*(value.denominator for value in point))
        values = [int(value * common) for value in point]
        for index, layer in enumerate(self.layers):
            if index:
                values = [value if value > 0 else 0 for value in values]
            values = [
                sum((weight * values[column] for column, weight in row), common * bias)
                for row, bias in zip(layer.rows, layer.bias, strict=True)
            ]
        return tuple(Fraction(value, common * self.scale) for value in values)


def _common_denominator(layer: Affine) -> int:
    return lcm(
        *(weight.denominator for row in layer.rows for _, weight in row),
        *(bias.denominator for bias in layer.bias),
    )


def _times(common: int, value: Fraction) -> int:
    """The integer common * value; with no Fraction in between it is much faster."""
    return value.numerator * (common // value.denominator)


def integer_layer(layer: Affine, scale: int = 1) -> tuple[IntegerLayer, int]:
    """The layer scaled to integers where its inputs are `scale` times the true ones.

    With it comes the factor between what it gives and the true values.
    """
    common = _common_denominator(layer)
    rows = tuple(
        tuple((column, _times(common, weight)) for column, weight in row) for row in layer.rows
    )
    bias = tuple(_times(common, value) * scale for value in layer.bias)
    return IntegerLayer(rows, bias), scale * common


def integer_network(network: Network) -> IntegerNetwork:
    """The network scaled to integers, layer by layer (see the module's formula).

    Theorem: T01 (network semantics and integer scaling).
    """
    layers: list[IntegerLayer] = []
    scales: list[int] = []
    scale = 1
    for layer in network.layers:
        whole, scale = integer_layer(layer, scale)
        layers.append(whole)
        scales.append(scale)
    return IntegerNetwork(network.inputs, tuple(layers), tuple(scales))
