"""Recurrent networks and Turing machines on the command line: prove and transform.

relucert prove LEFT.json RIGHT.json, for recurrent networks: equal on sequences of every length?
relucert prove MACHINE.tm NETWORK.json: does the network simulate the machine on every tape?
relucert transform unroll|wavefront|saturated-to-relu|turing FILE
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from theory.domain import Box, Domain, Polytope, Space
from theory.network import Vector
from theory.recurrence.recurrent import RecurrentNetwork, relu_recurrence
from theory.recurrence.turing import Configuration, TuringMachine
from theory.recurrence.turing_network import STEPS, Simulation, turing_network
from theory.recurrence.unrolling import unrolled, wavefront
from verify.cli.task import read_settings
from verify.cli.terminal import Terminal, counted, sizes, vector
from verify.errors import InputError
from verify.formats.domain_file import read_domain
from verify.formats.machine_file import parse_tape, read_machine, tape_text
from verify.formats.network_file import read_network
from verify.formats.recurrent_json import is_recurrent, read_recurrent, recurrent_bytes
from verify.prove.architectures.invariant import (
    LEFT,
    RIGHT,
    AlwaysEqual,
    NoInvariant,
    TellingSequence,
    compared_forever,
)
from verify.prove.architectures.simulation import (
    MACHINE,
    NETWORK,
    Deviates,
    Simulates,
    decided_simulation,
    standard_simulation,
)
from verify.prove.architectures.unrolling import unrolling_files
from verify.recurrent_counterexample import sequence_bytes, tape_bytes
from verify.recurrent_evidence import write_recurrent_evidence
from verify.result import SEQUENCE, TAPE, prepared_folder
from verify.verdict import Unknown, Verdict

_SECONDS = 60.0
_MOST_UNITS = 500_000  # of a network without recurrence
_MOST_STEPS = 2000  # of a machine that is run


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks.

    Attributes:
        domain: The text of the domain of each input, or nothing.
        timeout: Seconds at most, or None.
        out: The folder for the evidence, or None.
        settings: What was set by --set, as texts.
        steps: For how many steps to unroll, or None.
        terminal: Where to speak.
    """

    domain: str
    timeout: float | None
    out: str | None
    terminal: Terminal
    settings: tuple[str, ...] = ()
    steps: int | None = None

    def inputs(self, count: int) -> Domain | None:
        """The domain of each input; all if nothing is said.

        Raises:
            InputError: there is one, and no input.
        """
        if not count:
            if self.domain not in ("", "all"):
                raise InputError("--domain", "these networks have no inputs")
            return None
        return read_domain(self.domain or "all", count)

    def told(
        self, status: int, facts: dict[str, object], lines: list[str], files: Mapping[str, bytes]
    ) -> int:
        """Write the evidence, say what was found, and return the exit status."""
        if self.out is not None:
            written = write_recurrent_evidence(prepared_folder(self.out), files)
            lines = [*lines, f"written: {self.out}/{{{','.join(written)}}}"]
        self.terminal.tell(facts, lines)
        return status


def settle_recurrent(left: str, right: str | None, order: Order) -> int:
    """Prove or refute that two recurrent networks are always equal, or that one is a machine.

    Raises:
        InputError: a file is no recurrent network.
    """
    if right is None:
        raise InputError("prove", "expected LEFT RIGHT, RIGHT is missing")
    if left.endswith(".tm"):
        return _settle_machine(left, right, order)
    networks = []
    for path in (left, right):
        if not is_recurrent(path):
            raise InputError(path, "expected a recurrent network, as on the other side")
        networks.append(read_recurrent(path))
    one, other = networks
    shown = f"recurrent, {{}} units of {{}} ({one.inputs} inputs, {one.outputs} outputs)"
    lines = [
        f"{side:6} {shown.format(network.units, network.activation)}  {Path(path).name}"
        for side, network, path in (("left", one, left), ("right", other, right))
    ]
    started = time.monotonic()
    with order.terminal.progress("looking for an invariant"):
        found = compared_forever(one, other, order.inputs(one.inputs), order.timeout or _SECONDS)
    return _told_forever(found, (one, other), lines, time.monotonic() - started, order)


