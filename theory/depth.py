"""A deep unit as a sum of units of small depth, if it reads few independent forms.

For a unit u = relu(z) and weights a_i, with d the largest -a_i (or 0),

    max_i (e_i + a_i u) = max_i max(e_i, e_i + (a_i + d) z) - d u.

Applied to all inner units of a unit v in turn, deepest first, this turns v into a maximum of
affine forms minus positive multiples of its inner units: v is made convex by units that it
has already. The maximum is cut down to few arguments (T08) and becomes max trees (T10) or
blocks (T19); the inner units are treated alike.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping

from flint import fmpz_mat

from theory.errors import ScopeError
from theory.form import Form, combination
from theory.germ_chart import all_units
from theory.germ_nested import nest_of, nested_sum
from theory.maxima import TREES, Maxima
from theory.unit import Number, Unit, UnitSum, relu_of, weighted_sum

MOST_PIECES = 4096
_Argument = tuple[Form, frozenset[tuple[Unit, int]]]


class DepthReduction:
    """Replaces units by sums of units of small depth; every unit is looked at once.

    Attributes:
        walls: Keys of hyperplanes where new units had best bend.
        maxima: How maxima are written.
        theorems: How many units T06 and T09 rewrote.
        arities: How many maxima of each arity were made.
    """

    def __init__(self, walls: Container[Form] = (), maxima: Maxima = TREES) -> None:
        self.walls = walls
        self.maxima = maxima
        self.theorems: Counter[str] = Counter()
        self.arities: Counter[int] = Counter()
        self._known: dict[tuple[Unit, int], UnitSum] = {}

    def sum(self, deep: UnitSum, depth: int) -> UnitSum:
        """The sum with every unit deeper than `depth` replaced by units that are not.

        Theorem: T09 (log-depth form), the local part.

        Raises:
            ScopeError: `depth` layers are too few for the independent forms that a unit reads.
        """
        kept = {unit: weight for unit, weight in deep.units.items() if unit.depth <= depth}
        terms: list[tuple[UnitSum, Number]] = [(UnitSum(deep.form, kept), 1)]
        for unit, weight in deep.units.items():
            if unit.depth > depth:
                terms.append((self.unit(unit, depth), weight))
        return weighted_sum(terms, len(deep.form))

    def unit(self, unit: Unit, depth: int) -> UnitSum:
        """The unit as a sum of units of at most the given depth.

        Where the inner units can be made shallow enough by themselves, this is done and the
        unit stays one layer above them: the fewer forms they read, the shorter their sums.

        Theorem: T09 (log-depth form), the local part.

        Raises:
            ScopeError: `depth` layers are too few for the independent forms that the unit reads.
        """
        if unit.depth <= depth:
            return UnitSum((0,) * len(unit.form), {unit: 1})
        known = self._known.get((unit, depth))
        if known is None:
            known = self._known[unit, depth] = self._rewritten(unit, depth)
        return known

    def _rewritten(self, unit: Unit, depth: int) -> UnitSum:
        if all(min(u.depth, sufficient_depth(u, self.maxima)) < depth for u, _ in unit.inner):
            return relu_of(self.sum(UnitSum(unit.form, dict(unit.inner)), depth - 1))
        nest = nest_of(unit) if depth == 2 else None
        if nest is not None:
            self.theorems["T06"] += 1
            return nested_sum(nest)
        if sufficient_depth(unit, self.maxima) > depth:
            raise ScopeError(
                f"depth: {depth} layers are too few for the {rank_of(unit)} "
                "independent forms that a unit reads"
            )
        self.theorems["T09"] += 1
        pieces, drops = convex_part(unit)
        terms: list[tuple[UnitSum, Number]] = []
        for functions, coefficient in self.maxima.reduced(pieces, depth).items():
            self.arities[len(functions)] += 1
            terms.append((self.maxima.written(functions, depth, self.walls), coefficient))
        terms += [(self.unit(inner, depth), -drop) for inner, drop in drops.items()]
        return weighted_sum(terms, len(unit.form))


def shallow_unit(
    unit: Unit, depth: int, walls: Container[Form] = (), maxima: Maxima = TREES
) -> UnitSum:
    """The unit as a sum of units of at most the given depth.

    Theorem: T09 (log-depth form), the local part.

    Args:
        unit: A unit.
        depth: The greatest depth that is wanted.
        walls: Keys of hyperplanes where new units had best bend.
        maxima: How maxima are written.

    Raises:
        ScopeError: `depth` layers are too few for the independent forms that the unit reads.
    """
    return DepthReduction(walls, maxima).unit(unit, depth)


def rank_of(unit: Unit) -> int:
    """How many of the forms of a unit and its inner units are linearly independent."""
    forms = list(dict.fromkeys(part.form for part in all_units((unit,))))
    return int(fmpz_mat(forms).rank())


def sufficient_depth(unit: Unit, maxima: Maxima = TREES) -> int:
    """ceil(log2(r + 1)) for a unit of rank r: the depth that it can always be given.

    With blocks it is ceil(log3((r + 1) / 2)) + 1.

    Theorem: T09 (log-depth form), the local part; T19 (recursion) with blocks.
    """
    return maxima.layers(rank_of(unit) + 1)


def convex_part(unit: Unit) -> tuple[tuple[Form, ...], Mapping[Unit, int]]:
    """Pieces p and positive weights d with unit = max(pieces) - sum d * inner unit.

    Theorem: T07 (convexification), by inner units.

    Raises:
        ScopeError: there are more than 4096 pieces; they double with every inner unit.
    """
    zero = (0,) * len(unit.form)
    arguments: set[_Argument] = {(zero, frozenset()), (unit.form, frozenset(unit.inner))}
    drops: dict[Unit, int] = {}
    for part in reversed(all_units((unit,))[:-1]):
        weights = {argument: dict(argument[1]).get(part, 0) for argument in arguments}
        drop = max(0, *(-weight for weight in weights.values()))
        if drop:
            drops[part] = drop
        arguments = {
            new
            for argument, weight in weights.items()
            for new in _resolved(argument, part, weight + drop)
        }
        if len(arguments) > MOST_PIECES:
            count = len(all_units((unit,)))
            raise ScopeError(f"depth: {count} units zero at one point have too many pieces")
    return tuple(sorted(form for form, _ in arguments)), drops


def _resolved(argument: _Argument, part: Unit, weight: int) -> Iterable[_Argument]:
    """The arguments e and e + weight * z in place of e + (any multiple of) relu(z)."""
    form, units = argument
    rest = {unit: inner for unit, inner in units if unit != part}
    yield form, frozenset(rest.items())
    if weight:
        for unit, inner in part.inner:
            rest[unit] = rest.get(unit, 0) + weight * inner
        raised = combination(((1, form), (weight, part.form)), len(form))
        yield raised, frozenset((unit, inner) for unit, inner in rest.items() if inner)
