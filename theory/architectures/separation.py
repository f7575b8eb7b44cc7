"""Witnesses that one class of networks is not contained in another, each checked exactly.

A check evaluates the witness, a network or a formula, at rational points and compares what it
sees with what every member of the other class has. It takes a size where the class has one.

Theorem: T51 (separations of architectures).
"""

from fractions import Fraction

from theory.architectures.attention import AttentionHead, AttentionLayer
from theory.architectures.residual import ResidualBlocks
from theory.canonical.line import line_form
from theory.domain import Box, Space
from theory.graphs.gadget import absolute_value
from theory.graphs.wiring import Wiring
from theory.membership import NonMember, membership
from theory.network import ZERO, Affine, Network, Vector, relu
from theory.recurrence.recurrent import RecurrentNetwork
from theory.sawtooth import most_pieces, sawtooth

ONE = Fraction(1)


def _absolute() -> Network:
    wiring = Wiring(1)
    return wiring.network(wiring.splines(wiring.entry, [absolute_value()]))


def relu_is_not_affine() -> bool:
    """|x| has the second difference 2 at 0; an affine function has 0 everywhere.

    Theorem: T51 (separations of architectures).
    """
    network = _absolute()
    left, middle, right = (network((Fraction(x),))[0] for x in (-1, 0, 1))
    return left - 2 * middle + right == 2


def maximum_of_three() -> Network:
    """max(0, x_1, x_2) = relu(x_1 + relu(x_2 - x_1)) for all x: with two hidden layers."""
    first = Affine.dense([[-1, 1], [1, 0], [-1, 0]], [0, 0, 0])
    return Network((first, Affine.dense([[1, 1, -1]], [0]), Affine.dense([[1]], [0])))


def two_hidden_are_not_one() -> bool:
    """max(0, x_1, x_2) bends by two amounts on one line, as one hidden layer does not.

    Both bends are computed again as second differences across the line.

    Theorem: T51 (separations of architectures), with T30.
    """
    network = maximum_of_three()
    found = membership(network, Space(2))
    if not isinstance(found, NonMember):
        return False
    normal = found.hyperplane[1:]
    bends = []
    for bend in (found.here, found.there):
        step = min((abs(x) for x in bend.point if x), default=ONE) / (8 * sum(map(abs, normal)))
        sides = [
            network(tuple(x + sign * step * n for x, n in zip(bend.point, normal, strict=True)))[0]
            for sign in (1, -1)
        ]
        rise = step * sum(n * n for n in normal)
        bends.append((sides[0] + sides[1] - 2 * network(bend.point)[0]) / rise)
    return bends == [found.here.value[0], found.there.value[0]] and bends[0] != bends[1]


def deep_are_not_shallow(layers: int = 6) -> bool:
    """The sawtooth of k layers of two units has 2^k pieces; one layer of 2^k - 2 units has less.

    Theorem: T51 (separations of architectures), with T32.
    """
    teeth = sawtooth(layers)
    pieces = len(line_form(teeth, Box((ZERO,), (ONE,))).pieces)
    values = [teeth((Fraction(p, 2**layers),))[0] for p in range(2**layers + 1)]
    alternates = values == [Fraction(p % 2) for p in range(2**layers + 1)]
    return alternates and pieces == 2**layers > most_pieces((2**layers - 2,))


def recurrent_sawtooth() -> RecurrentNetwork:
    """Two units, no matter how long it runs: the sawtooth with T teeth of x_1 at time T.

    Inputs after the first are to be 0: h = (relu(2 t), relu(4 t - 2)) of t = h_1 - h_2 + x.
    """
    step = Affine.dense([[2, -2, 2], [4, -4, 4]], [0, -2])
    return RecurrentNetwork(step, Affine.dense([[1, -1]], [0]), (ZERO, ZERO))


def recurrent_are_not_of_fixed_depth(steps: int = 6) -> bool:
    """The recurrent network of two units is, after T steps, the sawtooth with 2^T pieces.

    So a network without recurrence of L hidden layers has 2^(T/L) - 1 units in some layer.

    Theorem: T51 (separations of architectures), with T32.
    """
    network, teeth = recurrent_sawtooth(), sawtooth(steps)
    places = [Fraction(p, 2**steps) for p in range(2**steps + 1)]
    later = ((ZERO,),) * (steps - 1)
    return all(network(((x,), *later))[-1] == teeth((x,)) for x in places)


