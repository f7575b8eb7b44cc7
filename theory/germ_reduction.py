"""Units of depth three and more, as they occur in germs, rewritten in depth two."""

from collections.abc import Container

from theory.depth import shallow_unit
from theory.errors import ScopeError
from theory.form import Form
from theory.germ_chart import chart_of
from theory.germ_fan import fan_sums
from theory.germ_nested import nest_of, nested_sum
from theory.maxima import BLOCKS, TREES
from theory.unit import Unit, UnitSum


def reduced_unit(unit: Unit, walls: Container[Form] = ()) -> tuple[UnitSum, str]:
    """The unit as a sum of depth at most two on R^n, and the theorem that says so.

    A unit that depends on two directions is a fan (T16), one with three nested units has a
    formula (T06), any other one is made convex and its maximum reduced (T07, T08). Up to three
    directions give maxima of at most four functions, which are trees (T10); four and five give
    maxima of five and six, which are blocks (T20).

    Args:
        unit: A unit of depth at least three whose forms all vanish on one flat.
        walls: Keys of hyperplanes where the first layer had best bend.

    Raises:
        ScopeError: the unit depends on six directions or more and has no formula.
    """
    directions = len(chart_of((unit,)).coordinates)
    if directions == 2:
        return fan_sums(({unit: 1},))[0], "T16"
    nest = nest_of(unit)
    if nest is not None:
        return nested_sum(nest), "T06"
    try:
        found = shallow_unit(unit, 2, walls, TREES if directions <= 3 else BLOCKS)
    except ScopeError as error:
        raise ScopeError(
            f"two-hidden-layer form: a face where {unit.depth} nested units depend on {directions} "
            f"directions; the theorem covers five inputs, or two hidden layers ({error})"
        ) from None
    return found, "T07" if directions <= 3 else "T20"