def _told_forever(
    found: AlwaysEqual | TellingSequence | NoInvariant,
    networks: tuple[RecurrentNetwork, RecurrentNetwork],
    lines: list[str],
    seconds: float,
    order: Order,
) -> int:
    facts: dict[str, object] = {"seconds": seconds}
    match found:
        case AlwaysEqual(files, relations, unequal, claims, rounds):
            facts |= {"verdict": "equivalent", "relations": relations, "claims": claims}
            facts["inequalities"] = unequal
            both = counted(relations, "linear relation", "linear relations")
            if unequal:
                both += f" and {counted(unequal, 'inequality', 'inequalities')}"
            lines += [
                "equivalent: equal outputs at every time, for all sequences of inputs",
                f"invariant: {both} between the states, {claims} claims, {rounds} weakenings, "
                f"{seconds:.2f} s",
            ]
            return order.told(0, facts, lines, files)
        case TellingSequence(points, left, right):
            facts |= {
                "verdict": "different",
                "points": [[str(value) for value in point] for point in points],
                "left": [str(value) for value in left],
                "right": [str(value) for value in right],
            }
            lines.append(f"different: outputs at time {len(points)} of this sequence")
            lines += [f"  x_{t} = {vector(point)}" for t, point in enumerate(points, start=1)]
            lines.append(f"  left {vector(left)}  right {vector(right)}")
            sides = zip((LEFT, RIGHT), map(recurrent_bytes, networks), strict=True)
            return order.told(1, facts, lines, {**dict(sides), SEQUENCE: sequence_bytes(found)})
        case NoInvariant(reason):
            facts |= {"verdict": "unknown", "reason": reason}
            return order.told(2, facts, [*lines, f"unknown: {reason}"], {})


def _settle_machine(path: str, network: str, order: Order) -> int:
    """Prove or refute that a network simulates a machine, with the encoding of T46."""
    machine, text = read_machine(path)
    if not is_recurrent(network):
        raise InputError(network, "expected a recurrent network, as transform turing makes it")
    simulation = standard_simulation(machine, read_recurrent(network))
    lines = [_machine_line(machine, path), _network_line(simulation)]
    return _told_simulation(simulation, text, lines, {}, order)


def _machine_line(machine: TuringMachine, path: str) -> str:
    names = f"{len(machine.states)} states, {len(machine.symbols)} symbols"
    return f"machine  {names}, {len(machine.rules)} rules  {Path(path).name}"


def _network_line(simulation: Simulation) -> str:
    network = simulation.network
    return f"network  {network.units} units of {network.activation}, {STEPS} steps for one"


def _told_simulation(
    simulation: Simulation,
    text: bytes,
    lines: list[str],
    facts: dict[str, object],
    order: Order,
) -> int:
    started = time.monotonic()
    with order.terminal.progress("proving that every step is simulated"):
        found = decided_simulation(simulation, text)
    seconds = time.monotonic() - started
    facts = {**facts, "seconds": seconds, "units": simulation.network.units}
    if isinstance(found, Simulates):
        lines += [
            "proved: the network simulates the machine on every tape, at every time",
            f"certificate: {found.claims} claims, {seconds:.2f} s",
        ]
        facts |= {"verdict": "equivalent", "claims": found.claims}
        return order.told(0, facts, lines, found.files)
    if isinstance(found, Deviates):
        lines += _deviation_lines(simulation.machine, found)
        facts |= {"verdict": "different", "unit": found.unit, "cell": found.cell}
        before = found.before
        files = {} if before is None else {TAPE: tape_bytes(simulation.machine, before)}
        return order.told(1, facts, lines, _with_sources(simulation, text, files))
    facts |= {"verdict": "unknown", "reason": found.reason}
    return order.told(2, facts, [*lines, f"unknown: {found.reason}"], {})


def _with_sources(simulation: Simulation, text: bytes, files: dict[str, bytes]) -> dict[str, bytes]:
    if not files:
        return files
    return {**files, MACHINE: text, NETWORK: recurrent_bytes(simulation.network)}


def _deviation_lines(machine: TuringMachine, found: Deviates) -> list[str]:
    def shown(configuration: Configuration) -> str:
        return (
            f"state {machine.states[configuration.state]}, tape {tape_text(machine, configuration)}"
        )

    if found.before is None:
        lines = ["different: the network does not start on the blank tape"]
    else:
        lines = [f"different: in {shown(found.before)}"]
        lines.append(f"  the machine comes to {shown(found.expected)}")
    lines.append(f"  the network's {found.unit} is {found.found} instead of {found.wanted}")
    if found.cell is None:
        return [*lines, "  its outputs are no tape, or that of the machine"]
    return [*lines, f"  cell {found.cell:+d} from the head has another symbol"]


def settle_turing(path: str, order: Order) -> int:
    """The recurrent network of a machine, and the proof that it simulates it."""
    values = read_settings(order.settings, ("activation", "tape"))
    machine, text = read_machine(path)
    activation = str(values.get("activation", "relu"))
    if activation not in ("relu", "saturated"):
        raise InputError("--set activation", f"expected relu or saturated, got {activation[:40]!r}")
    simulation = turing_network(machine, activation)
    lines = [_machine_line(machine, path), _network_line(simulation)]
    facts: dict[str, object] = {}
    if "tape" in values:
        lines += _run_lines(simulation, _text_of(order.settings, "tape"), facts)
    return _told_simulation(simulation, text, lines, facts, order)


def _text_of(settings: tuple[str, ...], name: str) -> str:
    """The value of NAME=VALUE as it was written."""
    return next(text for text in settings if text.startswith(f"{name}=")).partition("=")[2]


