"""relucert approximate METHOD TARGET: something with a certified distance from a function."""

import time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, DomainText, Out, Quiet, Settings
from verify.cli.terminal import Terminal, counted, sizes

if TYPE_CHECKING:
    from fractions import Fraction

    from verify.cli.methods.method import Built


@dataclass(frozen=True, slots=True)
class Method:
    """A way of approximating.

    Attributes:
        name: As on the command line.
        about: One line.
        parameters: What --set may set.
        takes_knots: Whether it looks at --knots.
    """

    name: str
    about: str
    parameters: tuple[str, ...] = ()
    takes_knots: bool = False

    @property
    def told(self) -> str:
        """The line with the parameters."""
        named = ", ".join(f"--set {one}=" for one in self.parameters)
        return f"{self.about}; {named}" if named else self.about

    @property
    def module(self) -> str:
        """Where its function build(request) -> Built is."""
        return f"verify.cli.methods.{self.name.replace('-', '_')}"


METHODS = (
    Method("interpolant", "one hidden layer, a unit for each chord (T53)", takes_knots=True),
    Method("step", "Heaviside units, or relu ramps form=ramps (T57)", ("form",), takes_knots=True),
    Method("sawtooth", "polynomials by composed sawtooths (T54), also x*y"),
    Method("kuhn", "1 to 3 inputs, a hat for each vertex of a grid (T59)", ("steps",)),
    Method(
        "permutation",
        "output weights that are a permutation of fixed numbers, scaled or unscaled (T61, T62)",
        ("variant", "n"),
    ),
    Method(
        "biases",
        "random weights on [-range, range], biases that switch slopes (T66)",
        ("seed", "units", "range", "theta"),
    ),
    Method(
        "masking",
        "random weights, biases that silence the units unlike the target's, a function of one "
        "number or a NETWORK with one hidden layer (T65)",
        ("seed", "units", "range", "eta", "delta"),
    ),
    Method(
        "recurrence",
        "a recurrent NETWORK by random weights, biases that silence units, for so many steps; "
        "planted=1: the weights hold a copy (T67)",
        ("seed", "steps", "units", "range", "eta", "planted"),
    ),
)

MethodName = Annotated[
    str,
    typer.Argument(
        metavar="METHOD", help="; ".join(f"{one.name}: {one.told}" for one in METHODS) + "."
    ),
]
TargetText = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="x**3 - x/2, 1/(1 + x**2), sqrt(abs(x)), exp(-x**2), log(1 + x); x*y for kuhn; or a "
        "NETWORK file where the method takes one.",
    ),
]
Epsilon = Annotated[
    str, typer.Option("--epsilon", metavar="E", help="The largest error, a positive number.")
]
Knots = Annotated[
    str | None,
    typer.Option(
        "--knots",
        metavar="KNOTS",
        help="equidistant (the fewest such pieces; default of interpolant), greedy (chords as long "
        "as possible, from the left), best (few pieces of any kind, often provably the fewest; "
        "default of step), or numbers 0,1/4,1 that begin and end with the domain.",
    ),
]


def approximate(
    method: MethodName,
    target: TargetText,
    *,
    domain: DomainText,
    epsilon: Epsilon,
    knots: Knots = None,
    settings: Settings = None,
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Build a network within E of a function on a bounded domain, and certify it.

    OUT gets the network, the claim and report.tex, for which the checker is asked once more;
    relucert check OUT asks it again, relucert report OUT typesets the page.
    """
    from verify.cli.methods.method import Request
    from verify.cli.task import number, read_settings
    from verify.errors import InputError

    terminal = Terminal(json, quiet)
    chosen = next((one for one in METHODS if one.name == method), None)
    if chosen is None:
        names = ", ".join(one.name for one in METHODS)
        raise InputError("METHOD", f"expected one of {names}, got {method!r}")
    if knots is not None and not chosen.takes_knots:
        raise InputError("--knots", f"{method} chooses its knots itself")
    wanted = number(epsilon, "--epsilon")
    if wanted <= 0:
        raise InputError("--epsilon", f"expected a positive number, got {wanted}")
    values = read_settings(settings or [], chosen.parameters)
    started = time.monotonic()
    with terminal.progress("looking for a network"):
        request = Request(target, domain, wanted, knots, values)
        found: Built = import_module(chosen.module).build(request)
        pieces = _judged(found, wanted)
    shape = "" if found.network is None else f"{sizes(found.network.widths)}, "
    usual = f"{counted(pieces, 'piece', 'pieces')}, |network - f| <= {wanted} at every real point"
    lines = [
        f"{method} of {target} on {domain.removeprefix('box:')}: {shape}{found.told or usual}",
        *found.lines,
    ]
    facts: dict[str, object] = {
        "epsilon": str(wanted),
        "pieces": pieces,
        "seconds": time.monotonic() - started,
        "verdict": "proved",
        **found.facts,
    }
    if found.network is not None:
        facts |= {"hidden layers": found.network.hidden_layers, "units": found.network.units}
    if out is not None:
        names = ",".join(sorted(_written(out, found)))
        lines.append(f"written: {out}/{{{names}}} (relucert check {out}; relucert report {out})")
    terminal.tell(facts, lines)
    return 0


def _judged(found: "Built", epsilon: "Fraction") -> int:
    """The number of pieces, if the claim is true."""
    from verify.checker import RejectedError
    from verify.errors import InputError

    try:
        return found.approximation.judged()
    except RejectedError as error:
        raise InputError("--epsilon", f"not within {epsilon} of f, {error}") from None


def _written(out: str, found: "Built") -> tuple[str, ...]:
    """The names of the files in OUT, which holds nothing else of a run after this.

    Raises:
        InputError: the checker, asked for the page, does not accept what was written.
    """
    from verify.cli.report import written_report
    from verify.errors import InputError
    from verify.report.judgement import Status
    from verify.result import clear_folder, prepared_folder, write_files

    folder = prepared_folder(out)
    clear_folder(folder)
    files = {**found.approximation.files, **found.files}
    write_files(folder, files)
    page = written_report(folder, pdflatex="")
    if page.status is not Status.PROVED:
        raise InputError(out, "the checker does not accept what was written")
    return (*files, page.tex.name)
