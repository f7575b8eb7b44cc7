"""relucert kernel: the kernels of infinitely wide ReLU networks, exactly and to any digits."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, Quiet
from verify.cli.terminal import Terminal, counted, vector

if TYPE_CHECKING:
    from theory.kernels.recursion import Kernels, Variances
    from theory.network import Vector

_LONGEST = 400  # characters of an expression or a rational number

Depth = Annotated[
    int, typer.Option("--depth", metavar="L", help="The number of hidden layers, 0 to 1000.")
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="X", help='The point x: exact numbers, "3/5,4/5".'),
]
And = Annotated[
    str | None,
    typer.Option("--and", metavar="Y", help="The point y.", show_default="x itself"),
]
Weights = Annotated[
    str,
    typer.Option(
        "--weight-variance",
        metavar="W",
        help="One for all layers, or L + 1 of them from the first layer to the last: 2,1,3.",
    ),
]
Biases = Annotated[
    str, typer.Option("--bias-variance", metavar="B", help="One for all layers, or L + 1 of them.")
]
Digits = Annotated[
    int, typer.Option("--digits", metavar="N", help="Significant digits, all of them certain.")
]
Other = Annotated[
    str | None,
    typer.Option(
        "--compare",
        metavar="L[:W[:B]]",
        help="Has a network of this depth, with these variances or else the same ones, the same "
        "kernels for all inputs?",
    ),
]
Inputs = Annotated[
    int | None,
    typer.Option(
        "--inputs", metavar="N", min=1, help="With --compare: the inputs.", show_default="2"
    ),
]


@dataclass(frozen=True, slots=True)
class Described:
    """An infinitely wide network, and how it was written."""

    depth: str
    weights: str
    biases: str
    variances: "Variances"

    def __str__(self) -> str:
        return (
            f"{counted(self.variances.depth, 'hidden layer', 'hidden layers')}, variances of "
            f"weights {self.weights} and of biases {self.biases}"
        )


def kernel(
    *,
    depth: Depth,
    at: At = None,
    and_: And = None,
    weights: Weights = "2",
    biases: Biases = "0",
    digits: Digits = 30,
    compare: Other = None,
    inputs: Inputs = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """The kernels K and T of infinitely wide ReLU networks: at two points, or of two networks.

    K is the covariance of its outputs at random weights (NNGP), T the neural tangent kernel.
    """
    from verify.cli.kernel_comparison import compared
    from verify.errors import InputError

    terminal = Terminal(json, quiet)
    network = _described(str(depth), weights, biases, "--depth")
    pair = _pair(at, and_)
    if compare is None:
        if pair is None:
            raise InputError("--at", "expected a point, such as 3/5,4/5")
        if inputs is not None:
            raise InputError("--inputs", "is for --compare; the points have their dimension")
        return _values(network, pair, digits, terminal)
    other = _other(compare, network)
    if pair is not None and inputs not in (None, len(pair[0])):
        raise InputError("--inputs", f"the points have {len(pair[0])} coordinates, not {inputs}")
    pairs = () if pair is None else (pair,)
    dimension = (inputs or 2) if pair is None else len(pair[0])
    heads = (f"left:  {network}", f"right: {other}")
    return compared((network.variances, other.variances), heads, dimension, pairs, terminal)


# --------------------------------------------------------------------------------- what is asked


def _described(depth: str, weights: str, biases: str, where: str) -> Described:
    """The network that texts describe.

    Raises:
        InputError: the depth is no number of layers, or the variances are not as many.
        TheoryError: a number is malformed or out of range.
    """
    from theory.kernels.recursion import MOST_LAYERS, Variances
    from verify.errors import InputError

    if not (depth.isascii() and depth.isdigit() and int(depth[:9]) < MOST_LAYERS):
        raise InputError(where, f"expected 0 to {MOST_LAYERS - 1} hidden layers, got {depth[:60]}")
    layers = int(depth) + 1
    lists = (
        _list(weights, layers, "--weight-variance"),
        _list(biases, layers, "--bias-variance"),
    )
    return Described(depth, weights, biases, Variances(*lists))


def _list(text: str, layers: int, where: str) -> "Vector":
    from verify.errors import InputError

    values = _numbers(text, where)
    if len(values) == 1:
        return values * layers
    if len(values) != layers:
        raise InputError(where, f"expected 1 number or {layers}, one a layer, got {len(values)}")
    return values


def _numbers(text: str, where: str) -> "Vector":
    from theory.errors import NumberError
    from theory.rational import rational
    from verify.errors import InputError

    try:
        return tuple(map(rational, text.split(",")))
    except NumberError as error:
        raise InputError(where, str(error)) from None


def _pair(at: str | None, and_: str | None) -> "tuple[Vector, Vector] | None":
    from verify.errors import InputError

    if at is None:
        if and_ is not None:
            raise InputError("--and", "expected --at too")
        return None
    first = _numbers(at, "--at")
    second = first if and_ is None else _numbers(and_, "--and")
    if len(first) != len(second):
        raise InputError("--and", f"expected {len(first)} numbers, as in --at, got {len(second)}")
    return first, second


def _other(text: str, network: Described) -> Described:
    """The other network: L, L:W or L:W:B; what is left out is as in the first."""
    from verify.errors import InputError

    parts = text.split(":")
    if len(parts) > 3:
        raise InputError("--compare", f"expected L, L:W or L:W:B, got {text[:60]}")
    kept = (network.depth, network.weights, network.biases)
    depth, weights, biases = (*parts, *kept[len(parts) :])
    return _described(depth, weights, biases, "--compare")


# ------------------------------------------------------------------------------- what is answered


def _values(
    network: Described, pair: "tuple[Vector, Vector]", digits: int, terminal: Terminal
) -> int:
    from theory.kernels.recursion import decimals, kernels, tangent_at

    found = kernels(*pair, network.variances)
    last = found.layers[-1]
    texts = decimals(found, digits)
    if last.cross is not None and last.tangent is not None:
        texts = _rational(last.cross, digits), _rational(last.tangent, digits)
    tangents = [tangent_at(point, network.variances) for point in pair]
    squares = {"K": (last.first, last.second), "T": tangents}
    values = {
        name: [*(_rational(one, digits) for one in squares[name]), text]
        for name, text in zip(squares, texts, strict=True)
    }
    expressions = _expressions(found)
    lines = [
        f"{network}, {counted(len(pair[0]), 'input', 'inputs')}",
        f"x = {vector(pair[0])}, y = {vector(pair[1])}",
        *(
            f"{name}(x,x) = {first}, {name}(y,y) = {second}"
            for name, (first, second, _) in values.items()
        ),
        *(f"{name}(x,y) = {cross}" for name, (_, _, cross) in values.items()),
        *(f"{name} = {value}" for name, value in expressions.items()),
        "every digit is certain, the last one rounded"
        if last.cross is None
        else "all are rational numbers; ~ marks rounded ones",
    ]
    if not expressions:
        lines.append("the expressions are left out: they are long")
    facts: dict[str, object] = {
        name: dict(zip(("xx", "yy", "xy"), texts, strict=True)) for name, texts in values.items()
    }
    facts |= {"digits": digits, "is_rational": last.cross is not None, "expressions": expressions}
    terminal.tell(facts, lines)
    return 0


def _rational(value: Fraction, digits: int) -> str:
    """A rational number, or its decimals marked by ~ if it is long."""
    from theory.kernels.recursion import Interval, certain_decimal

    if _size(value) <= _LONGEST:
        return str(value)
    return f"~{certain_decimal(Interval(value, value), digits)}"


def _size(value: Fraction) -> int:
    """About how many digits the numerator and the denominator have."""
    return (value.numerator.bit_length() + value.denominator.bit_length()) * 3 // 10


def _expressions(found: "Kernels") -> dict[str, str]:
    """K_l and T_l as expressions; nothing where they are too long to read."""
    from theory.kernels.expression import LONGEST_DEPTH, equations

    if found.variances.depth > LONGEST_DEPTH:
        return {}
    if max(_size(layer.first * layer.second) for layer in found.layers) > _LONGEST:
        return {}
    lines = {str(line.lhs): str(line.rhs) for line in equations(found)}
    return lines if max(map(len, lines.values())) <= _LONGEST else {}
