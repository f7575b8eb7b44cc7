"""The linear part of a hidden layer, carried by as few stably active units as its rank.

What a layer with stably active units a and undecided units u hands on is, on the domain,

    V_u relu(W_u x + b_u) + L x + c,        L = V_a W_a,    c = V_a b_a.

With L = A B, B of r = rank L independent rows, r units relu(B x + s) do what all units a did, if
s is so large that B x + s >= 0 on the domain:  L x + c = A relu(B x + s) + c - A s. Where the
rows of W_a themselves have rank r, r of the units a will do. An undecided unit that is opposite
to another one may join: v relu(-k t) = k v relu(t) - k v t.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpz_mat

from theory.form import Form, integer_layer, negated
from theory.network import ZERO, Affine, Row
from theory.row_basis import rank_at_least, row_basis
from theory.slimming import Hidden, Slim, line_of, moved, reading, undecided
from theory.stability import Ends, Stability, images

_MARGIN = Fraction(1, 4)  # of a range: a shift is so much more than needed, for coarser bounds
_SHIFT_BITS = 8
Pairs = dict[int, tuple[int, Fraction]]  # unit -> the opposite one, the positive factor between


def with_least_linear_part(slim: Slim, place: int) -> Slim:
    """The network whose hidden layer has no more stably active units than its linear part needs.

    Opposite units join the linear part where that lowers the number of units. Where nothing is
    gained, or the bounds give no shift, the layer stays.

    Theorem: T38 (lossless compression on a domain), the part on ranks. Found for this project; for
    linearly dependent stably active units alone: Serra, Kumar, Ramalingam 2020, arXiv 2001.00218.
    """
    pairs = opposites(slim.hidden[place])
    parts = [LinearPart.of(slim, place, chosen) for chosen in ([{}, pairs] if pairs else [{}])]
    for part in sorted(parts, key=lambda part: part.rank - len(part.linear)):
        if part.rank < len(part.linear):
            carriers = part.old_carriers or _made(slim, place, part)
            if carriers is not None and len(carriers.layer.units) < len(part.linear):
                return _carried(slim, place, part, carriers)
    return slim


def opposites(layer: Hidden) -> Pairs:
    """Undecided units whose argument is a negative multiple of that of an earlier one."""
    first: dict[Form, int] = {}
    found: Pairs = {}
    for unit in undecided(layer):
        key, size = line_of(layer.affine, unit)
        other = first.get(negated(key))
        if other is None:
            first.setdefault(key, unit)
        else:
            found[unit] = other, size / line_of(layer.affine, other)[1]
    return found


@dataclass(frozen=True, slots=True)
class Carriers:
    """Stably active units that carry a linear part: L x = A W x with W x + b their arguments.

    Attributes:
        layer: The units.
        factors: A, one row for every unit of the next layer.
    """

    layer: Hidden
    factors: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class LinearPart:
    """L x + c = V (W x + b), what some units hand on to the next layer, all in integers.

    Attributes:
        layer: The hidden layer.
        linear: The units: those that are stably active first, then those of `pairs`.
        pairs: Units that are opposite to others, k relu(t) of which they leave behind.
        own: The rows of W that belong to stably active units, times the second scale.
        product: L, times both scales.
        scales: Of V and of W.
        rank: Of L (modulo a prime, so hardly ever less than it is).
    """

    layer: Hidden
    linear: list[int]
    pairs: Pairs
    own: list[list[int]]
    product: list[list[int]]
    scales: tuple[int, int]
    rank: int

    @staticmethod
    def of(slim: Slim, place: int, pairs: Pairs) -> "LinearPart":
        """The linear part of a layer if these opposite units join it."""
        layer = slim.hidden[place]
        active = [unit for unit, known in enumerate(layer.units) if known.sign > 0]
        linear = [*active, *sorted(pairs)]
        outer, outer_scale = integer_layer(reading(slim.following(place), linear, {}))
        inner, inner_scale = integer_layer(layer.kept(linear).affine)
        weights = _dense(inner.rows, layer.affine.inputs)
        product = _product(_dense(outer.rows, len(linear)), weights)
        scales, rank = (outer_scale, inner_scale), rank_at_least(product)
        return LinearPart(layer, linear, pairs, weights[: len(active)], product, scales, rank)

    @property
    def old_carriers(self) -> Carriers | None:
        """Stably active units of the layer, if as many as the rank will do."""
        own, rank = len(self.own), self.rank
        if not rank_at_least([*self.own, *self.product]) == rank == rank_at_least(self.own):
            return None
        basis = row_basis([*self.own, *self.product])
        if any(row >= own for row in basis.rows):
            return None
        place = {row: index for index, row in enumerate(basis.rows)}
        factors = tuple(
            tuple((place[row], weight / self.scales[0]) for row, weight in weights)
            for weights in basis.coefficients[own:]
        )
        return Carriers(self.layer.kept([self.linear[row] for row in basis.rows]), factors)


def _made(slim: Slim, place: int, part: LinearPart) -> Carriers | None:
    """New units for independent rows of L, shifted so as to be stably active; None if unbounded."""
    basis = row_basis(part.product)
    scale = part.scales[0] * part.scales[1]
    rows = tuple(
        tuple((c, Fraction(w, scale)) for c, w in enumerate(part.product[row]) if w)
        for row in basis.rows
    )
    columns = {row: index for index, row in enumerate(basis.rows)}
    ends = images(Affine(part.layer.affine.inputs, rows, (ZERO,) * len(rows)), _coarse(slim, place))
    shifts: list[Fraction] = []
    units: list[Stability] = []
    for low, high in ends:
        if low is None or high is None:
            return None
        shifts.append(shift := _shift(low, high))
        units.append(Stability(low + shift, high + shift, 1, "shift"))
    affine = Affine(part.layer.affine.inputs, rows, tuple(shifts))
    factors = tuple(
        tuple((columns[row], weight) for row, weight in weights) for weights in basis.coefficients
    )
    return Carriers(Hidden(affine, tuple(units), part.layer.number), factors)


def _carried(slim: Slim, place: int, part: LinearPart, carriers: Carriers) -> Slim:
    """The network whose hidden layer has its undecided units and these carriers."""
    layer, following, pairs = part.layer, slim.following(place), part.pairs
    rest = [unit for unit in undecided(layer) if unit not in pairs]
    new, old = carriers.layer, layer.kept(part.linear).affine
    merged = Affine(
        following.inputs, tuple(moved(r, pairs) for r in following.rows), following.bias
    )
    bent = reading(merged, rest, {})
    straight = reading(following, part.linear, {})
    combined, bias = [], []
    for index, factors in enumerate(carriers.factors):
        carried = ((len(rest) + column, weight) for column, weight in factors)
        combined.append((*bent.rows[index], *carried))
        constant = sum((w * old.bias[c] for c, w in straight.rows[index]), following.bias[index])
        bias.append(constant - sum((w * new.affine.bias[c] for c, w in factors), ZERO))
    kept = layer.kept(rest)
    affine = Affine(
        layer.affine.inputs,
        (*kept.affine.rows, *new.affine.rows),
        (*kept.affine.bias, *new.affine.bias),
    )
    hidden = Hidden(affine, (*kept.units, *new.units), layer.number)
    gained = len(part.linear) - len(pairs) - len(new.units)  # stably active units that went
    lost = Counter({(layer.number, "merged"): gained})
    lost[layer.number, "opposite"] = len(pairs) + min(gained, 0)
    reader = Affine(len(hidden.units), tuple(combined), tuple(bias))
    return slim.changed(place, hidden, reader, lost)


def _coarse(slim: Slim, place: int) -> Sequence[Ends]:
    """Bounds of what a hidden layer reads, as wide as zonotopes have them (T36)."""
    if not place:
        return slim.inputs
    return [_coarse_activation(unit) for unit in slim.hidden[place - 1].units]


def _coarse_activation(unit: Stability) -> Ends:
    """Bounds of a unit: its zonotope goes below 0 where its argument does."""
    low, high = unit.low, unit.high
    if high is None or low is None:
        return (ZERO if low is None else max(low, ZERO)), high
    if low >= 0 or high <= 0:
        return max(low, ZERO), max(high, ZERO)
    return low * high / (high - low), high


def _shift(low: Fraction, high: Fraction) -> Fraction:
    """A short number that is somewhat more than -low, at least 0."""
    wanted = (high - low) * _MARGIN - low
    if wanted <= 0:
        return ZERO
    size = wanted.numerator.bit_length() - wanted.denominator.bit_length() - _SHIFT_BITS
    unit = Fraction(2) ** size
    return (wanted // unit + 1) * unit


def _dense(rows: Sequence[Sequence[tuple[int, int]]], width: int) -> list[list[int]]:
    dense = [[0] * width for _ in rows]
    for entries, row in zip(dense, rows, strict=True):
        for column, weight in row:
            entries[column] = weight
    return dense


def _product(left: list[list[int]], right: list[list[int]]) -> list[list[int]]:
    if not left or not right or not right[0]:
        return [[0] * (len(right[0]) if right else 0) for _ in left]
    table = (fmpz_mat(left) * fmpz_mat(right)).tolist()
    return [[int(entry) for entry in row] for row in table]
