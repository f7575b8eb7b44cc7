"""The global linear approximation by two hidden layers (Kumar, Serra, Ramalingam): not equal.

For an activation pattern S let t_(S,i) be the preactivation of unit i under S and f_S the affine
output. With the violation v_S = sum of relu(-t_(S,i)) over the units that are active in S + sum
of relu(t_(S,i)) over the others,

    g_M(x) = sum over S of relu(f_S(x) - M v_S(x)) - relu(-f_S(x) - M v_S(x)).

The number of units does not depend on M. Inside a region, away from its boundary, g_M = f; in
strips along all boundaries it is not, and there the error does not become small: on the common
boundary of k regions g_M = k f for every large M. Strips become thin as M grows, so g_M tends
to f in measure and in every L^p on a box, but never uniformly. For equality see T05 and T22.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from theory.domain import Domain
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Affine, Network, Row
from theory.region import regions

Form = tuple[Fraction, ...]  # constant, gradient

MOST_UNITS = 12  # of a network all of whose patterns are written out
PATTERNS = ("all", "regions")


@dataclass(frozen=True, slots=True)
class GlobalLinearTrace:
    """What the construction counted; the result approximates, it is not equal.

    Attributes:
        slope: M.
        patterns: How many activation patterns were written out.
        functionals: Distinct preactivations among them, constants left out.
        theorem_widths: As the theorem counts: n, units of both hidden layers, m.
        widths: Of the network that was built.
        theorem: Always T25.
    """

    slope: Fraction
    patterns: int
    functionals: int
    theorem_widths: tuple[int, int, int, int]
    widths: tuple[int, ...]
    theorem: str = "T25"


@dataclass(frozen=True, slots=True)
class Pattern:
    """An activation pattern: its affine outputs, and what is >= 0 where it holds.

    Attributes:
        demands: For every unit its preactivation under the pattern, negated if it is inactive.
        outputs: The affine output forms f_S.
    """

    demands: tuple[Form, ...]
    outputs: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class GlobalLinearForm:
    """A network that approximates another one, the patterns it is made of, and counts."""

    network: Network
    patterns: tuple[Pattern, ...]
    trace: GlobalLinearTrace


def global_linear_form(
    network: Network, domain: Domain, slope: Fraction = Fraction(1000), patterns: str = "regions"
) -> GlobalLinearForm:
    """The approximation g_M with two hidden layers; it differs from the network.

    Theorem: T25 (global linear approximation). A. Kumar, T. Serra, S. Ramalingam 2019, arXiv
    1905.11428; reconstructed from the abstract.

    Args:
        network: Any ReLU network Q^n -> Q^m.
        domain: Where regions are listed; all patterns do not depend on it.
        slope: M > 0: the steeper, the thinner the strips where the networks differ.
        patterns: `all` takes every pattern of units, `regions` those of linear regions alone.

    Raises:
        DomainError: the slope is not positive, or the domain has no interior.
        ScopeError: there are too many patterns or inputs.
    """
    if slope <= 0:
        raise DomainError(f"slope: expected a positive number, got {slope}")
    if patterns not in PATTERNS:
        raise ScopeError(f"patterns: expected {' or '.join(PATTERNS)}, got {patterns}")
    if patterns == "all":
        found, pool = _all_patterns(network)
        theorem = all_pattern_widths(network)
    else:
        found = _region_patterns(network, domain)
        pool = tuple(dict.fromkeys(form for one in found for form in map(_negated, one.demands)))
        theorem = region_pattern_widths(network, found)
    built = _written_out(network, found, pool, slope)
    trace = GlobalLinearTrace(slope, len(found), len(_functionals(found)), theorem, built.widths)
    return GlobalLinearForm(built, found, trace)


def all_pattern_widths(network: Network) -> tuple[int, int, int, int]:
    """The theorem's unit counts for all patterns.

    First layer: two for every unit of layer l and every pattern of the layers before it, and 2 n
    that pass the inputs on; second layer: 2 m for every pattern.
    """
    first, before = 0, 0
    for width in network.widths[1:-1]:
        first += 2 * width << before
        before += width
    return (
        network.inputs,
        first + 2 * network.inputs,
        2 * network.outputs << before,
        network.outputs,
    )


def region_pattern_widths(
    network: Network, patterns: Sequence[Pattern]
) -> tuple[int, int, int, int]:
    """The unit counts where only some patterns are written out: 2 H + 2 n and 2 m N.

    H is the number of distinct preactivations, N that of patterns.
    """
    first = 2 * len(_functionals(patterns)) + 2 * network.inputs
    return network.inputs, first, 2 * network.outputs * len(patterns), network.outputs


def _functionals(patterns: Sequence[Pattern]) -> set[Form]:
    """The distinct preactivations that are not constant, sign left out."""
    forms = (form for one in patterns for form in one.demands if any(form[1:]))
    return {max(form, _negated(form)) for form in forms}


def _negated(form: Form) -> Form:
    return tuple(-entry for entry in form)


def _region_patterns(network: Network, domain: Domain) -> tuple[Pattern, ...]:
    """The patterns of the linear regions over the domain; constant preactivations say nothing."""
    known: dict[object, Pattern] = {}
    size = network.inputs + 1
    for region in regions(network, domain):
        if region.pattern not in known:
            known[region.pattern] = _under(network, region.pattern.layers, size)
    return tuple(known.values())


def _under(network: Network, layers: Sequence[Sequence[bool]], size: int) -> Pattern:
    """The preactivations and outputs under a pattern."""
    demands: list[Form] = []
    values = _inputs(size)
    for layer, bits in zip(network.layers, layers, strict=False):
        forms = _forms(layer, values, size)
        demands += _demands(forms, bits)
        values = _kept(forms, bits)
    outputs = _forms(network.layers[-1], values, size)
    return Pattern(tuple(form for form in demands if any(form[1:])), outputs)


def _all_patterns(network: Network) -> tuple[tuple[Pattern, ...], tuple[Form, ...]]:
    """Every pattern, and every violation, once for each unit, sign and pattern before it.

    So the theorem counts them; where violations are equal, the first of them is read. A unit
    whose preactivation is zero under the pattern before it counts as inactive; its other half
    would be satisfied everywhere, and its region count twice.
    """
    if network.units > MOST_UNITS:
        raise ScopeError(
            f"all patterns: expected at most {MOST_UNITS} units, got {network.units}; "
            "take the patterns of regions"
        )
    size = network.inputs + 1
    pool: list[Form] = []
    states: list[tuple[tuple[Form, ...], tuple[Form, ...]]] = [((), _inputs(size))]
    for layer in network.layers[:-1]:
        deeper: list[tuple[tuple[Form, ...], tuple[Form, ...]]] = []
        for demands, values in states:
            forms = _forms(layer, values, size)
            pool += [form for one in forms for form in (one, _negated(one))]
            for bits in product((False, True), repeat=len(forms)):
                if all(any(form) or not bit for form, bit in zip(forms, bits, strict=True)):
                    longer = (*demands, *_demands(forms, bits))
                    deeper.append((longer, _kept(forms, bits)))
        states = deeper
    last = network.layers[-1]
    found = tuple(Pattern(demands, _forms(last, values, size)) for demands, values in states)
    return found, tuple(pool)


def _inputs(size: int) -> tuple[Form, ...]:
    """The forms x_1, ..., x_n."""
    return tuple(
        tuple(Fraction(int(place == index)) for place in range(size)) for index in range(1, size)
    )


def _forms(layer: Affine, values: Sequence[Form], size: int) -> tuple[Form, ...]:
    found = []
    for row, bias in zip(layer.rows, layer.bias, strict=True):
        total = [bias, *(ZERO,) * (size - 1)]
        for column, weight in row:
            total = [a + weight * b for a, b in zip(total, values[column], strict=True)]
        found.append(tuple(total))
    return tuple(found)


def _demands(forms: Sequence[Form], bits: Sequence[bool]) -> tuple[Form, ...]:
    return tuple(form if bit else _negated(form) for form, bit in zip(forms, bits, strict=True))


def _kept(forms: Sequence[Form], bits: Sequence[bool]) -> tuple[Form, ...]:
    zero = (ZERO,) * len(forms[0]) if forms else ()
    return tuple(form if bit else zero for form, bit in zip(forms, bits, strict=True))


def _written_out(
    network: Network, patterns: Sequence[Pattern], pool: Sequence[Form], slope: Fraction
) -> Network:
    """The violations of the pool and the inputs, then the units of all patterns."""
    inputs = network.inputs
    pairs = [form for one in _inputs(inputs + 1) for form in (one, _negated(one))]
    first = [*pool, *pairs]
    place = {form: index for index, form in reversed(tuple(enumerate(pool)))}
    rows: list[Row] = []
    bias: list[Fraction] = []
    for pattern in patterns:
        columns = [place[_negated(form)] for form in pattern.demands]
        for output in pattern.outputs:
            for sign in (1, -1):
                rows.append(_unit(output, sign, columns, len(pool), slope))
                bias.append(sign * output[0])
    outer = tuple(
        tuple(
            (2 * (index * network.outputs + output) + part, Fraction(1 - 2 * part))
            for index in range(len(patterns))
            for part in (0, 1)
        )
        for output in range(network.outputs)
    )
    return Network(
        (
            Affine.dense([form[1:] for form in first], [form[0] for form in first], inputs),
            Affine(len(first), tuple(rows), tuple(bias)),
            Affine(len(rows), outer, (ZERO,) * network.outputs),
        )
    )


def _unit(output: Form, sign: int, columns: Sequence[int], passed: int, slope: Fraction) -> Row:
    """The row sign * output - slope * (sum of the columns), inputs read from column `passed` on."""
    row: dict[int, Fraction] = {}
    for column in columns:
        row[column] = row.get(column, ZERO) - slope
    for index, entry in enumerate(output[1:]):
        if entry:
            row[passed + 2 * index] = sign * entry
            row[passed + 2 * index + 1] = -sign * entry
    return tuple(sorted(row.items()))


def violation(pattern: Pattern, point: Sequence[Fraction]) -> Fraction:
    """v_S(point): zero exactly where the pattern's closed conditions hold."""
    values = (_value(form, point) for form in pattern.demands)
    return sum((-value for value in values if value < 0), ZERO)


def _value(form: Form, point: Sequence[Fraction]) -> Fraction:
    return sum((g * x for g, x in zip(form[1:], point, strict=True)), form[0])


def is_settled(form: GlobalLinearForm, point: Sequence[Fraction]) -> bool:
    """Whether no pattern speaks at the point that does not hold there: M v_S >= |f_S|.

    Then g_M(point) = k f(point), with k the number of patterns that hold.
    """
    for pattern in form.patterns:
        excess = violation(pattern, point)
        largest = max((abs(_value(output, point)) for output in pattern.outputs), default=ZERO)
        if excess and form.trace.slope * excess < largest:
            return False
    return True


def holding(form: GlobalLinearForm, point: Sequence[Fraction]) -> Iterator[Pattern]:
    """The patterns whose closed conditions hold at the point."""
    return (pattern for pattern in form.patterns if not violation(pattern, point))