def _run_lines(simulation: Simulation, tape: str, facts: dict[str, object]) -> list[str]:
    """Run the machine and the network side by side, exactly."""
    machine = simulation.machine
    now = Configuration(0, (), parse_tape(tape, machine, "--set tape"))
    states = simulation.started(now).states(() for _ in range(STEPS * _MOST_STEPS))
    count = 0
    while count < _MOST_STEPS and not machine.halts(now):
        now, count = machine.after(now), count + 1
        for _ in range(STEPS):
            state = next(states)
        if state != simulation.state_of(now):
            raise InputError("turing", f"the network deviates after {count} steps")
    ends = "halts" if machine.halts(now) else "still runs"
    facts |= {
        "run": {"steps": count, "state": machine.states[now.state], "halted": ends == "halts"}
    }
    return [
        f"run      {ends} in state {machine.states[now.state]} after {count} steps of the machine, "
        f"{STEPS * count} of the network, tape {tape_text(machine, now)}"
    ]


def settle_unrolled(path: str, order: Order) -> int:
    """The network without recurrence, and the proof that it is T steps of the recurrent one."""
    values = read_settings(order.settings, ("outputs",))
    kind = str(values.get("outputs", "last"))
    if kind not in ("last", "every"):
        raise InputError("--set outputs", f"expected last or every, got {kind[:40]!r}")
    if order.steps is None:
        raise InputError("transform unroll", "expected --steps T")
    network = read_recurrent(path)
    _require_size(network, order.steps, kind == "every")
    domain = order.inputs(network.inputs)
    if domain is None:
        raise InputError(path, "expected a recurrent network with inputs")
    if isinstance(domain, Polytope):
        raise InputError("--domain", "expected a box or all, for each input of the sequence")
    lower: Vector | None = domain.lower if isinstance(domain, Box) else None
    new = unrolled(network, order.steps, kind == "every", lower)
    lines = [
        f"recurrent  {network.units} units of {network.activation}  {Path(path).name}",
        f"unrolled   {sizes(new.widths)}",
    ]
    found = unrolling_files(
        network, new, order.steps, kind, domain=domain, timeout=order.timeout or _SECONDS
    )
    return _told_unrolled(found, lines, list(new.widths), order)


def _require_size(network: RecurrentNetwork, steps: int, every_output: bool) -> None:
    """Refuse so many steps that the network without recurrence is too large to be written (T43).

    Raises:
        InputError: it is.
    """
    kept = min(network.units, 2 * network.outputs) if every_output else 0
    units = steps * network.units + steps * (steps - 1) * (2 * network.inputs + kept) // 2
    if units > _MOST_UNITS:
        raise InputError("--steps", f"{units} units are needed, expected at most {_MOST_UNITS}")


def settle_wavefront(path: str, order: Order) -> int:
    """The recurrent network that gives f(x_1) at time D, and the proof of it."""
    read_settings(order.settings, ())
    if order.domain not in ("", "all"):
        raise InputError("--domain", "a wavefront is about all of R^n, expected all")
    source = read_network(path)
    new = wavefront(source.network)
    steps = max(source.network.hidden_layers, 1)
    lines = [
        f"network    {sizes(source.network.widths)}  {source.name}",
        f"recurrent  {new.units} units of relu, f(x_1) at time {steps}",
    ]
    everything = Space(source.network.inputs)
    seconds = order.timeout or _SECONDS
    sides = (new, source.network)
    found = unrolling_files(*sides, steps, "wavefront", domain=everything, timeout=seconds)
    return _told_unrolled(found, lines, [new.units], order)


def _told_unrolled(
    found: dict[str, bytes] | Verdict, lines: list[str], widths: list[int], order: Order
) -> int:
    if not isinstance(found, dict):
        why = found.reason if isinstance(found, Unknown) else "no certificate was found"
        facts: dict[str, object] = {"reason": why, "verdict": "unknown", "widths": widths}
        return order.told(2, facts, [*lines, f"unknown: {why}"], {})
    lines.append("proved: they are equal, by the certificate of one claim")
    return order.told(0, {"verdict": "equivalent", "widths": widths}, lines, found)


def settle_saturated(path: str, order: Order) -> int:
    """The ReLU network of a saturated one, and the proof that outputs are always equal."""
    read_settings(order.settings, ())
    network = read_recurrent(path)
    if network.activation != "saturated":
        raise InputError(path, f"expected saturated units, got {network.activation}")
    new: RecurrentNetwork = relu_recurrence(network)
    lines = [
        f"left   {network.units} units of saturated  {Path(path).name}",
        f"right  {new.units} units of relu",
    ]
    started = time.monotonic()
    domain = order.inputs(network.inputs)
    found = compared_forever(network, new, domain, order.timeout or _SECONDS)
    return _told_forever(found, (network, new), lines, time.monotonic() - started, order)


Settle = Callable[[str, Order], int]
REWRITINGS: Mapping[str, Settle] = {
    "unroll": settle_unrolled,
    "wavefront": settle_wavefront,
    "saturated-to-relu": settle_saturated,
    "turing": settle_turing,
}
