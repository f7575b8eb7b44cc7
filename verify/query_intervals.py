"""Queries whose cases are single comparisons deny that linear forms stay in intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box
from theory.network import ZERO, Affine, Network, Row
from verify.formats.vnnlib_query import Case, Output


@dataclass(frozen=True, slots=True)
class Interval:
    """What the negation of a query demands of a linear form of outputs: lower <= form <= upper."""

    form: tuple[tuple[Output, Fraction], ...]
    lower: Fraction | None
    upper: Fraction | None


def demanded_intervals(
    cases: Sequence[Case], slack: Fraction = ZERO
) -> tuple[Interval, ...] | None:
    """The intervals that linear forms must stay in so that no case holds, closed.

    None where a case needs more than one comparison. Forms are scaled so that their first
    coefficient is 1. A comparison that is not strict demands more, by the slack.
    """
    found: dict[tuple[tuple[Output, Fraction], ...], Interval] = {}
    for case in cases:
        weights = sorted(case[0].coefficients.items())
        if len(case) != 1 or not weights:
            return None
        first = weights[0][1]
        form = tuple((output, weight / first) for output, weight in weights)
        old = found.get(form, Interval(form, None, None))
        end = -(case[0].constant + (ZERO if case[0].strict else slack)) / first
        if first > 0:
            upper = end if old.upper is None else min(old.upper, end)
            found[form] = Interval(form, old.lower, upper)
        else:
            lower = end if old.lower is None else max(old.lower, end)
            found[form] = Interval(form, lower, old.upper)
    return tuple(found.values())


def closed_interval(
    interval: Interval, networks: Sequence[Network], box: Box
) -> tuple[Fraction, Fraction]:
    """The ends of the interval; one that is missing is put where the form cannot reach it."""
    low, high = _range(interval.form, networks, box)
    lower = interval.lower if interval.lower is not None else low
    upper = interval.upper if interval.upper is not None else high
    if interval.lower is None:
        lower = min(lower, upper) - 1
    if interval.upper is None:
        upper = max(lower, upper) + 1
    return lower, upper


def _range(
    form: Sequence[tuple[Output, Fraction]], networks: Sequence[Network], box: Box
) -> tuple[Fraction, Fraction]:
    """Numbers that the form lies between on the box, by interval arithmetic."""
    ends = [interval_image(network, box) for network in networks]
    low = high = ZERO
    for (net, index), weight in form:
        pair = (weight * ends[net][index][0], weight * ends[net][index][1])
        low, high = low + min(pair), high + max(pair)
    return low, high


def interval_image(network: Network, box: Box) -> list[tuple[Fraction, Fraction]]:
    """Intervals that hold the outputs on a box, by interval arithmetic."""
    values = list(zip(box.lower, box.upper, strict=True))
    for number, layer in enumerate(network.layers):
        if number:
            values = [(max(low, ZERO), max(high, ZERO)) for low, high in values]
        values = [_sum(row, bias, values) for row, bias in zip(layer.rows, layer.bias, strict=True)]
    return values


def _sum(
    row: Row, bias: Fraction, values: Sequence[tuple[Fraction, Fraction]]
) -> tuple[Fraction, Fraction]:
    low = high = bias
    for column, weight in row:
        pair = (weight * values[column][0], weight * values[column][1])
        low, high = low + min(pair), high + max(pair)
    return low, high


def affine_part(
    closed: Sequence[tuple[Interval, Fraction, Fraction]], net: int, widest: Fraction, outputs: int
) -> Affine:
    """The map of one network's outputs: the forms' parts, minus the middle, scaled to `widest`.

    f' - g' = (form - middle) * widest / half width, where g' is minus the part of the second.
    """
    rows, bias = [], []
    for interval, low, high in closed:
        factor = widest / ((high - low) / 2)
        sign = factor if net == 0 else -factor
        part: Mapping[int, Fraction] = {i: w for (side, i), w in interval.form if side == net}
        rows.append(tuple((index, sign * weight) for index, weight in sorted(part.items())))
        bias.append(-factor * (low + high) / 2 if net == 0 else ZERO)
    return Affine(outputs, tuple(rows), tuple(bias))
