"""What a tool says to a question, and what is left of it when exact evaluation has judged it."""

import json
from dataclasses import dataclass
from fractions import Fraction

from benchmarks.peers.question import Question
from theory.errors import NumberError
from theory.network import Vector
from theory.rational import rational

HOLDS, FAILS, UNKNOWN = "holds", "fails", "unknown"


class GarbledError(Exception):
    """A tool's output is not what was agreed on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A tool's own words.

    Attributes:
        answer: `holds`, `fails` or `unknown`.
        point: A counterexample, if it says one.
        said: More, in its words, for people.
        version: The solver's name and version.
    """

    answer: str
    point: Vector | None = None
    said: str = ""
    version: str = ""


def read_answer(output: str) -> Answer:
    """The answer in the last line of a solver's output, one JSON object.

    Raises:
        GarbledError: there is no such line.
    """
    lines = output.strip().splitlines()
    try:
        fields = json.loads(lines[-1])
        answer, point = fields["answer"], fields.get("point")
        found = None if point is None else tuple(number(entry) for entry in point)
        texts = str(fields.get("said", "")), str(fields.get("version", ""))
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, NumberError) as error:
        raise GarbledError(f"no answer in its last line: {error}") from None
    if answer not in (HOLDS, FAILS, UNKNOWN):
        raise GarbledError(f"unexpected answer {answer!r}")
    return Answer(answer, found, *texts)


def number(value: object) -> Fraction:
    """A number of a JSON answer exactly: a text is a rational, a float the dyadic that it is."""
    if not isinstance(value, str | int | float):
        raise TypeError(f"expected a number, got {value!r}")
    return rational(value) if isinstance(value, str) else Fraction(value)


def read_relucert(output: str) -> Answer:
    """The answer of `relucert prove --json`; with `--engine smt` it is Z3's word.

    Raises:
        GarbledError: the output is not its JSON object.
    """
    try:
        fields = json.loads(output)
        verdict, reason, version = fields["verdict"], fields["reason"], str(fields["engine"])
    except (ValueError, KeyError, TypeError) as error:
        raise GarbledError(f"no verdict: {error}") from None
    if verdict == "different":
        return Answer(FAILS, tuple(rational(entry) for entry in fields["point"]), "", version)
    if verdict == "equivalent":
        size = f"{fields['summary']['bytes'] / 1000:.1f} kB"
        return Answer(HOLDS, None, size, version)
    if reason.startswith("smt: Z3 says that it holds"):
        return Answer(HOLDS, None, reason, version)
    return Answer(UNKNOWN, None, reason, version)


def judged(question: Question, answer: Answer, has_certificate: bool) -> tuple[str, str]:
    """A verdict in one or two words, and why.

    proved: a certificate that the checker accepted; claimed: the tool says that it holds;
    refuted: its point is a counterexample, exactly; false point: it is none.
    """
    if answer.answer == UNKNOWN:
        return "unknown", answer.said
    if answer.answer == HOLDS:
        return ("proved" if has_certificate else "claimed"), answer.said
    if answer.point is None:
        return "refuted without a point", answer.said
    if question.fails_at(answer.point):
        return "refuted", answer.said
    return "false point", answer.said
