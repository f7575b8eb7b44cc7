"""The atlas: classes of networks, reductions between them, and what keeps them apart.

A reduction rewrites every member of one class as a member of another, at a cost, by a theorem and
a command. A separation names a member of one class that is none of the other, and its check.
"""

from collections.abc import Callable
from dataclasses import dataclass

from theory.architectures import separation


@dataclass(frozen=True, slots=True)
class Architecture:
    """A class of networks.

    Attributes:
        key: Its name in the atlas.
        about: What it holds.
        column: Where it stands in the drawing, from the left.
        row: The same, from the top.
    """

    key: str
    about: str
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """Every member of `source` is, rewritten, one of `target`, as far as the cost says.

    Attributes:
        source: The key of a class.
        target: The key of another one.
        cost: What the rewriting costs, as a formula; `none` where it is an inclusion.
        theorem: The IDs of the theorems.
        command: The words of a relucert command that does it to an example; none for inclusions.
    """

    source: str
    target: str
    cost: str
    theorem: str
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Separation:
    """A member of `larger` that is no member of `smaller`.

    Attributes:
        larger: The key of a class.
        smaller: The key of another one.
        witness: The member, and what tells.
        theorem: The IDs of the theorems.
        check: Evaluates the witness, exactly.
    """

    larger: str
    smaller: str
    witness: str
    theorem: str
    check: Callable[[], bool]


ARCHITECTURES = (
    Architecture("affine", "affine maps", 0, 0),
    Architecture("one-hidden", "ReLU networks with one hidden layer", 1, 0),
    Architecture("two-hidden", "ReLU networks with two hidden layers", 2, 0),
    Architecture("log-depth", "ReLU networks with ceil(log2(n + 1)) hidden layers", 2, 1),
    Architecture("lattice", "maxima of minima of affine functions", 2, 2),
    Architecture("mlp", "ReLU networks of any depth: the piecewise affine functions", 3, 1),
    Architecture("graph", "DAGs: CNN, ResNet, DenseNet, pools, maxout, clip", 5, 0),
    Architecture("serial", "residual blocks one after the other", 4, 0),
    Architecture("parallel", "residual blocks side by side", 3, 0),
    Architecture("orthogonal", "serial blocks that read nothing that blocks write", 4, 2),
    Architecture("one-weight", "all edges share one weight", 1, 2),
    Architecture("rnn", "ReLU recurrent networks, every length", 4, 1),
    Architecture("saturated-rnn", "saturated-linear recurrent networks", 5, 1),
    Architecture("turing", "Turing machines", 6, 0),
    Architecture("window", "piecewise affine functions of the last k inputs", 5, 2),
    Architecture("automaton", "N states: finite precision", 6, 2),
    Architecture("attention", "linear attention: polynomials", 6, 3),
    Architecture("steps", "networks of step functions", 5, 3),
    Architecture("convex", "input-convex networks", 0, 3),
    Architecture("monotone", "monotone networks", 1, 3),
    Architecture("bias-free", "networks without biases", 2, 3),
    Architecture("equivariant", "maps that follow permuted inputs", 3, 3),
    Architecture("invariant", "functions of unordered inputs", 4, 3),
)

