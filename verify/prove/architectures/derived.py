"""The certificates of claims that checkers of recurrent networks derive."""

from verify.checker import MalformedError, RejectedError
from verify.claim import Claim, NamedNetwork
from verify.formats.domain_file import domain_of
from verify.formats.network_json import parse_network
from verify.formats.strict_json import object_of, read_json
from verify.prove.strategy import prove
from verify.recurrent_claims import Obligation
from verify.verdict import Equivalent, Unknown, Verdict

MERGE: list[object] = [["="]]


def claim_of(obligation: Obligation) -> Claim:
    """The claim as the proof search knows it."""
    keys = ("domain", "format", "left", "relation", "right", "version")
    value = object_of(read_json(obligation.files["claim.json"], "claim"), keys, "claim")
    left, right = (
        NamedNetwork.of(side, parse_network(obligation.files[f"{side}.json"], side))
        for side in ("left", "right")
    )
    where = domain_of(value["domain"], left.network.inputs, "domain")
    return Claim(left, right, where, str(value["relation"]))


def merges(obligation: Obligation) -> bool:
    """Whether the two networks are one function symbolically, so that a single step proves it."""
    try:
        Obligation(obligation.name, obligation.files, MERGE).check()
    except (RejectedError, MalformedError):
        return False
    return True


def settled(obligation: Obligation, timeout: float) -> list[object] | Verdict:
    """The steps that prove the claim, or why there are none."""
    if merges(obligation):
        return MERGE
    verdict = prove(claim_of(obligation), timeout=timeout)
    if not isinstance(verdict, Equivalent):
        return verdict
    steps: list[object] = list(verdict.certificate.steps)
    try:
        Obligation(obligation.name, obligation.files, steps).check()
    except (RejectedError, MalformedError) as error:
        return Unknown(f"the certificate of another engine does not serve: {error}")
    return steps
