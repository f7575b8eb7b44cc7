"""The file float-bound.json: how far float32 evaluation is from the exact networks of a claim.

It is written beside a certificate and checked by `verify/float_checker.py` (theorem T40). Together
with the claim it says what deployed networks do: outputs that differ by at most eps differ by at
most eps plus both bounds where they are evaluated in float32.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from theory.domain import Box
from theory.errors import DomainError, ScopeError
from theory.network import Vector
from theory.rational import text_of
from verify import float_checker
from verify.checker import Network, RejectedError
from verify.claim import Claim, json_bytes
from verify.competition import nearest_float32
from verify.formats.network_file import read_bytes
from verify.formats.strict_json import array_of, object_of, read_json
from verify.relation import Margin, TopK, TopOne, read_relation
from verify.result import FLOAT_BOUND
from verify.standalone import asked

CHECKER = Path(float_checker.__file__).resolve()
_DIGITS = 1000  # bounds are rounded up to three digits


@dataclass(frozen=True, slots=True)
class FloatBound:
    """Bounds on |float32 evaluation - exact value|, output by output.

    Attributes:
        left: Those of the left network.
        right: Those of the right one.
        data: The bytes of float-bound.json.
    """

    left: Vector
    right: Vector
    data: bytes


def float_bound(claim: Claim, cells: int = 1) -> FloatBound:
    """The bounds for both networks over the claim's box.

    They hold at every float32 vector of the box. An input that is fixed at a number that is no
    float32 may be rounded to the nearest one.

    Theorem: T40 (certificates of float32 bounds).

    Args:
        claim: Its domain is a box.
        cells: Into how many cells the box may be cut, for smaller bounds.

    Raises:
        DomainError: the domain is no box.
        ScopeError: a network has a number that is no float32, or a sum may overflow.
    """
    if not isinstance(claim.domain, Box):
        raise DomainError("float32: expected a box as domain")
    box = claim.domain
    ends = [[low, high] for low, high in zip(box.lower, box.upper, strict=True)]
    errors = [abs(low - nearest_float32(low)) if low == high else Fraction(0) for low, high in ends]
    files = claim.network_files
    entries, bounds = [], []
    for name in ("left.json", "right.json"):
        network = Network(files[name], name)
        try:
            float_checker.require_float32(network, name)
            found, tree = _divided(network, ends, errors, cells)
        except RejectedError as error:
            raise ScopeError(f"float32: {error}") from None
        bounds.append(tuple(map(_rounded_up, found)))
        digest = sha256(files[name]).hexdigest()
        entries.append(_entry(name, digest, bounds[-1], tree))
    value = {
        "box": [[text_of(low), text_of(high)] for low, high in ends],
        "format": "relucert-float-bound",
        "input_error": [text_of(error) for error in errors],
        "networks": entries,
        "version": 1,
    }
    return FloatBound(bounds[0], bounds[1], json_bytes(value))


def _entry(name: str, digest: str, bound: Vector, tree: Sequence[int]) -> Mapping[str, object]:
    return {
        "bound": [text_of(size) for size in bound],
        "file": name,
        "sha256": digest,
        "tree": list(tree),
    }


def _divided(
    network: Network, box: list[list[Fraction]], errors: list[Fraction], cells: int
) -> tuple[list[Fraction], list[int]]:
    """The bounds over the box cut in so many cells, the worst one first; and the tree of cuts.

    The input that is cut is the one whose width weighs most in the first layer.
    """
    weights = [max(sizes, default=Fraction(0)) for sizes in _first_weights(network, len(box))]
    tree: dict[str, int] = {}
    found = {"": float_checker.network_bound(network, box, errors, [-1])}
    places = {"": box}
    worst = [(-max(found[""]), "")]
    while len(found) < cells:
        _, name = heapq.heappop(worst)
        cell = places.pop(name)
        widths = [weight * (high - low) for weight, (low, high) in zip(weights, cell, strict=True)]
        place = max(range(len(cell)), key=widths.__getitem__)
        if not widths[place]:
            break
        del found[name]
        tree[name] = place
        low, high = cell[place]
        middle = (low + high) / 2
        for side, ends in (("0", [low, middle]), ("1", [middle, high])):
            part = [*cell[:place], ends, *cell[place + 1 :]]
            places[name + side] = part
            found[name + side] = float_checker.network_bound(network, part, errors, [-1])
            heapq.heappush(worst, (-max(found[name + side]), name + side))
    return [max(column) for column in zip(*found.values(), strict=True)], _preorder(tree, "")


def _first_weights(network: Network, inputs: int) -> list[list[Fraction]]:
    rows, _, scale = network.layers[0]
    found: list[list[Fraction]] = [[] for _ in range(inputs)]
    for row in rows:
        for column, weight in row:
            found[column].append(Fraction(abs(weight), scale))
    return found


def _preorder(tree: Mapping[str, int], name: str) -> list[int]:
    if name not in tree:
        return [-1]
    return [tree[name], *_preorder(tree, name + "0"), *_preorder(tree, name + "1")]


def _rounded_up(value: Fraction) -> Fraction:
    """A short decimal that is at least the value."""
    if not value:
        return value
    scale = Fraction(1)
    while value * scale < _DIGITS:
        scale *= 10
    while value * scale >= 10 * _DIGITS:
        scale /= 10
    return -(-value * scale // 1) / scale


def deployed(claim: Claim, left: Vector, right: Vector) -> list[str]:
    """What a proved claim and bounds on float evaluation say about deployed networks.

    Theorem: T40 (certificates of float32 bounds).
    """
    sums = [one + other for one, other in zip(left, right, strict=True)]
    exact = f"float32 evaluation is within {_listed(left)} (left) and {_listed(right)} (right)"
    lines = [f"{exact} of the exact values (T40)"]
    relation = read_relation(claim.relation)
    if isinstance(relation, TopOne | TopK | Margin):
        margin = relation.margin if isinstance(relation, Margin) else Fraction(0)
        rivals = f"fewer than {relation.k} exceed" if isinstance(relation, TopK) else "none exceeds"
        lines.append(
            f"deployed: where left's largest output leads by {_decimal(margin + _two(left))} in "
            f"float32, of right's outputs {rivals} that of the same class by more than "
            f"{_decimal(_two(right))}"
        )
        return lines
    apart = [claim.tolerance + size for size in sums]
    lines.append(
        f"deployed: outputs of left and right in float32 differ by at most {_listed(apart)}"
    )
    if len(apart) > 1:
        lines.append(
            f"deployed: where left's largest output leads by more than {_decimal(_two(apart))} in "
            "float32, right decides alike"
        )
    return lines


def _two(sizes: Sequence[Fraction]) -> Fraction:
    """The sum of the two largest."""
    return sum(sorted(sizes)[-2:], Fraction(0))


def _listed(values: Sequence[Fraction]) -> str:
    return ", ".join(map(_decimal, values)) if len(values) <= 4 else f"{_decimal(max(values))} each"


def _decimal(value: Fraction) -> str:
    """Three digits, rounded up."""
    return f"{float(_rounded_up(value)):.4g}"


def read_float_bound(folder: Path, claim: Claim) -> tuple[Vector, Vector] | None:
    """The bounds in a folder's float-bound.json; None if they are about other files or boxes.

    Nothing is checked here but that; `verify/float_checker.py` decides whether they hold.

    Raises:
        InputError: the file is malformed.
    """
    data = read_bytes(folder / FLOAT_BOUND)
    keys = ("box", "format", "input_error", "networks", "version")
    value = object_of(read_json(data, FLOAT_BOUND), keys, FLOAT_BOUND)
    expected = read_json(claim.data, "claim")
    if not isinstance(expected, dict) or not isinstance(expected["domain"], dict):
        return None
    if expected["domain"] != {"box": value["box"], "halfspaces": []}:
        return None
    entries = [
        object_of(entry, ("bound", "file", "sha256", "tree"), FLOAT_BOUND)
        for entry in array_of(value["networks"], FLOAT_BOUND)
    ]
    named = [(entry["file"], entry["sha256"]) for entry in entries]
    if named != [("left.json", claim.left.sha256), ("right.json", claim.right.sha256)]:
        return None
    left, right = (tuple(map(Fraction, map(str, array_of(entry["bound"], FLOAT_BOUND))))
                   for entry in entries)  # fmt: skip
    return left, right


@dataclass(frozen=True, slots=True)
class FloatCheck:
    """What the checker says of float-bound.json.

    Attributes:
        answer: `accepted`, `rejected` or `malformed`; `failed` if it said none of these.
        line: What it said about it.
        deployed: What follows for deployed networks, if the claim holds; nothing if rejected.
    """

    answer: str
    line: str
    deployed: tuple[str, ...] = ()


def checked_float_bound(folder: Path, claim: Claim) -> FloatCheck:
    """What the checker, in a process of its own, says of OUT/float-bound.json; and what follows.

    Raises:
        InputError: the file is malformed in a way that the checker does not see.
    """
    check = asked(CHECKER, folder / FLOAT_BOUND)
    answer, line = check.answer, check.told
    if not check.is_accepted:
        return FloatCheck(answer, line)
    bounds = read_float_bound(folder, claim)
    if bounds is None:
        return FloatCheck("rejected", "it is not about the claim's networks and box")
    return FloatCheck(answer, line, tuple(deployed(claim, *bounds)))
