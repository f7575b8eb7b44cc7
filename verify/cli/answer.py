"""The answer to a question as the user is told it, in lines and as facts for programs."""

from pathlib import Path

from verify.claim import Claim
from verify.cli.terminal import counted, sizes, vector
from verify.formats.domain_file import domain_value
from verify.kink_certificate import KinkCertificate
from verify.relation import Epsilon, Exact, read_relation
from verify.result import CERTIFICATE, CHECKPOINT, COUNTEREXAMPLE, Run, counterexample, summary
from verify.verdict import Different, Equivalent, Unknown, Verdict


def claim_facts(claim: Claim) -> dict[str, object]:
    """What is claimed, for programs."""
    sides = {"left": claim.left, "right": claim.right}
    return {"domain": domain_value(claim.domain), "relation": claim.relation} | {
        side: {"name": named.name, "sha256": named.sha256, "widths": named.network.widths}
        for side, named in sides.items()
    }


def verdict_facts(verdict: Verdict) -> dict[str, object]:
    """The point, if there is one, for programs."""
    return {**counterexample(verdict)} if isinstance(verdict, Different) else {}


def claim_lines(claim: Claim) -> list[str]:
    """What is claimed: a line for each side."""
    return [
        f"{side}  {sizes(named.network.widths)}  {named.name}  sha256 {named.sha256[:16]}"
        for side, named in (("left ", claim.left), ("right", claim.right))
    ]


def verdict_lines(claim: Claim, verdict: Verdict, run: Run) -> list[str]:
    """The verdict, what it rests on, and the times."""
    times = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in run.seconds.items())
    match verdict:
        case Equivalent(certificate=KinkCertificate(sizes=counts)):
            told = ", ".join(f"{number} {name}" for name, number in counts)
            size = f"{summary(verdict)['bytes'] / 1000:.1f} kB"
            answer = [
                f"{statement(claim.relation)} for every x of the domain, exact weights",
                f"kink certificate accepted ({told}, {size})",
                "accepted by: verify/kink_checker.py (T35), not verify/checker.py",
            ]
        case Equivalent(engine=engine, leaves=leaves, lemmas=lemmas):
            size = f"{summary(verdict)['bytes'] / 1000:.1f} kB"
            tree = f"{counted(leaves, 'leaf', 'leaves')}, {counted(lemmas, 'lemma', 'lemmas')}"
            answer = [
                f"{statement(claim.relation)} for every x of the domain, exact weights",
                f"certificate accepted ({engine}: {tree}, {size})",
            ]
        case Different(point, left, right, engine):
            answer = [
                f"different: exact evaluation shows it at a point of the domain ({engine})",
                f"point {vector(point)}",
                f"left  {vector(left)}",
                f"right {vector(right)}",
            ]
        case Unknown(reason):
            answer = [f"unknown: {reason}"]
    if run.opinion is not None:
        heard = run.opinion
        answer.append(f"second opinion: {heard.solver} says {heard.answer}, {heard.seconds:.2f} s")
    return [*answer, times]


def statement(relation: str) -> str:
    """What is proved of left and right, in words."""
    match read_relation(relation):
        case Exact():
            return "equivalent: left(x) = right(x)"
        case Epsilon(epsilon):
            return f"proved: |left(x) - right(x)| <= {epsilon} in every output"
        case other:
            return f"proved: {other.text} relates left(x) and right(x)"


def written_lines(out: Path | None, verdict: Verdict) -> list[str]:
    """Where the evidence is, and what may be done with it."""
    if out is None:
        return []
    match verdict:
        case Equivalent():
            return [f"written: {out / CERTIFICATE} (relucert check {out}; relucert report {out})"]
        case Different():
            return [f"written: {out / COUNTEREXAMPLE} (relucert report {out})"]
        case Unknown():
            checkpoint = out / CHECKPOINT
            if checkpoint.exists():
                return [f"written: {checkpoint} (the same command goes on from there)"]
            return [f"written: {out}"]