def parity() -> RecurrentNetwork:
    """y_t = the parity of the bits x_1, ..., x_t: |y_(t-1) - x_t| by two units of relu."""
    step = Affine.dense([[1, 1, -1], [-1, -1, 1]], [0, 0])
    return RecurrentNetwork(step, Affine.dense([[1, 1]], [0]), (ZERO, ZERO))


def recurrent_are_no_windows(window: int = 8) -> bool:
    """Two strings that agree in their last k bits have different parity.

    Theorem: T51 (separations of architectures).
    """
    tail = ((ONE,),) * window
    return parity()(((ZERO,), *tail))[-1] != parity()(((ONE,), *tail))[-1]


def recurrent_are_no_automata(states: int = 8) -> bool:
    """A counter gives N + 1 different numbers; N states have at most N outputs.

    Theorem: T51 (separations of architectures).
    """
    counter = RecurrentNetwork(Affine.dense([[1, 1]], [0]), Affine.dense([[1]], [0]), (ZERO,))
    return len(set(counter(((ONE,),) * (states + 1)))) == states + 1


def square() -> AttentionLayer:
    """Linear attention that gives x^2 to one token x: the score is x, and so is the value."""
    one: tuple[Vector, ...] = ((ONE,),)
    head = AttentionHead(((ZERO,),), one, one, one, (ONE,), (ZERO,), (ZERO,))
    return AttentionLayer("linear", (head,), (ZERO,))


def attention_is_not_piecewise_affine() -> bool:
    """Linear attention computes x^2, and f(x - h) - 2 f(x) + f(x + h) = 2 h^2 for all x, h.

    Both sides have degree at most 2 in x and in h, so nine points prove the identity. A piecewise
    affine function of one number has an interval where that difference is 0.

    Theorem: T51 (separations of architectures).
    """
    layer = square()

    def f(x: int) -> Fraction:
        return layer(((Fraction(x),),))[0][0]

    grid = range(3)
    return all(f(x - h) - 2 * f(x) + f(x + h) == 2 * h * h for x in grid for h in grid)


def steps_are_not_continuous(slope: int = 100) -> bool:
    """The step rises by 1 within 1 / (L + 1), faster than a network whose slope is at most L.

    Theorem: T51 (separations of architectures).
    """
    near = Fraction(1, slope + 1)
    rise = _step(near) - _step(ZERO)
    return rise > slope * near


def _step(value: Fraction) -> Fraction:
    return ONE if value > 0 else ZERO


def networks_are_no_steps(units: int = 100) -> bool:
    """The function relu takes 2 N + 2 values at whole numbers, N steps at most 2 N + 1.

    On a line each step changes its value at one point, so the function has at most N + 1 values
    between the changes and N at them.

    Theorem: T51 (separations of architectures).
    """
    return len({relu(Fraction(x)) for x in range(2 * units + 2)}) > 2 * units + 1


def relu_are_not_convex() -> bool:
    """-|x| at 0 is above the mean of its values at -1 and 1.

    Theorem: T51 (separations of architectures).
    """
    network = _absolute()
    left, middle, right = (-network((Fraction(x),))[0] for x in (-1, 0, 1))
    return 2 * middle > left + right


def relu_are_not_monotone() -> bool:
    """-|x| falls from 0 to 1.

    Theorem: T51 (separations of architectures).
    """
    network = _absolute()
    return -network((ONE,))[0] < -network((ZERO,))[0]


def relu_are_not_free_of_biases() -> bool:
    """relu(x) + 1 is 1 at 0, where every network without biases is 0.

    Theorem: T51 (separations of architectures).
    """
    network = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [1])))
    return network((ZERO,)) != (ZERO,)


def relu_are_not_equivariant() -> bool:
    """(x_1, 0) does not follow its inputs when they change places.

    Theorem: T51 (separations of architectures).
    """
    network = Network((Affine.dense([[1, 0], [0, 0]], [0, 0]),))
    moved = network((ZERO, ONE))
    return moved != network((ONE, ZERO))[::-1]


def relu_are_not_invariant() -> bool:
    """x_1 is not the same when the inputs change places.

    Theorem: T51 (separations of architectures).
    """
    network = Network((Affine.dense([[1, 0]], [0]),))
    return network((ONE, ZERO)) != network((ZERO, ONE))


def serial_are_not_parallel() -> bool:
    """The block x + relu(x) twice is 4 at 1; x + relu(x) + relu(x) is 3.

    Theorem: T51 (separations of architectures), with T49.
    """
    block = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))
    blocks = ResidualBlocks((block, block))
    return blocks.serial((ONE,)) == (Fraction(4),) != blocks.parallel((ONE,))
