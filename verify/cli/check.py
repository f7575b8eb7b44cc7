"""relucert check OUT: the standard-library checker on a folder."""

from pathlib import Path

from verify.cli.options import AsJson, Folder, Quiet
from verify.cli.terminal import Terminal, counted


def check(out: Folder, json: AsJson = False, quiet: Quiet = False) -> int:
    """Check the certificate in OUT. Exit: 0 accepted, 1 rejected, 2 malformed."""
    import time

    from verify import checker
    from verify.errors import InputError
    from verify.result import CERTIFICATE, CLAIM

    folder = Path(out)
    if not folder.is_dir():
        raise InputError(out, "is no folder")
    started = time.monotonic()
    facts: dict[str, object] = {}
    try:
        paths = [str(folder / name) for name in (CLAIM, CERTIFICATE)]
        proof = checker.check(checker.file_bytes, *paths)
    except (checker.MalformedError, checker.RejectedError) as error:
        word, status, what = error.verdict, error.status, str(error)
        facts["reason"] = what
    else:
        word, status = "accepted", 0
        leaves = counted(proof.leaves, "leaf", "leaves")
        lemmas = counted(proof.lemmas, "lemma", "lemmas")
        what = (
            f"left(x) = right(x) for every real x of the domain, exact weights ({leaves}, {lemmas})"
        )
        facts |= {"leaves": proof.leaves, "lemmas": proof.lemmas}
    seconds = time.monotonic() - started
    Terminal(json, quiet).tell(
        {"answer": word, "seconds": seconds, **facts}, [f"{word}: {what}, {seconds:.2f} s"]
    )
    return status
