"""The certificate that two recurrent networks stay close for so many steps."""

from fractions import Fraction
from hashlib import sha256

from theory.domain import Box, Space
from theory.errors import ShapeError
from theory.rational import text_of
from theory.recurrence.recurrent import RecurrentNetwork
from verify.claim import VERSION, json_bytes
from verify.formats.domain_file import domain_value
from verify.formats.recurrent_json import recurrent_bytes
from verify.horizon_checker import obligation, read
from verify.prove.architectures.derived import settled
from verify.prove.architectures.invariant import LEFT, RIGHT
from verify.result import HORIZON
from verify.verdict import Verdict

INITIAL = "initial.json"


def horizon_files(
    networks: tuple[RecurrentNetwork, RecurrentNetwork],
    initial: RecurrentNetwork | None,
    steps: int,
    epsilon: Fraction,
    *,
    domain: Box | Space,
    timeout: float,
) -> dict[str, bytes] | Verdict:
    """The files that `verify.horizon_checker` accepts, or why there are none.

    Theorem: T67 (recurrent masking), 4.

    Args:
        networks: Left and right.
        initial: The network whose weights the right one has, if that is to be said.
        steps: T.
        epsilon: How far outputs may be apart at the times 1, ..., T.
        domain: Of each input.
        timeout: Seconds of search, if the two do not merge at once.

    Raises:
        ShapeError: the networks have other inputs or outputs than each other, or no inputs.
    """
    left, right = networks
    if (left.inputs, left.outputs) != (right.inputs, right.outputs) or not left.inputs:
        raise ShapeError("horizon: expected networks with the same inputs, some, and outputs")
    files = {LEFT: recurrent_bytes(left), RIGHT: recurrent_bytes(right)}
    if initial is not None:
        files[INITIAL] = recurrent_bytes(initial)
    named = {
        side: {"file": file, "sha256": sha256(files[file]).hexdigest()} if file in files else None
        for side, file in (("initial", INITIAL), ("left", LEFT), ("right", RIGHT))
    }
    value: dict[str, object] = {
        "domain": domain_value(domain),
        "epsilon": text_of(epsilon),
        "format": "relucert-horizon",
        "proofs": [],
        "steps": steps,
        "version": VERSION,
        **named,
    }
    stated, _ = read(files.__getitem__, json_bytes(value))
    found = settled(obligation(stated), timeout)
    if not isinstance(found, list):
        return found
    return {**files, HORIZON: json_bytes({**value, "proofs": [found]})}
