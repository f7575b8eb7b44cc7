"""The certificate that a network is T steps of a recurrent one, or the other way round."""

from hashlib import sha256

from theory.domain import Box, Space
from theory.network import Network
from theory.recurrence.recurrent import RecurrentNetwork
from verify.claim import VERSION, json_bytes
from verify.formats.domain_file import domain_value
from verify.formats.network_json import network_text
from verify.formats.recurrent_json import recurrent_bytes
from verify.prove.architectures.derived import settled
from verify.result import UNROLLING
from verify.unrolling_checker import obligation, read
from verify.verdict import Verdict

RECURRENT, UNROLLED = "recurrent.json", "unrolled.json"


def unrolling_files(
    recurrent: RecurrentNetwork,
    network: Network,
    steps: int,
    kind: str,
    *,
    domain: Box | Space,
    timeout: float,
) -> dict[str, bytes] | Verdict:
    """The files that `verify.unrolling_checker` accepts, or why there are none.

    Theorem: T43 (unrolling and wavefront).

    Args:
        recurrent: The recurrent network.
        network: The one without recurrence.
        steps: How many steps of the first the second one is.
        kind: `last`, `every` or `wavefront`, as the checker says.
        domain: Of each input.
        timeout: Seconds of search, if the two do not merge at once.
    """
    files = {
        RECURRENT: recurrent_bytes(recurrent),
        UNROLLED: network_text(network).encode("ascii"),
    }
    value: dict[str, object] = {
        "domain": domain_value(domain),
        "format": "relucert-unrolling",
        "kind": kind,
        "network": {"file": UNROLLED, "sha256": sha256(files[UNROLLED]).hexdigest()},
        "proofs": [],
        "recurrent": {"file": RECURRENT, "sha256": sha256(files[RECURRENT]).hexdigest()},
        "steps": steps,
        "version": VERSION,
    }
    stated, _ = read(files.__getitem__, json_bytes(value))
    found = settled(obligation(stated), timeout)
    if not isinstance(found, list):
        return found
    return {**files, UNROLLING: json_bytes({**value, "proofs": [found]})}
