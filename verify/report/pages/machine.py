"""The pages on simulation.json and tape.json: a network and a Turing machine (T46)."""

from theory.recurrence.turing import Configuration, TuringMachine
from verify import simulation_checker
from verify.formats.machine_file import read_machine, tape_text
from verify.formats.recurrent_json import read_recurrent
from verify.prove.architectures.simulation import MACHINE, NETWORK, Deviates
from verify.recurrent_claims import reader_of
from verify.recurrent_counterexample import read_tape
from verify.report.pages.machine_view import blocks, first_steps, machine_facts, machine_table
from verify.report.pages.network_view import widths_told
from verify.report.pages.page import Counterexample, EvidenceFile, ObjectView, Page
from verify.report.pages.recurrent_view import RECURRENCE, recurrent_facts
from verify.report.typesetting import LONGEST_STATED, tex_number, tex_text

_TAPE = (
    r"A configuration is a state and two words, read from the head outward; all other cells are "
    r"blank. A word is known to the network by its number $e$: $e(\text{empty})=0$, "
    r"$e(a\,w)=(e(w)+2a+1)/2k$ with $k$ symbols."
)
_EXACT = (
    "It is about exact rational numbers, whose denominators grow with the word; a float holds the "
    "numbers of short words alone."
)


def simulation_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError, MalformedError, RejectedError: the evidence cannot be read.
    """
    stated, _ = simulation_checker.read(reader_of(str(file.folder)), file.content)
    names = file.file_of("machine"), file.file_of("network")
    machine, _ = read_machine(file.folder / names[0])
    network = read_recurrent(file.folder / names[1])
    return Page(
        title="A recurrent network that simulates a Turing machine",
        question="A recurrent network and a Turing machine",
        objects=(
            ObjectView("M", names[0], machine_facts(machine)),
            ObjectView("r", names[1], recurrent_facts(network)),
        ),
        setting="Let $M$ be the Turing machine and $r$ the recurrent network of "
        r"Section~\ref{objects}, which has no inputs.",
        conclusion=_conclusion(stated.steps),
        body="machine.tex.jinja",
        values={
            "table": machine_table(machine),
            "run": first_steps(machine),
            "blocks": blocks(machine, network),
            "steps": stated.steps,
            "encoding": widths_told([e.inputs for e in stated.encoding[:1]] + _outputs(stated)),
            "claims": len(file.proof_steps),
            "proof_steps": sum(file.proof_steps),
            "sizes": (len(machine.states), len(machine.symbols)),
            "deviation": None,
        },
        theorems=("T46",),
        limits=(
            _EXACT,
            "Whether the machine ever halts is not decided; that is undecidable in general.",
        ),
        remarks=(RECURRENCE, _TAPE),
        has_kernel=True,
    )


def _conclusion(steps: int) -> str:
    times = r"0,1,2,\dots" if steps == 1 else rf"0,{steps},{2 * steps},\dots"
    return (
        rf"for every tape and every $t$, $r$ comes from the state that stands for a configuration "
        rf"of $M$, in ${steps}$ steps, to the one that stands for the next; started as it is, on "
        rf"the blank tape, it is at the times ${times}$ at the states for the configurations of "
        rf"$M$, and its outputs there are the state of $M$ and the numbers of both words"
    )


def _outputs(stated: simulation_checker.Simulation) -> list[int]:
    return [len(layer.bias) for layer in stated.encoding]


def tape_page(file: EvidenceFile) -> Counterexample:
    """What the page says, and whether the network deviates there.

    Raises:
        InputError: the evidence cannot be read.
    """
    stated = read_tape(file.folder)
    machine, network = stated.simulation.machine, stated.simulation.network
    deviation = stated.deviation
    page = Page(
        title="A recurrent network that deviates from a Turing machine",
        question="A recurrent network and a Turing machine",
        objects=(
            ObjectView("M", MACHINE, machine_facts(machine)),
            ObjectView("r", NETWORK, recurrent_facts(network)),
        ),
        setting="Let $M$ be the Turing machine and $r$ the recurrent network of "
        r"Section~\ref{objects}.",
        conclusion="from the configuration of Section~\\ref{evidence} $r$ does not come to the "
        "state that stands for the next configuration of $M$",
        body="machine.tex.jinja",
        values={
            "table": machine_table(machine),
            "run": [],
            "blocks": blocks(machine, network),
            "before": _shown(machine, stated.before),
            "deviation": None if deviation is None else _deviation(machine, deviation),
        },
        theorems=(),
        limits=(_EXACT, "Nothing is said of other tapes."),
        remarks=(RECURRENCE, _TAPE),
    )
    return Counterexample(page, deviation is not None)


def _shown(machine: TuringMachine, configuration: Configuration) -> str:
    state, tape = machine.states[configuration.state], tape_text(machine, configuration)
    return f"state {tex_text(state)}, tape {tex_text(tape)}"


def _deviation(machine: TuringMachine, found: Deviates) -> dict[str, str]:
    """How it deviates, in TeX."""
    cell = "" if found.cell is None else f"{found.cell:+d}"
    return {
        "expected": _shown(machine, found.expected),
        "unit": tex_text(found.unit),
        "found": tex_number(found.found, LONGEST_STATED),
        "wanted": tex_number(found.wanted, LONGEST_STATED),
        "cell": cell,
    }
