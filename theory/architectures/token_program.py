"""Programs on tokens: what transformer blocks compute, step by step, with exact numbers.

A program maps the rows x_1, ..., x_t of d numbers to rows of m numbers, for every number t of
tokens and all tokens alike. The values at a token are its d numbers, then what the steps append
in turn; every map below reads all values at its token that are there before the step.

    Attention   sum over j of a_ij value(j), where a_i are weights made of the scores
                s_ij = scale * (query(i) . key(j)), plus a number for j > i: softmax over the
                tokens j, or over j <= i alone, or relu(s_ij), or s_ij itself
    Elementwise f(argument), number by number, f one of FUNCTIONS
    Product     left * right, number by number

Layer normalisation is products and an inverse root, gated units are products.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.architectures.attention import AttentionLayer
from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Affine

FUNCTIONS = ("erf", "gelu", "gelu_tanh", "inverse_root", "relu", "sigmoid", "tanh")
WEIGHTS = ("linear", "relu", "softmax")


@dataclass(frozen=True, slots=True)
class Attention:
    """One head, from the values at all tokens to its values at each.

    Attributes:
        query: From the values at token i.
        key: From the values at token j, to as many numbers.
        value: From the values at token j.
        scale: The factor on all scores.
        weights: One of WEIGHTS.
        later: What is added to scores for j > i, or None if those tokens are not looked at.
    """

    query: Affine
    key: Affine
    value: Affine
    scale: Fraction
    weights: str
    later: Fraction | None = ZERO

    @property
    def maps(self) -> tuple[Affine, ...]:
        """The maps that read values."""
        return self.query, self.key, self.value

    @property
    def outputs(self) -> int:
        """How many values the step appends."""
        return self.value.outputs


@dataclass(frozen=True, slots=True)
class Elementwise:
    """f(argument); inverse_root is 1 / sqrt(v) where v > 0, and 0 elsewhere."""

    name: str
    argument: Affine

    @property
    def maps(self) -> tuple[Affine, ...]:
        """The maps that read values."""
        return (self.argument,)

    @property
    def outputs(self) -> int:
        """How many values the step appends."""
        return self.argument.outputs


@dataclass(frozen=True, slots=True)
class Product:
    """Left * right, number by number."""

    left: Affine
    right: Affine

    @property
    def maps(self) -> tuple[Affine, ...]:
        """The maps that read values."""
        return self.left, self.right

    @property
    def outputs(self) -> int:
        """How many values the step appends."""
        return self.left.outputs


Step = Attention | Elementwise | Product


@dataclass(frozen=True, slots=True)
class TokenProgram:
    """Rows of `inputs` numbers to rows of `output.outputs` numbers.

    Theorem: T55 (transformer blocks after a gauge rewrite).

    Raises:
        ShapeError: a map reads values that are not there, or sizes do not fit.
    """

    inputs: int
    steps: tuple[Step, ...]
    output: Affine

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        values = self.inputs
        for number, step in enumerate(self.steps):
            place = f"step {number}"
            for map_ in step.maps:
                if map_.inputs != values:
                    raise ShapeError(f"{place}: reads {map_.inputs} values, there are {values}")
            _check_step(step, place)
            values += step.outputs
        if self.output.inputs != values or not self.inputs or not self.output.outputs:
            raise ShapeError(f"output: reads {self.output.inputs} values, there are {values}")


def _check_step(step: Step, place: str) -> None:
    if not step.outputs:
        raise ShapeError(f"{place}: appends no values")
    match step:
        case Attention():
            if step.query.outputs != step.key.outputs:
                raise ShapeError(f"{place}: queries and keys have different sizes")
            if step.weights not in WEIGHTS or (step.weights != "softmax" and step.later != 0):
                raise ShapeError(f"{place}: expected {', '.join(WEIGHTS)}; masks for softmax")
        case Elementwise() if step.name not in FUNCTIONS:
            raise ShapeError(f"{place}: expected a function of {', '.join(FUNCTIONS)}")
        case Product() if step.left.outputs != step.right.outputs:
            raise ShapeError(f"{place}: a product of {step.left.outputs}, {step.right.outputs}")
        case _:
            pass


def attention_program(layer: AttentionLayer) -> TokenProgram:
    """The program of an attention layer with softmax or relu, or a linear one.

    Theorem: T55 (transformer blocks after a gauge rewrite).

    Raises:
        ScopeError: the layer is of another kind.
    """
    if layer.kind not in WEIGHTS:
        raise ScopeError(f"expected weights {' or '.join(WEIGHTS)}, got {layer.kind}")
    values = layer.inputs
    steps: list[Step] = []
    rows: list[list[Fraction]] = []  # of the output, for each value of a step
    for head in layer.heads:
        maps = []
        for matrix, bias in (
            (head.query, head.query_bias),
            (head.key, head.key_bias),
            (head.value, head.value_bias),
        ):
            columns = [
                [*column, *(ZERO,) * (values - layer.inputs)]
                for column in zip(*matrix, strict=True)
            ]
            maps.append(Affine.dense(columns, bias, values))
        steps.append(Attention(maps[0], maps[1], maps[2], Fraction(1), layer.kind))
        rows += [list(row) for row in head.output]
        values += len(head.value_bias)
    none = [[ZERO] * len(layer.output_bias)] * layer.inputs
    weights = [list(column) for column in zip(*(none + rows), strict=True)]
    return TokenProgram(layer.inputs, tuple(steps), Affine.dense(weights, layer.output_bias))
