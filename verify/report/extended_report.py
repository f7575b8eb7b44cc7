"""The report on a claim about a network with extended-real weights: another claim and checker.

What `verify.checker` accepts is never said here, and what `verify.extended_checker` accepts is
said of no ordinary claim.
"""

import hashlib
import platform
from dataclasses import replace
from pathlib import Path

from theory.errors import TheoryError
from theory.extended import ExtendedNetwork
from theory.network import Network
from verify.claim import NamedNetwork
from verify.errors import FormatError
from verify.extended_claim import CHECKER, CLAIM_FORMAT, ExtendedClaim, NamedExtendedNetwork
from verify.formats.domain_file import domain_of
from verify.formats.extended_json import parse_extended
from verify.formats.network_file import read_bytes
from verify.formats.network_json import parse_network
from verify.formats.strict_json import Json, object_of, read_json
from verify.report.domain_view import domain_view
from verify.report.evidence import NamedFile, named_file
from verify.report.judgement import Status, run_checker
from verify.report.quoted import QuotedTheorem
from verify.report.run_notes import read_run_notes
from verify.report.template import rendered
from verify.report.theorems import named_theorem, theorems_behind, theorems_of_the_calculus
from verify.report.weight_table import weight_tables
from verify.result import CERTIFICATE, CLAIM, RUN
from verify.standalone import Check

_MOST_ROWS = 16  # units of a layer that are printed


def extended_report(folder: Path, checker: Path = CHECKER) -> tuple[str, Status]:
    """The TeX source of a report on an extended claim, and what it says; the checker is run.

    Raises:
        InputError: a file is missing or malformed, or there is no checker.
    """
    content = read_bytes(folder / CLAIM)
    keys = ("domain", "format", "left", "relation", "right", "version")
    top = object_of(read_json(content, CLAIM), keys, CLAIM)
    if top["format"] != CLAIM_FORMAT:
        raise FormatError(CLAIM, f'expected "format":"{CLAIM_FORMAT}"')
    files = tuple(named_file(folder, top[side], f"{CLAIM}, {side}") for side in ("left", "right"))
    claim = _claim(files[0], files[1], top)
    check = run_checker(folder, checker) if (folder / CERTIFICATE).exists() else None
    is_bound = all(file.sha256 == file.stated for file in files)
    is_proved = check is not None and check.is_accepted and is_bound
    status = Status.PROVED if is_proved else Status.OPEN
    run = read_run_notes(folder / RUN)
    source = rendered(
        "extended.tex.jinja",
        status=status.value,
        reasons=_reasons(check, is_bound),
        check=check,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        claim=claim,
        claim_sha256=hashlib.sha256(content).hexdigest(),
        domain=domain_view(claim.domain),
        networks=tuple(zip("fg", files, (claim.left, claim.right), strict=True)),
        run=run,
        theorem=_construction(run.theorem),
        behind=theorems_behind(run.theorem),
        calculus=theorems_of_the_calculus(None),
        weighed=(
            _weighed("f", files[0], claim.left.network),
            _weighed("g", files[1], claim.right.network),
        ),
    )
    return source, status


def _weighed(symbol: str, file: NamedFile, network: Network | ExtendedNetwork) -> dict[str, object]:
    """What the appendix of weights is given of a network."""
    tables = weight_tables(network, _MOST_ROWS)
    return {"symbol": symbol, "name": file.name, "file": file.file, "tables": tables}


def _claim(left: NamedFile, right: NamedFile, top: dict[str, Json]) -> ExtendedClaim:
    first = NamedNetwork(left.name, parse_network(left.content, left.file), left.content)
    second = NamedExtendedNetwork(
        right.name, parse_extended(right.content, right.file), right.content
    )
    if top["relation"] != "exact":
        raise FormatError(CLAIM, 'expected "relation":"exact" of an extended claim')
    try:
        domain = domain_of(top["domain"], first.network.inputs, f"{CLAIM}, domain")
        return ExtendedClaim(first, second, domain)
    except TheoryError as error:
        raise FormatError(CLAIM, str(error)) from None


def _construction(identifier: str) -> QuotedTheorem | None:
    """The theorem behind the form; of T22 without the caveat that it is about other networks."""
    theorem = named_theorem(identifier)
    return replace(theorem, caveat="") if theorem and identifier == "T22" else theorem


def _reasons(check: Check | None, is_bound: bool) -> list[str]:
    reasons = []
    if not is_bound:
        reasons.append("A network file is not the one that the claim names by its sha256.")
    if check is None:
        reasons.append("The folder holds no certificate.")
    elif not check.is_accepted:
        reasons.append(f"The checker did not accept the certificate ({check.answer}).")
    return reasons
