"""Are two attention layers the same function for every number of tokens?

Equal gauge forms give a certificate for `verify.attention_checker`. Otherwise tokens are looked
for at which exact evaluation differs. Softmax is rational only where scores are equal, so there
one token, which attends to itself, is all that is tried in this way; then tokens at which
enclosures of the outputs differ.
"""

from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from random import Random

from theory.architectures.attention import AttentionLayer, Matrix, gauge_form
from theory.architectures.token_program import WEIGHTS, attention_program
from theory.errors import ShapeError
from theory.network import ZERO
from theory.rational import text_of
from verify import attention_checker
from verify.attention_checker import check
from verify.checker import RejectedError
from verify.claim import VERSION, json_bytes
from verify.formats.attention_json import attention_bytes
from verify.prove.architectures.transformer import TellingPrograms, compared_programs
from verify.result import ATTENTION

LEFT, RIGHT = "left.json", "right.json"
_TRIES = 200


@dataclass(frozen=True, slots=True)
class SameAttention:
    """They are the same function; the files are what `verify.attention_checker` accepted."""

    files: dict[str, bytes]
    about: str


@dataclass(frozen=True, slots=True)
class TellingTokens:
    """Tokens at which the outputs differ, by exact evaluation.

    Attributes:
        tokens: The rows.
        left: The outputs of the left layer.
        right: Those of the right one.
        files: Evidence for `verify.tokens_checker`; none for hardmax, which jumps.
    """

    tokens: Matrix
    left: Matrix
    right: Matrix
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class OpenAttention:
    """The forms differ, and no tokens were found that tell the layers apart."""

    reason: str


def compared_attention(
    left: AttentionLayer, right: AttentionLayer
) -> SameAttention | TellingTokens | TellingPrograms | OpenAttention:
    """Whether two layers are the same function.

    Theorem: T48 (gauges of attention), and T55 (transformer blocks) for enclosures.

    Raises:
        ShapeError: they have different numbers of inputs or outputs, or are of different kinds.
    """
    shapes = [(one.inputs, len(one.output_bias), one.kind) for one in (left, right)]
    if shapes[0] != shapes[1]:
        raise ShapeError(f"attention: {shapes[0]} inputs, outputs, kind on one side, {shapes[1]}")
    if gauge_form(left) == gauge_form(right):
        files = _files(left, right)
        try:
            return SameAttention(files, check(files.__getitem__, files[ATTENTION]))
        except RejectedError as error:
            return OpenAttention(f"the checker rejected the certificate: {error}")
    return _apart(left, right)


def _files(left: AttentionLayer, right: AttentionLayer) -> dict[str, bytes]:
    files = {LEFT: attention_bytes(left), RIGHT: attention_bytes(right)}
    groups: dict[str, dict[str, list[list[object]]]] = {}
    for side, data in (("left", files[LEFT]), ("right", files[RIGHT])):
        layer = attention_checker.read_layer(data, side)
        if layer.kind == "linear":
            continue
        for number in range(len(layer.heads)):
            if attention_checker.without_effect(layer, number):
                continue
            key, factor = _key(layer, number)
            both = groups.setdefault(key, {"left": [], "right": []})
            both[side].append([number, text_of(factor)])
    references = {
        name.removesuffix(".json"): {"file": name, "sha256": sha256(data).hexdigest()}
        for name, data in files.items()
    }
    listed = [groups[key] for key in sorted(groups)]
    head = {"format": "relucert-attention", "groups": listed, "version": VERSION}
    return {**files, ATTENTION: json_bytes({**head, **references})}


def _key(layer: attention_checker.Layer, number: int) -> tuple[str, Fraction]:
    """The scores of a head as far as they are compared, scaled, and the scale."""
    scores, _ = layer.heads[number]
    width = layer.inputs + (layer.kind == "relu")
    kept = [row[:width] for row in scores]
    factor = Fraction(1)
    if layer.kind != "softmax":
        factor = next((abs(entry) for row in kept for entry in row if entry), factor)
    return str([[text_of(entry / factor) for entry in row] for row in kept]), factor


def _apart(
    left: AttentionLayer, right: AttentionLayer
) -> TellingTokens | TellingPrograms | OpenAttention:
    random = Random(0)
    units: list[Matrix] = [((ZERO,) * left.inputs,)]
    for try_ in range(_TRIES):
        count = 1 if left.kind == "softmax" else 1 + try_ % 3
        units.append(
            tuple(
                tuple(Fraction(random.randint(-4, 4)) for _ in range(left.inputs))
                for _ in range(count)
            )
        )
    found = next((tokens for tokens in units if left(tokens) != right(tokens)), None)
    files: dict[str, bytes] = {}
    if left.kind in WEIGHTS:
        tried = () if found is None else (found,)
        programs = attention_program(left), attention_program(right)
        told = compared_programs(*programs, tried=tried)
        if isinstance(told, TellingPrograms):
            if found is None:
                return told
            files = told.files
    if found is not None:
        return TellingTokens(found, left(found), right(found), files)
    return OpenAttention("the gauge forms differ, and no tokens were found that show a difference")
