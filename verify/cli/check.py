"""relucert check OUT: the standard-library checker on a folder, or the one proved in Coq."""

import time
from pathlib import Path
from typing import Annotated

import typer

from verify.cli.options import AsJson, Folder, Quiet
from verify.cli.terminal import Terminal

Checked = tuple[int, str, str]  # exit status, answer, what about it

_STATUS = {"accepted": 0, "rejected": 1}

Kernel = Annotated[
    str,
    typer.Option(
        "--kernel",
        metavar="KERNEL",
        help="python (the standard-library checker), coq (Coq proves the claim), or native (the "
        "checker proved in Coq, extracted to OCaml).",
    ),
]


def check(
    out: Folder, kernel: Kernel = "python", json: AsJson = False, quiet: Quiet = False
) -> int:
    """Check the certificate in OUT, and the chamber table of a maximum if there is one.

    Exit: 0 accepted, 1 rejected, 2 malformed or unavailable.
    """
    from verify.chambers import checked
    from verify.errors import InputError
    from verify.result import (
        APPROXIMATION,
        CERTIFICATE,
        CLAIM,
        COUNTEREXAMPLE,
        FLOAT_BOUND,
        RECURRENT,
        TABLE,
        WEIGHTS,
    )

    folder = Path(out)
    if not folder.is_dir():
        raise InputError(out, "is no folder")
    if kernel not in ("python", "coq", "native"):
        raise InputError("--kernel", f"expected python, coq or native, got {kernel!r}")
    recurrent = [name for name in RECURRENT if (folder / name).is_file()]
    if recurrent:
        return _recurrent(folder, recurrent, kernel, Terminal(json, quiet))
    if (folder / APPROXIMATION).is_file():
        return _approximation(folder, kernel, Terminal(json, quiet))
    if not (folder / CLAIM).exists():
        raise InputError(out, f"holds no {CLAIM} and nothing else to check")
    started = time.monotonic()
    is_refuted = (folder / COUNTEREXAMPLE).exists() and not (folder / CERTIFICATE).exists()
    status, answer, what = _refuted(folder) if is_refuted else _proved(folder, kernel)
    seconds = time.monotonic() - started
    facts: dict[str, object] = {"answer": answer, "what": what, "seconds": seconds}
    lines = [f"{answer}: {what}, {seconds:.2f} s"]
    if (folder / TABLE).exists():
        table = checked(folder)
        facts["table"] = {"answer": table.answer, "what": table.line}
        lines.append(f"{table.answer} (verify/chamber_table.py): {table.line}")
        status = max(status, _STATUS.get(table.answer, 2))
    if (folder / FLOAT_BOUND).exists():
        floats = _floats(folder)
        facts["float_bound"] = {"answer": floats[1], "what": floats[2]}
        lines.append(f"{floats[1]} (verify/float_checker.py): {floats[2]}")
        status = max(status, floats[0])
    if (folder / WEIGHTS).exists():
        status = max(status, _weights(folder, facts, lines))
    Terminal(json, quiet).tell(facts, lines)
    return status


def _recurrent(folder: Path, names: list[str], kernel: str, terminal: Terminal) -> int:
    """Check what is said of recurrent networks; tell it and return the worst exit status."""
    from verify.recurrent_evidence import checked_recurrent

    told = []
    for name in names:
        started = time.monotonic()
        found = checked_recurrent(folder, name, kernel)
        told.append((found, time.monotonic() - started))
    worst, _ = max(told, key=lambda pair: _STATUS.get(pair[0].answer, 2))
    facts: dict[str, object] = {
        "answer": worst.answer,
        "what": "; ".join(found.line for found, _ in told),
        "seconds": sum(seconds for _, seconds in told),
    }
    terminal.tell(facts, [f"{one.answer}: {one.line}, {spent:.2f} s" for one, spent in told])
    return _STATUS.get(worst.answer, 2)


def _approximation(folder: Path, kernel: str, terminal: Terminal) -> int:
    """Check what is said of a network and a function; tell it and return the exit status."""
    from verify.approximation.evidence import checked_approximation
    from verify.errors import InputError
    from verify.result import WEIGHTS

    if kernel != "python":
        raise InputError("--kernel", "approximations have one checker, python")
    started = time.monotonic()
    answer, line = checked_approximation(folder)
    seconds = time.monotonic() - started
    facts: dict[str, object] = {"answer": answer, "what": line, "seconds": seconds}
    lines, status = [f"{answer}: {line}, {seconds:.2f} s"], _STATUS.get(answer, 2)
    if (folder / WEIGHTS).is_file():
        status = max(status, _weights(folder, facts, lines))
    terminal.tell(facts, lines)
    return status


def _weights(folder: Path, facts: dict[str, object], lines: list[str]) -> int:
    """Check which parameters the network shares with another one; note it, return the status."""
    from verify.approximation.evidence import checked_weights

    answer, line = checked_weights(folder)
    facts["weights"] = {"answer": answer, "what": line}
    lines.append(f"{answer}: {line}")
    return _STATUS.get(answer, 2)


def _floats(folder: Path) -> Checked:
    """What the checker of float32 bounds says, and what follows if the claim holds."""
    from verify.errors import InputError
    from verify.float_bound import checked_float_bound
    from verify.report.evidence import read_evidence

    try:
        found = checked_float_bound(folder, read_evidence(folder).claim)
    except InputError as error:
        return 2, "malformed", str(error)
    told = "; ".join((found.line, *found.deployed))
    return _STATUS.get(found.answer, 2), found.answer, told


def _proved(folder: Path, kernel: str) -> Checked:
    """What the checker of such claims, in a process of its own, says of the certificate."""
    from verify import extended_claim
    from verify.kink_certificate import is_kink_certificate
    from verify.report.judgement import run_checker
    from verify.result import CERTIFICATE, CLAIM

    claim = folder / CLAIM
    is_extended = claim.is_file() and extended_claim.is_extended_claim(claim.read_bytes())
    has_kinks = is_kink_certificate(folder / CERTIFICATE)
    if kernel != "python":
        return _proved_by_kernel(folder, kernel, is_extended, has_kinks)
    found = run_checker(folder, extended_claim.CHECKER if is_extended else None)
    what = found.line.removeprefix(f"{found.answer}: ")
    if has_kinks:
        what = f"{what} by verify/kink_checker.py"
    return _STATUS.get(found.answer, 2), found.answer, what


def _proved_by_kernel(folder: Path, kernel: str, is_extended: bool, has_kinks: bool) -> Checked:
    """What the checker that is proved in Coq says."""
    from verify.errors import InputError
    from verify.kernel import check_with_coq, check_with_native

    if is_extended:
        raise InputError("--kernel", "claims about extended-real networks have one checker, python")
    if has_kinks:
        raise InputError("--kernel", "kink certificates have one checker, python")
    found = (check_with_coq if kernel == "coq" else check_with_native)(folder)
    return _STATUS.get(found.verdict, 2), found.verdict, f"{kernel} kernel, {found.reason}"


def _refuted(folder: Path) -> Checked:
    """What exact evaluation says of the counterexample; the claim is rejected either way."""
    from verify.errors import InputError
    from verify.report.evidence import read_evidence
    from verify.report.judgement import is_confirmed

    try:
        is_false = is_confirmed(read_evidence(folder))
    except InputError as error:
        return 2, "malformed", str(error)
    what = "there is no certificate, and the counterexample is not one"
    if is_false:
        what = "the claim is false, exact evaluation differs at the counterexample"
    return 1, "rejected", what