_BOX = ("--domain", "box:-1,1")
REDUCTIONS = (
    Reduction("affine", "one-hidden", "none: no unit is needed", "T01"),
    Reduction("one-hidden", "two-hidden", "at most 2 m more units, y = relu(y) - relu(-y)", "T02"),
    Reduction("two-hidden", "mlp", "none", "T01"),
    Reduction("log-depth", "mlp", "none", "T01"),
    Reduction("bias-free", "mlp", "none", "T01"),
    Reduction("convex", "mlp", "none", "T01"),
    Reduction("serial", "graph", "none", "T42"),
    Reduction("window", "mlp", "none: k d inputs", "T01"),
    Reduction(
        "mlp",
        "two-hidden",
        "two hidden layers for up to five inputs; width by the number of regions",
        "T05, T20",
        ("transform", "two-hidden", "examples/diabetes_2-8-8-1.onnx", *_BOX),
    ),
    Reduction(
        "mlp",
        "log-depth",
        "ceil(log2(n + 1)) hidden layers; or ceil(log3((n + 1) / 2)) + 1 (T19)",
        "T09, T19",
        ("transform", "log-depth", "examples/diabetes_2-8-8-1.onnx", *_BOX),
    ),
    Reduction(
        "mlp",
        "lattice",
        "at most as many minima as unique-order cells",
        "T21",
        ("transform", "lattice", "examples/diabetes_2-8-8-1.onnx", *_BOX),
    ),
    Reduction(
        "lattice",
        "mlp",
        "ceil(log2 k) hidden layers for k affine functions, 3 (k - 1) units or a few more",
        "T10, T41",
        ("transform", "maximum", "examples/maximum_of_5.json"),
    ),
    Reduction(
        "graph",
        "mlp",
        "1 unit for what is carried and >= 0, else 2, a layer; 3 (k - 1) units for a maximum of k",
        "T41, T42",
        ("show", "examples/graphs/cancer_residual.onnx"),
    ),
    Reduction("orthogonal", "serial", "none", "T49"),
    Reduction(
        "orthogonal",
        "parallel",
        "none: the same branches; depth max H_k, not sum H_k",
        "T49",
        ("transform", "parallel", "examples/residual/orthogonal.json"),
    ),
    Reduction(
        "parallel",
        "mlp",
        "max H_k hidden layers, block diagonal; 2 n more units a layer for x",
        "T49",
        ("transform", "parallel", "examples/residual/orthogonal.json"),
    ),
    Reduction(
        "one-weight",
        "mlp",
        "2 units for absolute value, 1 for relu; every weight by w = 1 and w = -1",
        "T50",
        (
            "agnostic",
            "examples/agnostic/xnor.json",
            *("--largest", "1", "--domain", "box:1/2,3;1/2,3"),
        ),
    ),
    Reduction(
        "rnn",
        "mlp",
        "T steps: n + 2 d (T - t) units in layer t, T hidden layers",
        "T43",
        ("transform", "unroll", "examples/recurrent/delays.json", "--steps", "3"),
    ),
    Reduction(
        "mlp",
        "rnn",
        "the same hidden units; f(x_1) at time D",
        "T43",
        ("transform", "wavefront", "examples/diabetes_2-8-8-1.onnx"),
    ),
    Reduction(
        "saturated-rnn",
        "rnn",
        "2 n units for n",
        "T43",
        ("transform", "saturated-to-relu", "examples/atlas/saturated.json", "--domain", "all"),
    ),
    Reduction(
        "turing",
        "saturated-rnn",
        "|Q| k + 2 |Q| + 2 k + 10 units, 3 steps for one",
        "T46",
        (
            *("transform", "turing", "examples/machines/busy_beaver_2.tm"),
            *("--set", "activation=saturated"),
        ),
    ),
    Reduction(
        "turing",
        "rnn",
        "2 (|Q| k + 2 |Q| + 2 k + 10) units of relu, 3 steps for one",
        "T46",
        ("transform", "turing", "examples/machines/busy_beaver_2.tm"),
    ),
)

SEPARATIONS = (
    Separation(
        "one-hidden",
        "affine",
        "|x|: second difference 2 at 0",
        "T51",
        separation.relu_is_not_affine,
    ),
    Separation(
        "two-hidden",
        "one-hidden",
        "max(0, x_1, x_2) bends by two amounts on one line",
        "T30, T51",
        separation.two_hidden_are_not_one,
    ),
    Separation(
        "mlp",
        "one-hidden",
        "the sawtooth: k layers of 2 units, 2^k pieces; one layer needs 2^k units",
        "T32, T51",
        separation.deep_are_not_shallow,
    ),
    Separation(
        "rnn",
        "mlp",
        "two units make the sawtooth with 2^T pieces in T steps: no fixed depth with few units",
        "T32, T51",
        separation.recurrent_are_not_of_fixed_depth,
    ),
    Separation(
        "rnn",
        "window",
        "parity: two strings with the same last k bits",
        "T51",
        separation.recurrent_are_no_windows,
    ),
    Separation(
        "rnn",
        "automaton",
        "a counter: N + 1 different outputs",
        "T51",
        separation.recurrent_are_no_automata,
    ),
    Separation(
        "attention",
        "mlp",
        "x^2: f(x - h) - 2 f(x) + f(x + h) = 2 h^2 is 0 on no interval",
        "T51",
        separation.attention_is_not_piecewise_affine,
    ),
    Separation(
        "steps",
        "mlp",
        "the step: it rises by 1 within 1 / (L + 1), for any slope L",
        "T51",
        separation.steps_are_not_continuous,
    ),
    Separation(
        "mlp",
        "steps",
        "relu takes 2 N + 2 values, N steps in one layer at most 2 N + 1",
        "T51",
        separation.networks_are_no_steps,
    ),
    Separation(
        "serial",
        "parallel",
        "x + relu(x) twice is 4 at 1, the same branches side by side give 3",
        "T49, T51",
        separation.serial_are_not_parallel,
    ),
    Separation("mlp", "convex", "-|x| is above its chord", "T51", separation.relu_are_not_convex),
    Separation("mlp", "monotone", "-|x| falls", "T51", separation.relu_are_not_monotone),
    Separation(
        "mlp",
        "bias-free",
        "relu(x) + 1 is not 0 at 0",
        "T51",
        separation.relu_are_not_free_of_biases,
    ),
    Separation(
        "mlp",
        "equivariant",
        "(x_1, 0) when inputs change places",
        "T51",
        separation.relu_are_not_equivariant,
    ),
    Separation(
        "mlp",
        "invariant",
        "x_1 when inputs change places",
        "T51",
        separation.relu_are_not_invariant,
    ),
)
