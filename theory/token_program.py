"""Programs on tokens: what transformer blocks compute, step by step, with exact numbers.

A program maps the rows x_1, ..., x_t of d numbers to rows of m numbers, for every number t of
tokens and all tokens alike. The values at a token are its d numbers, then what the steps append
in turn; every map below reads all values at its token that are there before the step.

    Attention   sum over j of a_ij value(j), where a_i are weights made of the scores
                s_ij = scale * (query(i) . key(j)): softmax, or relu(s_ij) without a quotient
    Elementwise f(argument), number by number, f one of FUNCTIONS
    Product     left * right, number by number

Layer normalisation is products and an inverse root, gated units are products.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ShapeError
from theory.network import Affine

FUNCTIONS = ("erf", "gelu", "gelu_tanh", "inverse_root", "relu", "sigmoid", "tanh")
WEIGHTS = ("relu", "softmax")


@dataclass(frozen=True, slots=True)
class Attention:
    """One head, from the values at all tokens to its values at each.

    Attributes:
        query: From the values at token i.
        key: From the values at token j, to as many numbers.
        value: From the values at token j.
        scale: The factor on all scores.
        weights: One of WEIGHTS.
    """

    query: Affine
    key: Affine
    value: Affine
    scale: Fraction
    weights: str

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

    @property
    def about(self) -> str:
        """The steps in words: 2 softmax heads, 3 products, ..."""
        names = [_name(step) for step in self.steps]
        counted = {name: names.count(name) for name in names}
        told = [f"{count} {name}{'s' * (count > 1)}" for name, count in counted.items()]
        return ", ".join(told) or "an affine map"


def _check_step(step: Step, place: str) -> None:
    if not step.outputs:
        raise ShapeError(f"{place}: appends no values")
    match step:
        case Attention():
            if step.query.outputs != step.key.outputs:
                raise ShapeError(f"{place}: queries and keys have different sizes")
            if step.weights not in WEIGHTS:
                raise ShapeError(f"{place}: expected weights {', '.join(WEIGHTS)}")
        case Elementwise() if step.name not in FUNCTIONS:
            raise ShapeError(f"{place}: expected a function of {', '.join(FUNCTIONS)}")
        case Product() if step.left.outputs != step.right.outputs:
            raise ShapeError(f"{place}: a product of {step.left.outputs}, {step.right.outputs}")
        case _:
            pass


def _name(step: Step) -> str:
    match step:
        case Attention():
            return f"{step.weights} head"
        case Elementwise():
            return f"{step.name.replace('_', ' ')} layer"
        case Product():
            return "product layer"
