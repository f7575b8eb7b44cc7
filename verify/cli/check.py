"""relucert check OUT: the standard-library checker on a folder."""

import time
from pathlib import Path

from verify.cli.options import AsJson, Folder, Quiet
from verify.cli.terminal import Terminal, counted

Checked = tuple[int, str, str, dict[str, object]]  # exit status, answer, what about it, facts


def check(out: Folder, json: AsJson = False, quiet: Quiet = False) -> int:
    """Check the certificate in OUT. Exit: 0 accepted, 1 rejected, 2 malformed."""
    from verify.errors import InputError
    from verify.result import CERTIFICATE, COUNTEREXAMPLE

    folder = Path(out)
    if not folder.is_dir():
        raise InputError(out, "is no folder")
    started = time.monotonic()
    is_refuted = (folder / COUNTEREXAMPLE).exists() and not (folder / CERTIFICATE).exists()
    status, answer, what, facts = _refuted(folder) if is_refuted else _proved(folder)
    seconds = time.monotonic() - started
    Terminal(json, quiet).tell(
        {"answer": answer, "reason": what if status else "", "seconds": seconds, **facts},
        [f"{answer}: {what}, {seconds:.2f} s"],
    )
    return status


def _proved(folder: Path) -> Checked:
    """What the checker says of the certificate."""
    from verify import checker
    from verify.result import CERTIFICATE, CLAIM

    try:
        paths = [str(folder / name) for name in (CLAIM, CERTIFICATE)]
        proof = checker.check(checker.file_bytes, *paths)
    except (checker.MalformedError, checker.RejectedError) as error:
        return error.status, error.verdict, str(error), {}
    leaves = counted(proof.leaves, "leaf", "leaves")
    lemmas = counted(proof.lemmas, "lemma", "lemmas")
    what = f"left(x) = right(x) for every real x of the domain, exact weights ({leaves}, {lemmas})"
    return 0, "accepted", what, {"leaves": proof.leaves, "lemmas": proof.lemmas}


def _refuted(folder: Path) -> Checked:
    """What exact evaluation says of the counterexample; the claim is rejected either way."""
    from verify.errors import InputError
    from verify.report.evidence import read_evidence
    from verify.report.judgement import is_confirmed

    try:
        is_false = is_confirmed(read_evidence(folder))
    except InputError as error:
        return 2, "malformed", str(error), {}
    what = "there is no certificate, and the counterexample is not one"
    if is_false:
        what = "the claim is false, exact evaluation differs at the counterexample"
    return 1, "rejected", what, {}
