"""A Turing machine as a recurrent network: three steps of the network are one of the machine.

The units form three blocks, of which one is not zero at a time. With k symbols and the tape as
two numbers l, r (`theory.recurrence.turing.encoded`):

    decode  s_q, l, r, [top(l) >= a], [top(r) >= a]            q a state, a = 1, ..., k - 1
    select  u_(q,a) = [state q reads a], l, what is below the top of l and of r, top(l) / k
    move    s_q, and l and r each as three units, one for each direction of the move

`decode` follows `move`. At multiples of three steps the network is in `decode`, and its state is
a function of state and tape: a ReLU network, the *encoding*. [top(l) >= a] = clip(2 k l - 2 a).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from theory.network import ZERO, Affine, Network, Vector
from theory.recurrence.recurrent import RecurrentNetwork, relu_recurrence
from theory.recurrence.turing import Configuration, TuringMachine, encoded

STEPS = 3  # of the network for one of the machine
Name = tuple[str, int] | tuple[str, int, int]
Weights = dict[Name, Fraction]


@dataclass(frozen=True, slots=True)
class Simulation:
    """A recurrent network that simulates a machine.

    Attributes:
        machine: The machine.
        network: The recurrent network, without inputs; its outputs are the states' units, l, r;
            its start is the machine's first state on the blank tape.
        encoding: (l, r, s_1, ..., s_|Q|) -> the state of the network, for unit vectors s.
        names: What every saturated unit stands for.
    """

    machine: TuringMachine
    network: RecurrentNetwork
    encoding: Network
    names: tuple[str, ...]

    def numbers_of(self, configuration: Configuration) -> Vector:
        """(l, r, s_1, ..., s_|Q|) of a configuration."""
        count = len(self.machine.symbols)
        tape = (encoded(configuration.left, count), encoded(configuration.right, count))
        states = range(len(self.machine.states))
        return (*tape, *(Fraction(configuration.state == state) for state in states))

    def state_of(self, configuration: Configuration) -> Vector:
        """The state of the network that stands for a configuration."""
        return self.encoding(self.numbers_of(configuration))

    def started(self, configuration: Configuration) -> RecurrentNetwork:
        """The network that begins at a configuration."""
        start = self.state_of(configuration)
        network = self.network
        return RecurrentNetwork(network.step, network.output, start, network.activation)


def turing_network(machine: TuringMachine, activation: str = "relu") -> Simulation:
    """The network that simulates the machine: |Q| k + 2 |Q| + 2 k + 10 saturated units.

    With the activation `relu` it has twice as many units.

    Theorem: T46 (Turing machines); the encoding of stacks is that of Siegelmann and Sontag
    (1995), the three blocks were made for this project.
    """
    plan = _Plan(machine)
    rows = plan.rows()
    numbers = {name: index for index, name in enumerate(rows)}
    step = Affine(
        len(rows),
        tuple(_row(weights, numbers) for weights, _ in rows.values()),
        tuple(bias for _, bias in rows.values()),
    )
    count = len(machine.states)
    read = [numbers["s", state] for state in range(count)]
    read += [numbers["l", 0], numbers["r", 0]]
    output = Affine(
        len(rows), tuple(((unit, Fraction(1)),) for unit in read), (ZERO,) * (count + 2)
    )
    encoding = _encoding(machine, numbers)
    blank = (ZERO, ZERO, *(Fraction(not state) for state in range(count)))
    network = RecurrentNetwork(step, output, _saturated(encoding(blank), len(rows)), "saturated")
    names = tuple(_told(name, machine) for name in rows)
    if activation == "relu":
        network = relu_recurrence(network)
        network = RecurrentNetwork(network.step, network.output, encoding(blank))
        return Simulation(machine, network, encoding, names)
    return Simulation(machine, network, _halved(encoding, len(rows)), names)


def _saturated(state: Vector, units: int) -> Vector:
    """H = p - q."""
    return tuple(p - q for p, q in zip(state[:units], state[units:], strict=True))


class _Plan:
    """The weights of every unit, by the names of the units that it reads."""

    def __init__(self, machine: TuringMachine) -> None:
        self.machine = machine
        self.states, self.symbols = range(len(machine.states)), range(len(machine.symbols))
        self.base = 2 * len(machine.symbols)
        self.pairs = [(state, symbol) for state in self.states for symbol in self.symbols]

    def rows(self) -> dict[Name, tuple[Weights, Fraction]]:
        """Weights and bias of every unit."""
        return self._decode() | self._select() | self._move()

    def _decode(self) -> dict[Name, tuple[Weights, Fraction]]:
        found: dict[Name, tuple[Weights, Fraction]] = {}
        for state in self.states:
            found["s", state] = ({("move s", state): Fraction(1)}, ZERO)
        for side in ("l", "r"):
            found[side, 0] = (self._sum(side, 1), ZERO)
        for side in ("l", "r"):
            for symbol in self.symbols[1:]:
                found[f"top {side}", symbol] = (self._sum(side, self.base), Fraction(-2 * symbol))
        return found

    def _sum(self, side: str, factor: int) -> Weights:
        """The number of a side after a move, times a factor."""
        return {(f"move {side}", place): Fraction(factor) for place in range(3)}

    def _select(self) -> dict[Name, tuple[Weights, Fraction]]:
        found: dict[Name, tuple[Weights, Fraction]] = {}
        last = len(self.symbols) - 1
        for state, symbol in self.pairs:
            weights: Weights = {("s", state): Fraction(1)}
            if symbol:
                weights["top r", symbol] = Fraction(1)
            if symbol < last:
                weights["top r", symbol + 1] = Fraction(-1)
            found["u", state, symbol] = (weights, Fraction(-1 if symbol else 0))
        found["keep l", 0] = ({("l", 0): Fraction(1)}, ZERO)
        for side in ("l", "r"):
            tops: Weights = {(f"top {side}", symbol): Fraction(-2) for symbol in self.symbols[1:]}
            found[f"rest {side}", 0] = ({(side, 0): Fraction(self.base), **tops}, Fraction(-1))
        share = Fraction(1, len(self.symbols))
        found["share l", 0] = ({("top l", symbol): share for symbol in self.symbols[1:]}, ZERO)
        return found

    def _move(self) -> dict[Name, tuple[Weights, Fraction]]:
        found: dict[Name, tuple[Weights, Fraction]] = {}
        for state in self.states:
            leading = [pair for pair in self.pairs if self.machine.rule(*pair).state == state]
            found["move s", state] = ({("u", *pair): Fraction(1) for pair in leading}, ZERO)
        push, base = Fraction(1, self.base), Fraction(self.base)
        place_of = {"R": 0, "L": 1, "N": 2}
        stacks: tuple[tuple[str, str, Weights, Fraction], ...] = (
            ("l", "R", {("keep l", 0): push}, push),
            ("l", "L", {("rest l", 0): Fraction(1)}, ZERO),
            ("l", "N", {("keep l", 0): Fraction(1)}, ZERO),
            ("r", "R", {("rest r", 0): Fraction(1)}, ZERO),
            ("r", "L", {("rest r", 0): push / base, ("share l", 0): Fraction(1)}, push / base),
            ("r", "N", {("rest r", 0): push}, push),
        )
        for side, move, weights, pushed in stacks:
            bias = push - 1 if (side, move) == ("r", "L") else Fraction(-1)
            gated = weights | self._gate(move, pushed)
            found[f"move {side}", place_of[move]] = (gated, bias)
        return found

    def _gate(self, move: str, pushed: Fraction) -> Weights:
        """[the move is this one] + pushed (2 write + 1) if it is."""
        chosen = {pair: self.machine.rule(*pair) for pair in self.pairs}
        return {
            ("u", *pair): 1 + pushed * (2 * rule.write + 1)
            for pair, rule in chosen.items()
            if rule.move == move
        }


def _row(weights: Weights, numbers: Mapping[Name, int]) -> tuple[tuple[int, Fraction], ...]:
    pairs = ((numbers[name], weight) for name, weight in weights.items() if weight)
    return tuple(sorted(pairs))


def _encoding(machine: TuringMachine, numbers: Mapping[Name, int]) -> Network:
    """(l, r, s) -> (p, q), where the saturated state is p - q."""
    base = 2 * len(machine.symbols)
    rows: list[tuple[tuple[int, Fraction], ...]] = [()] * len(numbers)
    bias = [ZERO] * len(numbers)
    for name, unit in numbers.items():
        if name[0] == "s":
            rows[unit] = ((2 + name[1], Fraction(1)),)
        elif name[0] in ("l", "r"):
            rows[unit] = (("lr".index(name[0]), Fraction(1)),)
        elif name[0].startswith("top"):
            rows[unit] = (("lr".index(name[0][-1]), Fraction(base)),)
            bias[unit] = Fraction(-2 * name[1])
    inputs = 2 + len(machine.states)
    double = Affine(inputs, tuple(rows) * 2, (*bias, *(entry - 1 for entry in bias)))
    return Network((double, _identity(2 * len(numbers))))


def _halved(encoding: Network, units: int) -> Network:
    """(l, r, s) -> p - q."""
    one = Fraction(1)
    rows = tuple(((unit, one), (unit + units, -one)) for unit in range(units))
    return Network((encoding.layers[0], Affine(2 * units, rows, (ZERO,) * units)))


def _identity(units: int) -> Affine:
    rows = tuple(((unit, Fraction(1)),) for unit in range(units))
    return Affine(units, rows, (ZERO,) * units)


def _told(name: Name, machine: TuringMachine) -> str:
    """What a unit stands for."""
    what, *numbers = name
    names: Iterable[str] = ()
    if what in ("s", "move s"):
        names = (machine.states[numbers[0]],)
    elif what == "u":
        names = (machine.states[numbers[0]], machine.symbols[numbers[1]])
    elif what.startswith("top"):
        names = (">=", machine.symbols[numbers[0]])
    elif what in ("move l", "move r"):
        names = (("R", "L", "N")[numbers[0]],)
    return " ".join((what, *names))
