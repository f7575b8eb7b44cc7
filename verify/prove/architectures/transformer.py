"""Are two programs on tokens, as transformer blocks are, the same function?

`verify.transformer_checker` decides whether both are the same combination of atoms, whatever
softmax, erf and roots are. Otherwise tokens are looked for at which certified enclosures of both
outputs have no number in common.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from random import Random

from theory.architectures.token_program import TokenProgram
from theory.errors import ShapeError
from theory.network import ZERO, Vector
from theory.rational import text_of
from verify import tokens_checker, transformer_checker
from verify.checker import RejectedError
from verify.claim import VERSION, json_bytes
from verify.formats.token_json import program_bytes
from verify.result import TOKENS, TRANSFORMER
from verify.token_enclosure import Enclosure, Interval

LEFT, RIGHT = "left.json", "right.json"
_BITS = (64, 256)
_TRIES = 12
_MOST_TOKENS = 3
Tokens = tuple[Vector, ...]


@dataclass(frozen=True, slots=True)
class SamePrograms:
    """They are the same function; the files are what `verify.transformer_checker` accepted."""

    files: dict[str, bytes]
    about: str


@dataclass(frozen=True, slots=True)
class TellingPrograms:
    """Tokens at which outputs differ; the files are what `verify.tokens_checker` accepted.

    Attributes:
        files: Programs and tokens.
        about: Where they differ, and by how much at least.
        part: The part in which the programs differ.
        tokens: The rows.
    """

    files: dict[str, bytes]
    about: str
    part: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class OpenPrograms:
    """The programs differ as written, and no tokens were found that tell them apart."""

    reason: str


def compared_programs(
    left: TokenProgram,
    right: TokenProgram,
    count: int | None = None,
    tried: Sequence[Tokens] = (),
) -> SamePrograms | TellingPrograms | OpenPrograms:
    """Whether two programs are the same function, for every number of tokens.

    Theorem: T55 (transformer blocks after a gauge rewrite).

    Args:
        left: One program.
        right: The other.
        count: The number of tokens at which they may be told apart; None for any.
        tried: Tokens to try first.

    Raises:
        ShapeError: they have different numbers of inputs or outputs.
    """
    shapes = [(one.inputs, one.output.outputs) for one in (left, right)]
    if shapes[0] != shapes[1]:
        (a, b), (c, d) = shapes
        raise ShapeError(
            f"programs: {a} inputs and {b} outputs on the left, {c} and {d} on the right"
        )
    sides = {LEFT: program_bytes(left), RIGHT: program_bytes(right)}
    references = {
        name.removesuffix(".json"): {"file": name, "sha256": sha256(data).hexdigest()}
        for name, data in sides.items()
    }
    claim = json_bytes({"format": "relucert-transformer", "version": VERSION, **references})
    try:
        about = transformer_checker.check(sides.__getitem__, claim)
        return SamePrograms({**sides, TRANSFORMER: claim}, about)
    except RejectedError as error:
        part = str(error)
    for bits in _BITS:
        for tokens in (*tried, *_candidates(left.inputs, count)):
            place = _apart(sides, tokens, bits)
            if place is not None:
                told = _evidence(references, tokens, bits, place)
                about = tokens_checker.check(sides.__getitem__, told)
                return TellingPrograms({**sides, TOKENS: told}, about, part, tokens)
    return OpenPrograms(
        f"{part}, which by itself decides nothing, and {_TRIES} tries found no tokens at which "
        f"enclosures with {_BITS[-1]} bits differ"
    )


def _candidates(inputs: int, count: int | None) -> Iterator[Tokens]:
    """Tokens to try: 0, then random ones, one and several, or as many as they have to be."""
    random = Random(0)
    yield ((ZERO,) * inputs,) * (count or 1)
    for try_ in range(1, _TRIES):
        yield tuple(
            tuple(Fraction(random.randint(-8, 8), 4) for _ in range(inputs))
            for _ in range(count or 1 + try_ % _MOST_TOKENS)
        )


def _apart(sides: dict[str, bytes], tokens: Tokens, bits: int) -> tuple[int, int] | None:
    """The token and the output with the largest certain difference; None without any."""
    enclosure = Enclosure(bits)
    try:
        one, other = (
            enclosure.outputs(transformer_checker.read_program(sides[name], name), tokens)
            for name in (LEFT, RIGHT)
        )
    except RejectedError:  # so few bits do not determine a quotient
        return None
    gaps = [
        (_gap(one[token][output], other[token][output]), token, output)
        for token in range(len(one))
        for output in range(len(one[token]))
    ]
    gap, token, output = max(gaps)
    return (token, output) if gap > 0 else None


def _gap(one: Interval, other: Interval) -> int:
    return max(one[0] - other[1], other[0] - one[1])


def _evidence(
    references: dict[str, dict[str, str]], tokens: Tokens, bits: int, place: tuple[int, int]
) -> bytes:
    """The bytes of tokens.json."""
    return json_bytes(
        {
            "bits": bits,
            "format": "relucert-tokens",
            "output": place[1],
            "token": place[0],
            "tokens": [[text_of(entry) for entry in token] for token in tokens],
            "version": VERSION,
            **references,
        }
    )
