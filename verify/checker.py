"""The trusted checker: reads a claim, two networks and a certificate, and accepts or rejects.

    python3 -I -S verify/checker.py OUT/claim.json OUT/certificate.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it imports nothing
of this project, searches for nothing, and trusts no number that it has not computed itself.

What is accepted: for every real x of the domain, left(x) = right(x), where both networks are
read as exact rational functions with relu(t) = max(0, t) between their affine layers.

How (theorem T11). Both networks are evaluated once, symbolically. Every relu is a *symbol*
Y_k = relu(a_k), numbered in order of first occurrence; its argument a_k is an integer
expression in the inputs and earlier symbols, divided by its content. Equal arguments share a
symbol, and relu(-a) = relu(a) - a, so permuted, rescaled, duplicated and opposite units meet
in one symbol without a proof step. The difference of the outputs is then one expression
    E = affine form + sum of coefficient * Y_k,
and the certificate is a case tree, written depth first, after whose leaves E is zero. On the
current cell, `rows` are forms known to be >= 0, and `value[k]` is what Y_k is there.

A *form* is a tuple of integers (c, g_1, ..., g_n) for c + g x; an *expression* is a pair
(form, {symbol: coefficient}). All scalings are by positive integers, so signs are exact.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable
from math import gcd, lcm

Form = tuple[int, ...]
Expression = tuple[Form, dict[int, int]]
Argument = tuple[Form, tuple[tuple[int, int], ...]]
Json = object

FORMAT_VERSION = 1
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:/[1-9][0-9]*)?", re.ASCII)
_LONGEST_NUMBER = 4000


class MalformedError(Exception):
    """A file is not what the format says; nothing was checked."""


class RejectedError(Exception):
    """The certificate does not prove the claim."""


def require(condition: bool, reason: str) -> None:
    """Reject for the reason unless the condition holds."""
    if not condition:
        raise RejectedError(reason)


def expect(condition: bool, reason: str) -> None:
    """Call the file malformed for the reason unless the condition holds."""
    if not condition:
        raise MalformedError(reason)


# ---------------------------------------------------------------- reading


def _no_float(text: str) -> None:
    raise MalformedError(f"a float or constant where only exact numbers may stand: {text[:20]}")


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    expect(len(found) == len(pairs), "a key occurs twice in one object")
    return found


def parse(data: bytes) -> Json:
    """The JSON value of the bytes; floats, NaN, duplicate keys and deep nesting are refused."""
    try:
        return json.loads(
            data.decode("ascii"),
            parse_float=_no_float,
            parse_constant=_no_float,
            object_pairs_hook=_no_duplicates,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not a JSON text in ASCII: {str(error)[:80]}") from None


def fields(value: Json, keys: str, what: str) -> list[Json]:
    """The values of an object under exactly these keys (separated by blanks)."""
    if not isinstance(value, dict) or set(value) != set(keys.split()):
        raise MalformedError(f"{what}: expected an object with exactly the keys {keys}")
    return [value[key] for key in keys.split()]


def items(value: Json, what: str) -> list[Json]:
    """The value as a list."""
    if not isinstance(value, list):
        raise MalformedError(f"{what}: expected a list")
    return value


def integer(value: Json, what: str) -> int:
    """The value as an integer; booleans are not integers."""
    if type(value) is not int:
        raise MalformedError(f"{what}: expected an integer")
    return value


def text(value: Json, what: str) -> str:
    """The value as a string."""
    if type(value) is not str:
        raise MalformedError(f"{what}: expected a string")
    return value


def rational(value: Json, what: str) -> tuple[int, int]:
    """Numerator and denominator of a text `p` or `p/q`."""
    number = text(value, what)
    expect(len(number) <= _LONGEST_NUMBER and bool(_NUMBER.fullmatch(number)),
           f"{what}: expected an exact number, got {number[:30]!r}")  # fmt: skip
    numerator, _, denominator = number.partition("/")
    return int(numerator), int(denominator or "1")


def header(value: Json, kind: str, keys: str) -> list[Json]:
    """The values under the keys of an object that names its format and version."""
    name, version, *rest = fields(value, f"format version {keys}", kind)
    expect(name == f"relucert-{kind}", f"{kind}: expected the format relucert-{kind}")
    expect(type(version) is int and version == FORMAT_VERSION,
           f"{kind}: expected version {FORMAT_VERSION}")  # fmt: skip
    return rest


class Layer:
    """One affine layer in integers: `rows` of (column, weight), `bias`, common denominator."""

    def __init__(self, value: Json, inputs: int, what: str) -> None:
        bias_texts, row_texts = (items(part, what) for part in fields(value, "bias rows", what))
        expect(len(bias_texts) == len(row_texts), f"{what}: expected one bias per row")
        bias = [rational(number, what) for number in bias_texts]
        rows = [self._row(row, inputs, what) for row in row_texts]
        scale = lcm(*(q for _, q in bias), *(q for row in rows for _, _, q in row))
        self.rows = [[(column, p * (scale // q)) for column, p, q in row] for row in rows]
        self.bias = [p * (scale // q) for p, q in bias]
        self.scale = scale

    @staticmethod
    def _row(value: Json, inputs: int, what: str) -> list[tuple[int, int, int]]:
        flat = items(value, what)
        expect(len(flat) % 2 == 0, f"{what}: expected column, weight, column, weight, ...")
        columns = [integer(column, what) for column in flat[::2]]
        ordered = all(a < b for a, b in zip([-1, *columns], [*columns, inputs], strict=True))
        expect(ordered, f"{what}: expected increasing columns from 0 to {inputs - 1}")
        return [(c, *rational(w, what)) for c, w in zip(columns, flat[1::2], strict=True)]


class Network:
    """A network in integers: forms of layer l are scale_1 ... scale_l times the true ones."""

    def __init__(self, value: Json, what: str) -> None:
        inputs, layers = header(value, "network", "inputs layers")
        self.inputs = width = integer(inputs, what)
        expect(width > 0, f"{what}: expected at least one input")
        self.layers: list[Layer] = []
        for index, layer in enumerate(items(layers, what)):
            self.layers.append(Layer(layer, width, f"{what}, layer {index}"))
            width = len(self.layers[-1].bias)
        expect(bool(self.layers), f"{what}: expected at least one layer")
        self.outputs = width


class Claim:
    """The question: two networks, a domain, a relation.

    `box` is a list of (low, high) with low <= unit * x_i <= high, or None where inputs are
    unbounded; `rows` are forms >= 0 on the domain.
    """

    def __init__(self, domain: Json, relation: Json, left: Network, right: Network) -> None:
        expect(relation == "exact", "claim: expected the relation exact")
        expect(left.inputs == right.inputs, "claim: the networks have different inputs")
        expect(left.outputs == right.outputs, "claim: the networks have different outputs")
        self.left, self.right, self.inputs = left, right, left.inputs
        self.box: list[tuple[int, int]] | None = None
        self.unit = 1
        self.rows: list[Form] = []
        readers = {"box": self._read_box, "space": self._read_space, "polytope": self._read_rows}
        for kind, reader in readers.items():
            if isinstance(domain, dict) and set(domain) == {kind}:
                return reader(domain[kind])
        raise MalformedError("domain: expected box, space or polytope")

    def _read_box(self, value: Json) -> None:
        intervals = [items(interval, "box") for interval in items(value, "box")]
        expect(all(len(interval) == 2 for interval in intervals), "box: expected [low, high]")
        ends = [[rational(end, "box") for end in interval] for interval in intervals]
        expect(len(ends) == self.inputs, f"box: expected {self.inputs} intervals")
        unit = lcm(*(q for interval in ends for _, q in interval))
        self.unit = unit
        self.box = [(a * (unit // b), c * (unit // d)) for (a, b), (c, d) in ends]
        expect(all(low <= high for low, high in self.box), "box: it is empty")

    def _read_space(self, value: Json) -> None:
        expect(integer(value, "space") == self.inputs, f"space: expected {self.inputs} inputs")

    def _read_rows(self, value: Json) -> None:
        inputs, halfspaces = fields(value, "inputs halfspaces", "polytope")
        expect(integer(inputs, "polytope") == self.inputs, "polytope: wrong number of inputs")
        for halfspace in items(halfspaces, "polytope"):
            numbers = [rational(number, "polytope") for number in items(halfspace, "polytope")]
            expect(len(numbers) == self.inputs + 1, "polytope: expected a normal and an offset")
            scale = lcm(*(q for _, q in numbers))
            *normal, offset = (p * (scale // q) for p, q in numbers)
            self.rows.append((offset, *(-entry for entry in normal)))


# ---------------------------------------------------------------- the calculus


class Proof:
    """What is known on the current cell of the case tree, and the rules that change it."""

    def __init__(self, claim: Claim) -> None:
        size = claim.inputs + 1
        self.claim, self.size, self.zero = claim, size, (0,) * size
        self.rows = list(claim.rows)
        self.arguments: list[Expression] = []  # symbol k is relu(arguments[k])
        self.numbers: dict[Argument, int] = {}  # argument -> symbol
        self.ranges: list[tuple[int | None, int | None]] = []  # of unit * Y_k, None unbounded
        self.value: dict[int, Expression] = {}  # symbols known on this cell
        self.waiting: dict[int, int] = {}  # open symbol -> how many symbols its argument waits for
        self.watchers: dict[int, tuple[int, ...]] = {}  # symbol -> open symbols waiting for it
        self.linear: list[Form] = []  # E, output by output: the affine part ...
        self.coefficients: dict[int, tuple[int, ...]] = {}  # ... and the part in symbols
        self.branches: list[tuple[tuple[object, ...], int, int]] = []
        self.started = self.finished = False
        self.lemmas = self.leaves = 0
        self.base = [self._coordinate(index) for index in range(claim.inputs)]
        self.base_scale = claim.unit

    def _coordinate(self, index: int) -> Form:
        """The form unit * x_index; a constant where the box fixes that input."""
        if self.claim.box and self.claim.box[index][0] == self.claim.box[index][1]:
            return (self.claim.box[index][0], *self.zero[1:])
        return tuple(self.claim.unit * int(entry == index + 1) for entry in range(self.size))

    # -- expressions

    def minimum(self, form: Form, terms: dict[int, int]) -> int | None:
        """A lower bound of unit * expression on the domain; None where there is none."""
        total = form[0] * self.claim.unit
        if any(form[1:]):
            if self.claim.box is None:
                return None
            total += sum(g * (low if g > 0 else high)
                         for g, (low, high) in zip(form[1:], self.claim.box, strict=True))  # fmt: skip
        for symbol, weight in terms.items():
            end = self.ranges[symbol][0 if weight > 0 else 1]
            if end is None:
                return None
            total += weight * end
        return total

    @staticmethod
    def sum(one: Expression, other: Expression) -> Expression:
        """One + other."""
        terms = one[1].copy()
        for name, weight in other[1].items():
            terms[name] = terms.get(name, 0) + weight
        return (tuple([a + b for a, b in zip(one[0], other[0], strict=True)]),
                {name: weight for name, weight in terms.items() if weight})  # fmt: skip

    def reduced(self, expression: Expression) -> Expression:
        """The expression with every known symbol replaced by its value."""
        form, terms = expression
        known = [symbol for symbol in terms if symbol in self.value]
        if not known:
            return expression
        terms = dict(terms)
        while known:
            for symbol in known:
                weight = terms.pop(symbol)
                more, inner = self.value[symbol]
                form = tuple([a + weight * b for a, b in zip(form, more, strict=True)])
                for name, factor in inner.items():
                    terms[name] = terms.get(name, 0) + weight * factor
            known = [symbol for symbol in terms if symbol in self.value]
        return form, {symbol: weight for symbol, weight in terms.items() if weight}

    def relu(self, form: Form, terms: dict[int, int]) -> Expression:
        """The relu of a reduced expression: a known value, an old symbol or a new one.

        relu(q a) = q relu(a) for q > 0, relu(-a) = relu(a) - a, relu(constant) is a constant.
        """
        if not terms and not any(form[1:]):
            return (form if form[0] > 0 else self.zero), {}
        q = gcd(*form, *terms.values())
        argument = self.divided(form, terms, q)
        opposite = self.divided(form, terms, -q)
        symbol = self.numbers.get(argument)
        flipped = symbol is None and opposite in self.numbers
        if flipped:
            symbol = self.numbers[opposite]
        elif symbol is None:
            symbol = self.introduce(argument)
        answer = self.reduced((self.zero, {symbol: q}))
        return self.sum(answer, (form, terms)) if flipped else answer

    @staticmethod
    def divided(form: Form, terms: dict[int, int], q: int) -> Argument:
        """The expression divided by q, as a key of `numbers`."""
        return (tuple([a // q for a in form]),
                tuple([(name, weight // q) for name, weight in sorted(terms.items())]))  # fmt: skip

    def introduce(self, argument: Argument) -> int:
        """The number of a new symbol; its sign is settled where interval bounds decide it."""
        symbol = len(self.arguments)
        form, terms = argument[0], dict(argument[1])
        low = self.minimum(form, terms)
        high = self.minimum(tuple([-a for a in form]), {k: -w for k, w in terms.items()})
        self.numbers[argument] = symbol
        self.arguments.append((form, terms))
        self.ranges.append((max(low or 0, 0), None if high is None else max(-high, 0)))
        if low is not None and low >= 0:
            self.value[symbol] = (form, terms)
        elif high is not None and high >= 0:
            self.value[symbol] = (self.zero, {})
        elif terms:
            self.waiting[symbol] = len(terms)
            for name in terms:
                self.watchers[name] = (*self.watchers.get(name, ()), symbol)
        return symbol

    def add(self, weights: tuple[int, ...], expression: Expression) -> None:
        """E += weights * expression, output by output."""
        form, terms = self.reduced(expression)
        if any(form):
            self.linear = [tuple([a + w * b for a, b in zip(line, form, strict=True)]) if w else line
                           for w, line in zip(weights, self.linear, strict=True)]  # fmt: skip
        for symbol, factor in terms.items():
            old = self.coefficients.get(symbol)
            new = tuple([w * factor for w in weights] if old is None else
                        [a + w * factor for a, w in zip(old, weights, strict=True)])  # fmt: skip
            if any(new):
                self.coefficients[symbol] = new
            elif old is not None:
                del self.coefficients[symbol]

    def resolve(self, symbol: int, expression: Expression) -> None:
        """Record what a symbol is on this cell, and follow the consequences.

        A symbol whose argument has become affine is the relu of that form: a line symbol.
        """
        todo = [(symbol, expression)]
        while todo:
            symbol, expression = todo.pop()
            expression = self.value[symbol] = self.reduced(expression)
            weights = self.coefficients.pop(symbol, None)
            if weights is not None:
                self.add(weights, expression)
            for user in self.watchers.get(symbol, ()):
                if user in self.value:
                    continue
                for name in expression[1]:  # the user now waits for these instead
                    if user not in self.watchers.get(name, ()):
                        self.watchers[name] = (*self.watchers.get(name, ()), user)
                        self.waiting[user] += 1
                self.waiting[user] -= 1
                if not self.waiting[user]:
                    todo.append((user, self.relu(*self.reduced(self.arguments[user]))))

    # -- the networks

    def outputs(self, network: Network) -> list[Expression]:
        """The output expressions of a network, base_scale * scale_1 ... scale_L times the true."""
        values: list[tuple[list[tuple[int, int]], dict[int, int]]]
        values = [(self._sparse(form), {}) for form in self.base]
        scale = self.base_scale
        for index, layer in enumerate(network.layers):
            before = [self._combined(row, bias * scale, values)
                      for row, bias in zip(layer.rows, layer.bias, strict=True)]  # fmt: skip
            scale *= layer.scale
            if index == len(network.layers) - 1:
                return before
            after = [self.relu(*self.reduced(expression)) for expression in before]
            values = [(self._sparse(form), terms) for form, terms in after]
        raise MalformedError("network: no layer")

    @staticmethod
    def _sparse(form: Form) -> list[tuple[int, int]]:
        return [(index, entry) for index, entry in enumerate(form) if entry]

    def _combined(
        self, row: list[tuple[int, int]], bias: int,
        values: list[tuple[list[tuple[int, int]], dict[int, int]]],
    ) -> Expression:  # fmt: skip
        form, terms = [bias, *self.zero[1:]], dict[int, int]()
        for column, weight in row:
            sparse, inner = values[column]
            for index, entry in sparse:
                form[index] += weight * entry
            for name, factor in inner.items():
                terms[name] = terms.get(name, 0) + weight * factor
        return tuple(form), {name: weight for name, weight in terms.items() if weight}

    def start(self) -> None:
        """E = left - right, both networks evaluated symbolically and brought to one scale."""
        self.started = True
        left, right = self.claim.left, self.claim.right
        scales = [1, 1]
        for side, network in enumerate((right, left)):
            for layer in network.layers:
                scales[side] *= layer.scale
        self.linear = [self.zero] * left.outputs
        found = (self.outputs(left), self.outputs(right))
        for scale, sign, outputs in zip(scales, (1, -1), found, strict=True):
            for index, expression in enumerate(outputs):
                weights = [0] * left.outputs
                weights[index] = sign * scale
                self.add(tuple(weights), expression)

    # -- the one inference: a linear combination with nonnegative minimum over the box

    def prove(
        self, form: Form, terms: dict[int, int], lemma: Json, side: Form | None = None
    ) -> None:
        """Theorem T12.  expression >= 0 on the cell (and where side >= 0).

        lemma [e, row, m, ...]: 2^max(-e,0) expression - 2^max(e,0) sum m row,
        lemma [[p], row, m, ...]: p expression - sum m row, with p >= 1, m >= 0,
        has a nonnegative minimum over the domain's box; [] is the expression alone.
        """
        self.lemmas += 1
        entries = items(lemma, "lemma")
        if entries:
            factor, shift = self._scaling(entries[0])
            total = [factor * entry for entry in form]
            expect(len(entries) % 2 == 1, "lemma: expected row, multiplier, row, multiplier, ...")
            for row, multiplier in zip(entries[1::2], entries[2::2], strict=True):
                if type(row) is not int or type(multiplier) is not int:
                    raise MalformedError("lemma: expected integers")
                require(multiplier >= 0, "lemma: negative multiplier")
                require(-1 <= row < len(self.rows), "lemma: there is no such row")
                known = side if row < 0 else self.rows[row]
                if known is None:
                    raise RejectedError("lemma: there is no side row here")
                multiplier <<= shift
                total = [a - multiplier * b for a, b in zip(total, known, strict=True)]
            form = tuple(total)
            terms = {name: factor * weight for name, weight in terms.items()}
        low = self.minimum(form, terms)
        require(low is not None and low >= 0, "lemma: the combination may be negative")

    @staticmethod
    def _scaling(value: Json) -> tuple[int, int]:
        if isinstance(value, list):
            expect(len(value) == 1, "lemma: expected [p]")
            factor = integer(value[0], "lemma")
            require(factor > 0, "lemma: expected a positive factor")
            return factor, 0
        shift = integer(value, "lemma")
        expect(abs(shift) <= 4 * _LONGEST_NUMBER, "lemma: the shift is too large")
        return 1 << max(-shift, 0), max(shift, 0)

    # -- the rules

    def symbol(self, value: Json) -> int:
        """The number of a symbol that exists and whose value is not yet known."""
        number = integer(value, "symbol")
        require(0 <= number < len(self.arguments), "symbol: it does not exist")
        require(number not in self.value, "symbol: it is already known here")
        return number

    def form(self, value: Json) -> Form:
        """An explicit form with n + 1 integers."""
        form = tuple(integer(entry, "form") for entry in items(value, "form"))
        expect(len(form) == self.size, f"form: expected {self.size} integers")
        return form

    def active(self, value: Json, lemma: Json) -> None:
        """Rule +.  a_k >= 0 on the cell, so Y_k = a_k."""
        self.signed(value, lemma, 1)

    def inactive(self, value: Json, lemma: Json) -> None:
        """Rule -.  a_k <= 0 on the cell, so Y_k = 0."""
        self.signed(value, lemma, -1)

    def signed(self, value: Json, lemma: Json, sign: int) -> None:
        """Rules + and -: the sign of the argument of an unknown symbol is proved."""
        symbol = self.symbol(value)
        form, terms = self.reduced(self.arguments[symbol])
        self.prove(tuple([sign * entry for entry in form]),
                   {name: sign * weight for name, weight in terms.items()}, lemma)  # fmt: skip
        self.resolve(symbol, (form, terms) if sign > 0 else (self.zero, {}))

    def split(self, value: Json) -> None:
        """Rule S.  The cell is the union of its parts with a_k >= 0 and with a_k <= 0."""
        self.branch(self.symbol(value), 1)

    def split_form(self, value: Json) -> None:
        """Rule X.  As S, on a form that is given explicitly: first form >= 0, then form <= 0."""
        form = self.form(value)
        require(any(form[1:]), "split: the form is constant")
        argument, opposite = (self.divided(form, {}, sign * gcd(*form)) for sign in (1, -1))
        sign = -1 if argument not in self.numbers and opposite in self.numbers else 1
        known = argument if sign > 0 else opposite
        symbol = self.numbers[known] if known in self.numbers else self.introduce(known)
        self.branch(self.symbol(symbol), sign)

    def branch(self, symbol: int, sign: int) -> None:
        """Go on where sign * a_k >= 0, and after that part's last leaf where it is <= 0."""
        require(not self.arguments[symbol][1], "split: the argument is not affine")
        self.branches.append((self.saved(), symbol, -sign))
        self.enter(symbol, sign)

    def enter(self, symbol: int, sign: int) -> None:
        """The part of the cell where sign * a_k >= 0."""
        form = self.arguments[symbol][0]
        self.rows.append(tuple([sign * entry for entry in form]))
        self.resolve(symbol, (form if sign > 0 else self.zero, {}))

    def decompose(self, value: Json, mode_v: Json, lem_v: Json, mode_l: Json, lem_l: Json) -> None:
        """Rule D (theorem T13).  relu(v + w relu(h)) on a cell whose interior misses {h=v=0}.

        With l = v + w h: v speaks on h <= 0 and l on h >= 0. Mode P: q >= 0 there, N: q <= 0
        there, no symbol; mode +: q <= 0 on the other side, symbol relu(q); mode -: q >= 0 on
        the other side, symbol relu(-q). The unit is p_v + k relu(h) + symbols, where
        p is q for P and -, 0 for N and +, and p_l - p_v = k h.
        """
        symbol = self.symbol(value)
        v, terms = self.reduced(self.arguments[symbol])
        require(len(terms) == 1, "decompose: expected exactly one unknown symbol inside")
        (inner, w), = terms.items()  # fmt: skip
        h, deeper = self.arguments[inner]
        require(not deeper, "decompose: the inner argument is not affine")
        l = tuple(a + w * b for a, b in zip(v, h, strict=True))  # noqa: E741
        sides = ((v, mode_v, lem_v, -1), (l, mode_l, lem_l, 1))
        parts, symbols = [], []
        for q, mode, lemma, own in sides:
            expect(mode in ("P", "N", "+", "-"), "decompose: expected a mode P, N, + or -")
            sign = 1 if mode in ("P", "-") else -1
            where = own if mode in ("P", "N") else -own
            self.prove(tuple(sign * a for a in q), {}, lemma, tuple(where * a for a in h))
            parts.append(q if sign > 0 else self.zero)
            if mode in ("+", "-"):
                symbols.append(self.relu(tuple(-sign * a for a in q), {}))
        jump = [b - a for a, b in zip(*parts, strict=True)]
        pivot = next(i for i in range(1, self.size) if h[i])
        k = jump[pivot] // h[pivot]
        require(jump == [k * a for a in h], "decompose: the two sides do not meet on h = 0")
        total: Expression = (parts[0], {inner: k} if k else {})
        for extra in symbols:
            total = self.sum(total, extra)
        self.resolve(symbol, total)

    def equality(self, value: Json, lemma: Json, opposite: Json) -> None:
        """Rule E, before anything else.  e = 0 on the domain: its last input is eliminated."""
        require(not self.started, "equality: only at the head of the certificate")
        form = self.form(value)
        self.prove(form, {}, lemma)
        self.prove(tuple(-entry for entry in form), {}, opposite)
        here, scale = self.zero, self.claim.unit
        here = (form[0] * self.base_scale, *self.zero[1:])
        for entry, coordinate in zip(form[1:], self.base, strict=True):
            here = tuple(a + entry * b for a, b in zip(here, coordinate, strict=True))
        pivot = max((i for i in range(1, self.size) if here[i]), default=0)
        require(pivot > 0, "equality: nothing to eliminate")
        scale = abs(here[pivot])
        sign = 1 if here[pivot] > 0 else -1
        self.base = [tuple(scale * a - sign * coordinate[pivot] * b
                           for a, b in zip(coordinate, here, strict=True))
                     for coordinate in self.base]  # fmt: skip
        self.base_scale *= scale

    def equal_leaf(self) -> None:
        """Rule =.  E is identically zero on the cell."""
        require(not self.coefficients, "leaf: a relu is left in the difference of the outputs")
        require(not any(map(any, self.linear)), "leaf: the outputs differ by an affine function")
        self.close()

    def empty_leaf(self, lemma: Json) -> None:
        """Rule 0.  -1 >= 0 follows: the cell is empty."""
        self.prove((-1, *self.zero[1:]), {}, lemma)
        self.close()

    def saved(self) -> tuple[object, ...]:
        """What the second part of a split starts from."""
        return (len(self.arguments), len(self.rows), self.value.copy(), self.waiting.copy(),
                self.watchers.copy(), self.linear, self.coefficients.copy())  # fmt: skip

    def close(self) -> None:
        """Leave a leaf: go on with the other side of the latest open split, if there is one."""
        self.leaves += 1
        if not self.branches:
            self.finished = True
            return
        saved, symbol, sign = self.branches.pop()
        (symbols, rows, self.value, self.waiting,
         self.watchers, self.linear, self.coefficients) = saved  # type: ignore[assignment] # fmt: skip
        while len(self.arguments) > symbols:  # type: ignore[operator]
            self.ranges.pop()
            form, terms = self.arguments.pop()
            del self.numbers[form, tuple(sorted(terms.items()))]
        del self.rows[rows:]  # type: ignore[misc]
        self.enter(symbol, sign)

    def step(self, value: Json) -> None:
        """Apply one step of the certificate."""
        name, *arguments = items(value, "step") or [None]
        if not isinstance(name, str) or name not in RULES:
            raise MalformedError("step: unknown rule")
        rule, count = RULES[name]
        expect(len(arguments) == count, f"step {name}: expected {count} arguments")
        require(not self.finished, "a step follows the last leaf")
        if not self.started and name != "E":
            self.start()
        rule(self, *arguments)


