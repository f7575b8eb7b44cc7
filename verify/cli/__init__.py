"""The command line: one file per verb. It parses, calls and prints; it decides nothing.

Exit status: 0 proved, or done; 1 different, or rejected; 2 unknown, malformed, or interrupted;
3 bad input, with one line on standard error that says what and where. What is heavy is
imported by the verb that needs it, so `relucert --help` answers at once.
"""

import os
import sys
import traceback
from collections.abc import Sequence

import typer

from theory.errors import TheoryError
from verify.cli.agnostic import agnostic
from verify.cli.approximate import approximate
from verify.cli.atlas import atlas
from verify.cli.attention import attention
from verify.cli.check import check
from verify.cli.distance import distance
from verify.cli.exhaust import exhaust
from verify.cli.explain import explain
from verify.cli.instances import instances
from verify.cli.kernel import kernel
from verify.cli.memory import memory
from verify.cli.prove import prove
from verify.cli.regions import regions
from verify.cli.report import report
from verify.cli.resumption import StoppedError
from verify.cli.show import show
from verify.cli.transform import transform
from verify.errors import InputError, one_line

UNKNOWN, BAD_INPUT = 2, 3
_INTERRUPTED = 130
_THREADS = "OPENBLAS_NUM_THREADS"  # read when numpy is imported, by the verb that needs it

application = typer.Typer(
    name="relucert",
    help="Rewrite a ReLU network by a theorem, prove that two networks are the same function, "
    "and keep a certificate that anyone can check.",
    epilog="Exit: 0 proved, 1 different, 2 unknown, 3 bad input. Numbers are exact: 0.1 is 1/10.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
)
for verb in (
    prove,
    check,
    transform,
    report,
    regions,
    explain,
    show,
    exhaust,
    instances,
    agnostic,
    approximate,
    distance,
    attention,
    kernel,
    memory,
    atlas,
):
    application.command()(verb)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    os.environ.setdefault(_THREADS, "1")  # products here are small: threads would only wait
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = application(words or ["--help"], prog_name="relucert", standalone_mode=False)
    except (InputError, TheoryError, typer.TyperException) as error:
        return _complain(_message(error), BAD_INPUT)
    except StoppedError as error:
        return _complain(str(error), UNKNOWN)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", UNKNOWN)
    except BrokenPipeError:  # whoever read the output has left
        sys.stdout = None
        return UNKNOWN
    except MemoryError:
        return _complain("out of memory", UNKNOWN)
    except Exception:  # never the status 1, which means that a counterexample was verified
        traceback.print_exc()
        return _complain("internal error, see above", UNKNOWN)
    if status == _INTERRUPTED:
        return _complain("interrupted", UNKNOWN)
    return int(status or 0)


def _message(error: Exception) -> str:
    return error.format_message() if isinstance(error, typer.TyperException) else str(error)


def _complain(text: str, status: int) -> int:
    typer.echo(f"relucert: {one_line(' '.join(text.split()))}", err=True)
    return status
