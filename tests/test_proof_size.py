"""Proofs that are found hold no more than they need: no step, and hardly a multiplier."""

import json
from pathlib import Path

import pytest

from tests.proofs import PROVED, claim_of, proved
from theory.domain import Box
from theory.forms.two_hidden import two_hidden_form
from verify.certificate import Certificate, Step, checked
from verify.checker import Expression, MalformedError, Minimum, Proof, RejectedError
from verify.claim import Claim
from verify.formats.network_file import read_network
from verify.prove.strategy import proof_of, prove
from verify.verdict import Equivalent

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
MOST_STEPS = 60  # tried one by one


def is_accepted(claim: Claim, steps: list[Step]) -> bool:
    """Whether the checker accepts the steps."""
    try:
        return checked(claim, Certificate.of(claim, steps)).finished
    except (RejectedError, MalformedError):
        return False


@pytest.mark.parametrize("index", range(len(PROVED)))
def test_few_steps_are_needless(index: int) -> None:
    """Rule N may merge, by luck, what a settled symbol would have made affine."""
    claim, certificate = proved(index)
    steps = list(certificate.steps)
    settling = [number for number, step in enumerate(steps) if step[0] in ("+", "-", "N", "D")]
    tried = settling[:: max(1, len(settling) // MOST_STEPS)]
    needless = [n for n in tried if is_accepted(claim, steps[:n] + steps[n + 1 :])]
    assert 10 * len(needless) <= len(tried)


class Weighed(Proof):
    """A proof that counts the multipliers of its lemmas, and those that could be left out."""

    multipliers = 0
    needless = 0

    def prove(
        self,
        expression: Expression,
        lemma: object,
        side: Expression | None = None,
        minimum: Minimum | None = None,
    ) -> None:
        super().prove(expression, lemma, side, minimum)
        entries: list[int] = json.loads(json.dumps(lemma))
        for place in range(1, len(entries), 2):
            self.multipliers += 1
            fewer = entries[:place] + entries[place + 2 :]
            try:
                super().prove(expression, fewer, side, minimum)
            except RejectedError:
                continue
            self.needless += 1


@pytest.mark.parametrize("name", ["diabetes_2-8-8-1", "diabetes_3-6-6-1"])
def test_T12_few_multipliers_could_be_left_out(name: str) -> None:
    network = read_network(EXAMPLES / f"{name}.onnx").network
    domain = Box.cube(network.inputs, -1, 1)
    claim = claim_of(network, two_hidden_form(network, domain).network, domain)
    verdict = prove(claim)
    assert isinstance(verdict, Equivalent)
    proof = Weighed(proof_of(claim).claim)
    for step in verdict.certificate.steps:
        proof.step(step)
    assert proof.multipliers > 50
    assert 50 * proof.needless <= proof.multipliers