RULES: dict[str, tuple[Callable[..., None], int]] = {
    "S": (Proof.split, 1), "X": (Proof.split_form, 1), "D": (Proof.decompose, 5),
    "+": (Proof.active, 2), "-": (Proof.inactive, 2), "E": (Proof.equality, 3),
    "=": (Proof.equal_leaf, 0), "0": (Proof.empty_leaf, 1),
}  # fmt: skip


# ---------------------------------------------------------------- the files


def check(claim_file: bytes, network_files: dict[str, bytes], certificate_file: bytes) -> Proof:
    """The finished proof of a claim.

    Args:
        claim_file: The bytes of claim.json.
        network_files: The bytes of the networks under the names that the claim uses.
        certificate_file: The bytes of certificate.json.

    Raises:
        MalformedError: a file is not what the format says.
        RejectedError: the certificate does not prove the claim.
    """
    parts = header(parse(claim_file), "claim", "domain left relation right")
    domain, left_name, relation, right_name = parts
    networks = []
    for value, side in ((left_name, "left"), (right_name, "right")):
        file, _, digest = fields(value, "file name sha256", side)
        data = network_files[text(file, side)]
        require(hashlib.sha256(data).hexdigest() == digest, f"{side}: another network is named")
        networks.append(Network(parse(data), side))
    claimed, steps = header(parse(certificate_file), "certificate", "claim steps")
    require(claimed == hashlib.sha256(claim_file).hexdigest(), "it certifies another claim")
    proof = Proof(Claim(domain, relation, *networks))
    for index, step in enumerate(items(steps, "steps")):
        try:
            proof.step(step)
        except (MalformedError, RejectedError) as error:
            raise type(error)(f"step {index}: {error}") from None
    require(proof.finished, "the certificate ends before its last leaf")
    return proof


def file_bytes(path: str) -> bytes:
    """The content of a file."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise MalformedError(f"{path}: {error.strerror}") from None


def check_files(claim_path: str, certificate_path: str) -> Proof:
    """The finished proof of the claim in a file; its networks lie beside it."""
    claim_file = file_bytes(claim_path)
    _, left, _, right = header(parse(claim_file), "claim", "domain left relation right")
    networks = {}
    for value in (left, right):
        name = text(fields(value, "file name sha256", "network")[0], "file")
        expect(name == os.path.basename(name) != "", "file: expected a plain file name")
        networks[name] = file_bytes(os.path.join(os.path.dirname(claim_path), name))
    return check(claim_file, networks, file_bytes(certificate_path))


def main(arguments: list[str]) -> int:
    """Check the two files named on the command line, print one line, return the exit status."""
    if len(arguments) != 2:
        sys.stdout.write("usage: checker.py CLAIM CERTIFICATE\n")
        return 2
    try:
        proof = check_files(*arguments)
    except MalformedError as error:
        sys.stdout.write(f"malformed: {error}\n")
        return 2
    except RejectedError as error:
        sys.stdout.write(f"rejected: {error}\n")
        return 1
    sys.stdout.write(
        f"accepted: left(x) = right(x) for every real x of the domain "
        f"(exact rational weights, {proof.leaves} leaves, {proof.lemmas} lemmas)\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
