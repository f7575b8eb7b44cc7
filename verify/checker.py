"""The trusted checker: reads a claim, its two networks and a certificate; accepts or rejects.

    python3 -I -S verify/checker.py OUT/claim.json OUT/certificate.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted: for every real x of the domain the relation holds between left(x) and right(x), the
exact rational functions in the files, with relu(t) = max(0, t) between their affine layers.
How (theorem T11). Both networks are evaluated once, symbolically. Every relu is a *symbol*
Y_k = relu(a_k), numbered in order of first occurrence; its *argument* a_k is an integer
expression in the inputs and earlier symbols, divided by its content. Equal arguments share a
symbol, and relu(-a) = relu(a) - a, so permuted, rescaled, duplicated and opposite units meet
in one symbol without a step of proof. What the relation speaks of (differences of outputs, or
all outputs) are *targets*, each an affine form + sum of coefficient * Y_k. The certificate is a
case tree, depth first, at whose leaves the relation is seen to hold. On the current cell `rows`
are expressions known to be >= 0, and `value[k]` is what Y_k is there.
A *form* is a tuple of integers (c, g_1, ..., g_n) for c + g x; an *expression* is a pair
(form, {symbol: coefficient}). Everything is scaled by positive integers, so signs are exact.
"""
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, combinations, pairwise
from math import gcd, lcm, prod
from typing import Any, cast

Form = tuple[int, ...]
Terms = dict[int, int]
Expression = tuple[Form, Terms]
Argument = tuple[Form, tuple[tuple[int, int], ...]]
Layer = tuple[list[list[tuple[int, int]]], list[int], int]
Combination = tuple[int, Terms]  # constant, {target: weight}
Obligation = tuple[list[Combination], Combination]  # where these are >= 0, so is this
LONGEST = 4000  # digits of a number, and a quarter of the largest shift
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:/[1-9][0-9]*)?", re.ASCII)

class MalformedError(Exception):
    """A file is not what the format says; nothing was checked."""

class RejectedError(Exception):
    """The certificate does not prove the claim."""

def require(condition: object, reason: str, error: type[Exception] = RejectedError) -> None:
    """Refuse for the reason unless the condition holds."""
    if not condition:
        raise error(reason)

expect = partial(require, error=MalformedError)

def parsed(data: bytes) -> object:
    """The JSON value of ASCII bytes; an object is the tuple of its (key, value) pairs."""
    refuse = partial(expect, False)  # called with the text of a float, NaN or Infinity
    try:
        return json.loads(data.decode("ascii"), parse_float=refuse, parse_constant=refuse,
                          object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:  # too long integers, too deep nesting
        raise MalformedError(f"not a JSON text in ASCII: {str(error)[:80]}") from None

def typed(value: object, kind: type, what: str) -> Any:
    """The value, which must be exactly of this type: True is no integer."""
    if type(value) is not kind:
        raise MalformedError(f"{what}: expected {kind.__name__}, got {type(value).__name__}")
    return value

def fields(value: object, keys: str, what: str) -> list[Any]:
    """The values of an object that has exactly these keys (separated by blanks), each once."""
    found = typed(value, tuple, what)
    same = sorted(key for key, _ in found) == sorted(keys.split())
    expect(same, f"{what}: expected exactly the keys {keys}")
    return [dict(found)[key] for key in keys.split()]

def document(data: bytes, kind: str, keys: str) -> list[Any]:
    """The values under the keys of an object that names its format and version."""
    name, version, *rest = fields(parsed(data), f"format version {keys}", kind)
    known = name == f"relucert-{kind}" and typed(version, int, kind) == 1
    expect(known, f"{kind}: expected the format relucert-{kind}, version 1")
    return rest

def integers(values: object, what: str) -> tuple[list[int], int]:
    """A list of texts `p` or `p/q` as integers over their least common denominator."""
    parts = []
    for value in typed(values, list, what):
        exact = len(typed(value, str, what)) <= LONGEST and NUMBER.fullmatch(value)
        expect(exact, f"{what}: expected an exact number, got {value[:30]!a}")
        parts.append([int(part) for part in f"{value}/1".split("/")[:2]])
    scale = lcm(*(q for _, q in parts))
    return [p * (scale // q) for p, q in parts], scale

class Network:
    """A network. A layer is (rows of (column, weight), bias, scale), integers times scale."""

    def __init__(self, data: bytes, what: str) -> None:
        inputs, layers = document(data, "network", "inputs layers")
        self.inputs, self.outputs, self.layers = inputs, typed(inputs, int, what), list[Layer]()
        for value in typed(layers, list, what):
            bias, rows = (typed(part, list, what) for part in fields(value, "bias rows", what))
            expect(len(bias) == len(rows), f"{what}: expected one bias per row")
            for row in rows:  # column, weight, column, weight, ... with increasing columns
                columns = [-1, *typed(row, list, what)[::2], self.outputs]
                rising = all(a < typed(b, int, what) for a, b in pairwise(columns))
                expect(len(row) % 2 == 0 and rising, f"{what}: expected columns and weights")
            numbers, scale = integers([*bias, *(w for row in rows for w in row[1::2])], what)
            weights, self.outputs = iter(numbers[len(bias) :]), len(bias)
            sparse = [[(column, next(weights)) for column in row[::2]] for row in rows]
            self.layers.append((sparse, numbers[: len(bias)], scale))
        expect(inputs > 0 < self.outputs and layers, f"{what}: expected inputs, layers, outputs")
        self.scale = prod(scale for _, _, scale in self.layers)

class Claim:
    """The question. On the domain low_i <= unit * x_i <= high_i (`box`, if any); `rows` >= 0."""

    def __init__(self, domain: object, relation: object, left: Network, right: Network) -> None:
        self.left, self.right, self.inputs, self.outputs = left, right, left.inputs, left.outputs
        same = (left.inputs, left.outputs) == (right.inputs, right.outputs)
        expect(same, "claim: the networks have different numbers of inputs or outputs")
        box, halfspaces = fields(domain, "box halfspaces", "domain")
        flat = [end for pair in typed(box, list, "box") for end in typed(pair, list, "box")]
        expect(not box or (len(box) == self.inputs and all(len(pair) == 2 for pair in box)),
               f"box: expected {self.inputs} intervals [low, high], or none")
        ends, self.unit = integers(flat, "box")
        self.box = list(zip(ends[::2], ends[1::2], strict=True))
        expect(all(low <= high for low, high in self.box), "box: it is empty")
        self.rows: list[Expression] = []
        for halfspace in typed(halfspaces, list, "halfspaces"):  # normal . x <= offset
            (*normal, offset), _ = integers(halfspace or ["0"], "halfspaces")
            expect(len(normal) == self.inputs, "halfspaces: expected normal_1, ..., offset")
            self.rows.append(((offset, *(-entry for entry in normal)), {}))
        self.relation = typed(relation, str, "relation")
        kind, _, number = self.relation.partition("=")
        known = relation in ("exact", "top1") or (kind in ("eps", "topk", "margin") and number)
        (value,), scale = integers([number or "0"], "relation")
        expect(known and value >= 0 and (kind != "topk" or (scale == 1 and value)),
               "relation: expected exact, eps=e, top1, topk=k or margin=d")
        self.is_difference = kind in ("exact", "eps")  # targets: left_i - right_i
        bound = value * self.unit * left.scale * (right.scale if self.is_difference else 1)
        self.obligations = [([], (bound, {i: sign * scale})) for i in range(self.outputs)
                            for sign in (1, -1)] if self.is_difference else list(
            self.decision(scale, 0, value) if kind == "topk" else self.decision(scale, bound, 1))

    def decision(self, scale: int, margin: int, k: int) -> Iterator[Obligation]:
        """Where left_i >= left_j + margin for all j != i, fewer than k outputs exceed right_i."""
        count = self.outputs  # targets: left_0, left_1, ..., right_0, right_1, ...
        for i in range(count):
            others = [j for j in range(count) if j != i]
            largest = [(-margin, {i: scale, j: -scale}) for j in others]
            for first, *rest in combinations(others, k):  # not all of them exceed right_i
                exceed = [(0, {count + j: 1, count + i: -1}) for j in rest]
                yield [*largest, *exceed], (0, {count + i: 1, count + first: -1})

def plus(one: Form, factor: int, other: Form) -> Form:
    """The form one + factor * other."""
    return tuple([a + factor * b for a, b in zip(one, other, strict=True)])

def total(one: Expression, factor: int, other: Expression) -> Expression:
    """The expression one + factor * other."""
    terms = one[1].copy()
    for name, weight in other[1].items():
        terms[name] = terms.get(name, 0) + factor * weight
    return plus(one[0], factor, other[0]), {name: w for name, w in terms.items() if w}

def divided(form: Form, terms: Terms, q: int) -> Argument:
    """The expression divided by q, as a key."""
    pairs = tuple([(name, terms[name] // q) for name in sorted(terms)])
    return tuple([entry // q for entry in form]), pairs

class Proof:
    """What is known on the current cell of the case tree, and the rules that change it."""

    def __init__(self, claim: Claim) -> None:
        self.claim, self.size, self.zero = claim, claim.inputs + 1, (0,) * (claim.inputs + 1)
        self.rows, self.obligations = list(claim.rows), claim.obligations
        self.arguments: list[Expression] = []  # symbol k is relu(arguments[k])
        self.numbers: dict[Argument, int] = {}  # argument -> symbol
        self.highs: list[int | None] = []  # unit * Y_k <= highs[k], where an interval bounds it
        self.value: dict[int, Expression] = {}  # what symbols are on this cell, where known
        self.coefficients: dict[int, Form] = {}  # symbol -> its coefficient in every target
        self.branches: list[Callable[[], None]] = []  # what comes after the open subtrees
        self.lemmas, self.leaves, self.finished = 0, 0, False
        count, sides = claim.outputs, (claim.left, claim.right)
        places = count if claim.is_difference else 2 * count
        self.linear = [self.zero] * places  # the affine parts of the targets
        for side, network in enumerate(sides):
            weight = (1, -1)[side] * sides[1 - side].scale if claim.is_difference else 1
            for output, expression in enumerate(self.outputs(network)):
                place = (output + side * count) % places
                self.add(tuple([weight * (place == i) for i in range(places)]), expression)

    def outputs(self, network: Network) -> list[Expression]:
        """The outputs of a network, times unit * network.scale."""
        scale = unit = self.claim.unit
        values = [(plus(self.zero, unit, tuple([i == j for j in range(self.size)])), Terms())
                  for i in range(1, self.size)]
        for i, (low, high) in enumerate(self.claim.box):
            values[i] = ((low, *self.zero[1:]), {}) if low == high else values[i]  # fixed
        for index, (rows, biases, factor) in enumerate(network.layers):
            if index:
                values = [self.relu(value) for value in values]
            sparse = [[(i, entry) for i, entry in enumerate(form) if entry] for form, _ in values]
            before, values = values, []
            for row, bias in zip(rows, biases, strict=True):
                form, terms = [bias * scale, *self.zero[1:]], Terms()
                for column, weight in row:
                    for i, entry in sparse[column]:
                        form[i] += weight * entry
                    for name, old in before[column][1].items():
                        terms[name] = terms.get(name, 0) + weight * old
                values.append((tuple(form), {name: w for name, w in terms.items() if w}))
            scale *= factor
        return values

    def minimum(self, form: Iterable[int], terms: Terms) -> int | None:
        """A lower bound of unit * expression on the domain; None where bounds give none."""
        constant, *gradient = form
        low = constant * self.claim.unit
        if self.claim.box:
            for entry, ends in zip(gradient, self.claim.box, strict=True):
                low += entry * ends[entry < 0]
        elif any(gradient):
            return None
        for symbol, weight in terms.items():
            if weight < 0:  # otherwise weight * Y >= 0
                high = self.highs[symbol]
                if high is None:
                    return None
                low += weight * high
        return low

    def reduced(self, expression: Expression) -> Expression:
        """The expression with every known symbol replaced by its value."""
        known = [name for name in expression[1] if name in self.value]
        if not known:
            return expression
        form, terms = expression[0], expression[1].copy()
        while known:
            for name in known:
                weight, (more, inner) = terms.pop(name), self.value[name]
                form = plus(form, weight, more) if any(more) else form
                for other, factor in inner.items():
                    terms[other] = terms.get(other, 0) + weight * factor
            known = [name for name in terms if name in self.value]
        return form, {name: weight for name, weight in terms.items() if weight}

    def relu(self, expression: Expression) -> Expression:
        """The relu of an expression: a known value, an old symbol, or a new one."""
        # relu(q a) = q relu(a) for q > 0, relu(-a) = relu(a) - a, relu(constant) is constant
        form, terms = expression = self.reduced(expression)
        if not terms and not any(form[1:]):
            return (form if form[0] > 0 else self.zero), {}
        q = gcd(*form, *terms.values())
        argument = divided(form, terms, q)
        symbol = self.numbers.get(argument)
        if symbol is None:
            symbol = self.numbers.get(divided(form, terms, -q))
            if symbol is not None:
                return total(expression, q, self.reduced((self.zero, {symbol: 1})))
            symbol = self.introduce(argument)
        return self.reduced((self.zero, {symbol: q}))

    def introduce(self, argument: Argument) -> int:
        """The number of a new symbol; its sign is settled here where interval bounds decide it."""
        symbol = self.numbers[argument] = len(self.arguments)
        form, terms = argument[0], dict(argument[1])
        low = self.minimum(form, terms)
        high = self.minimum([-entry for entry in form], {k: -w for k, w in terms.items()})
        self.arguments.append((form, terms))
        self.highs.append(None if high is None else max(-high, 0))
        if low is not None and low >= 0:
            self.value[symbol] = form, terms
        elif high is not None and high >= 0:
            self.value[symbol] = self.zero, {}
        return symbol

    def add(self, weights: Form, expression: Expression) -> None:
        """Add weights * expression to the targets."""
        form, terms = self.reduced(expression)
        if any(form):
            self.linear = [plus(*each, form) for each in zip(self.linear, weights, strict=True)]
        for name, factor in terms.items():
            old = self.coefficients.pop(name, None) or (0,) * len(weights)
            if any(new := plus(old, factor, weights)):
                self.coefficients[name] = new

    def resolve(self, symbol: int, expression: Expression) -> None:
        """Record what a symbol is on this cell."""
        self.value[symbol] = self.reduced(expression)
        if symbol in self.coefficients:
            self.add(self.coefficients.pop(symbol), expression)

    def prove(self, sign: int, expression: Expression, lemma: object, side: Form = ()) -> None:
        """Theorem T12.  sign * expression >= 0 on the cell (on its part where side >= 0).

        For the lemma [p, row, m, ...] with p > 0, m >= 0: p * expression - sum of m * row, with
        p <= 0: expression - 2^-p * sum of m * row, has a nonnegative minimum over the box.
        [] is the expression alone; row -1 is the side.
        """
        self.lemmas += 1
        entries = typed(lemma, list, "lemma")
        scaling = typed(entries[0], int, "lemma") if entries else 1
        expect(scaling > -4 * LONGEST and len(entries or "?") % 2 == 1,
               "lemma: expected p, row, multiplier, row, multiplier, ...")
        factor, shift = sign * max(scaling, 1), max(-scaling, 0)
        form, count = [factor * entry for entry in expression[0]], len(self.rows)
        terms = {name: factor * weight for name, weight in expression[1].items()}
        for row, multiplier in zip(entries[1::2], entries[2::2], strict=True):
            if type(row) is not int or type(multiplier) is not int:
                raise MalformedError("lemma: expected integers")
            if not (-1 <= row < count) or multiplier < 0 or (row < 0 and not side):
                raise RejectedError("lemma: no such row, or a negative multiplier")
            known, inner = self.rows[row] if row >= 0 else (side, None)
            if inner:
                known, inner = self.reduced((known, inner))
                for name, weight in inner.items():
                    terms[name] = terms.get(name, 0) - (multiplier << shift) * weight
            multiplier <<= shift
            form = [a - multiplier * b for a, b in zip(form, known, strict=True)]
        low = self.minimum(form, terms)
        require(low is not None and low >= 0, "lemma: the combination may be negative")

    def symbol(self, value: object) -> int:
        """A symbol that exists and whose value is not yet known here."""
        exists = 0 <= typed(value, int, "symbol") < len(self.arguments)
        require(exists and value not in self.value, "symbol: it does not exist, or is known here")
        return cast(int, value)

    def form(self, value: object) -> Form:
        """A form that is written out in the certificate."""
        form = tuple([typed(entry, int, "form") for entry in typed(value, list, "form")])
        expect(len(form) == self.size, f"form: expected {self.size} integers")
        return form

    def settle(self, name: str, value: object, lemma: object) -> None:
        """Rules + and -.  a_k >= 0 on the cell, so Y_k = a_k;  a_k <= 0 there, so Y_k = 0."""
        symbol, sign = self.symbol(value), (1 if name == "+" else -1)
        argument = self.reduced(self.arguments[symbol])
        self.prove(sign, argument, lemma)
        self.resolve(symbol, argument if sign > 0 else (self.zero, {}))

    def close(self, _: str, *values: object) -> None:
        """Rule N.  Symbols whose arguments are affine here; each is the relu of its form."""
        for symbol in map(self.symbol, values):
            argument = self.reduced(self.arguments[symbol])
            has_closed = self.arguments[symbol][1] and not argument[1]
            require(has_closed, "close: the argument has not become affine here")
            self.resolve(symbol, self.relu(argument))

    def split(self, _: str, value: object) -> None:
        """Rule S.  The cell is the union of its parts with a_k (or a given form) >= 0 and <= 0."""
        sign = 1
        if isinstance(value, list):
            form = self.form(value)
            require(any(form[1:]), "split: the form is constant")
            self.relu((form, {}))  # now it has a symbol, or its opposite has
            argument, opposite = (divided(form, {}, side * gcd(*form)) for side in (1, -1))
            sign = 1 if argument in self.numbers else -1
            value = self.numbers[argument if sign > 0 else opposite]
        symbol = self.symbol(value)

        def enter(sign: int) -> None:
            form, terms = self.reduced(self.arguments[symbol])
            self.rows.append(total((self.zero, {}), sign, (form, terms)))
            self.resolve(symbol, (form, terms) if sign > 0 else (self.zero, {}))

        self.later(lambda: enter(-sign))
        enter(sign)

    def later(self, action: Callable[[], None]) -> None:
        """When the last leaf of the subtree that opens here is closed, come back and do this."""
        symbols, rows, obligations = len(self.arguments), len(self.rows), self.obligations
        saved = self.value.copy(), self.coefficients.copy(), self.linear

        def back() -> None:
            (self.value, self.coefficients, self.linear), self.obligations = saved, obligations
            for gone in self.arguments[symbols:]:
                del self.numbers[divided(*gone, 1)]
            del self.arguments[symbols:], self.highs[symbols:], self.rows[rows:]
            action()

        self.branches.append(back)

    def cut(self, _: str, value: object, symbols: object) -> None:
        """Rule C.  A lemma with a case tree of its own: an expression that becomes a row."""
        flat = [typed(entry, int, "cut") for entry in typed(symbols, list, "cut")]
        expression = self.form(value), dict(zip(flat[::2], flat[1::2], strict=False))
        exist = all(0 <= name < len(self.arguments) for name in expression[1])
        require(exist and len(flat) == 2 * len(expression[1]), "cut: no such symbols and weights")
        self.later(lambda: self.rows.append(expression))
        self.linear, self.coefficients, self.obligations = [self.zero], {}, [([], (0, {0: 1}))]
        self.add((1,), expression)

    def decompose(self, _: str, value: object, *sides: Any) -> None:
        """Rule D (theorem T13).  u = relu(v + w relu(h)) where the bend h = v = 0 is outside.

        With l = v + w h, v speaks for h <= 0 and l for h >= 0. Mode P: q >= 0 on its own side;
        N: q <= 0 there; +: q <= 0 on the other side, symbol relu(q); -: q >= 0 on the other
        side, symbol relu(-q). u = p_v + k relu(h) + symbols if p_l - p_v = k h, where p is q in
        the modes P and -, else 0.
        """
        symbol = self.symbol(value)
        v, terms = self.reduced(self.arguments[symbol])
        require(len(terms) == 1, "decompose: expected exactly one unknown symbol inside")
        h, deeper = self.arguments[inner := next(iter(terms))]
        require(not deeper, "decompose: the inner argument is not affine")
        parts, symbols = [], []
        for q, (mode, lemma), own in ((v, sides[:2], -1), (plus(v, terms[inner], h), sides[2:], 1)):
            expect(mode in ("P", "N", "+", "-"), "decompose: expected a mode P, N, + or -")
            sign, where = (1 if mode in ("P", "-") else -1), (own if mode in ("P", "N") else -own)
            self.prove(sign, (q, {}), lemma, plus(self.zero, where, h))
            parts.append(q if sign > 0 else self.zero)
            if mode in ("+", "-"):
                symbols.append(plus(self.zero, -sign, q))
        jump = plus(parts[1], -1, parts[0])
        k = next(a // b for a, b in zip(jump[1:], h[1:], strict=True) if b)
        require(jump == plus(self.zero, k, h), "decompose: the sides do not meet on h = 0")
        unit = total((parts[0], {}), k, (self.zero, {inner: 1}))
        for form in symbols:
            unit = total(unit, 1, self.relu((form, {})))
        self.resolve(symbol, unit)

    def leaf(self, name: str, *lemmas: object) -> None:
        """Rules = and 0.  Every obligation holds here; or -1 >= 0, so that the cell is empty."""
        if name == "0":
            self.prove(1, ((-1, *self.zero[1:]), {}), lemmas[0])
        elif lemmas or not self.obligations:
            expect(len(lemmas) == len(self.obligations), "leaf: expected a lemma per obligation")
            for (given, goal), lemma in zip(self.obligations, lemmas, strict=True):
                rows = len(self.rows)
                self.rows += map(self.combined, given)
                self.prove(1, self.combined(goal), lemma)
                del self.rows[rows:]
        else:
            require(self.claim.is_difference, "leaf: expected a lemma per obligation")
            require(not self.coefficients, "leaf: a relu is left in the difference")
            require(not any(map(any, self.linear)), "leaf: an affine difference is left")
        self.leaves += 1
        self.finished = not self.branches
        if self.branches:
            self.branches.pop()()

    def combined(self, combination: Combination) -> Expression:
        """The expression constant + sum of weight * target."""
        answer: Expression = (combination[0], *self.zero[1:]), {}
        for target, weight in combination[1].items():
            terms = {name: row[target] for name, row in self.coefficients.items() if row[target]}
            answer = total(answer, weight, (self.linear[target], terms))
        return answer

    def step(self, value: object) -> None:
        """Apply one step of the certificate."""
        parts = typed(value, list, "step")
        name = parts[0] if parts and type(parts[0]) is str else ""
        rule, length = RULES.get(name, (Proof.leaf, -1))
        expect(length in (0, len(parts)), "step: no such rule, or not so many arguments")
        require(not self.finished, "a step follows the last leaf")
        rule(self, *parts)

RULES: dict[str, tuple[Callable[..., None], int]] = {  # and the length of a step, 0 for any
    "S": (Proof.split, 2), "+": (Proof.settle, 3), "-": (Proof.settle, 3), "C": (Proof.cut, 3),
    "N": (Proof.close, 0), "D": (Proof.decompose, 6), "=": (Proof.leaf, 0), "0": (Proof.leaf, 2)}

def check(read: Callable[[str], Iterable[bytes]], claim: str, certificate: str) -> Proof:
    """The finished proof; `read` gives the lines of a path; the networks lie beside the claim."""
    claim_data, networks = b"".join(read(claim)), []
    domain, relation, *sides = document(claim_data, "claim", "domain relation left right")
    for value, side in zip(sides, ("left", "right"), strict=True):
        file, _, digest = (typed(t, str, side) for t in fields(value, "file name sha256", side))
        plain = file == os.path.basename(file) != "" and file.isascii() and file.isprintable()
        expect(plain, f"{side}: expected a plain file name")
        data = b"".join(read(os.path.join(os.path.dirname(claim), file)))
        require(hashlib.sha256(data).hexdigest() == digest, f"{side}: it is another network")
        networks.append(Network(data, side))
    proof, lines = Proof(Claim(domain, relation, *networks)), iter(read(certificate))
    claimed, steps = document(next(lines, b""), "certificate", "claim steps")
    require(claimed == hashlib.sha256(claim_data).hexdigest(), "it certifies another claim")
    more = map(parsed, lines)  # one step a line, after the line with the head and first steps
    for index, step in enumerate(chain(typed(steps, list, "steps"), more)):
        try:
            proof.step(step)
        except (MalformedError, RejectedError) as error:
            raise type(error)(f"step {index}: {error}") from None
    require(proof.finished, "the certificate ends before its last leaf")
    return proof

def main(arguments: list[str]) -> int:
    """Check the two files on the command line, print one line, return the exit status."""
    try:
        expect(len(arguments) == 2, "usage: checker.py CLAIM CERTIFICATE")
        proof = check(lambda path: open(path, "rb"), *arguments)  # noqa: SIM115
    except (RejectedError, MalformedError, OSError) as error:
        rejected = isinstance(error, RejectedError)
        sys.stdout.write(f"{'rejected' if rejected else 'malformed'}: {error}\n")
        return 2 - rejected
    sys.stdout.write(f"accepted: {proof.claim.relation} for every real x of the domain, on the "
                     f"exact weights ({proof.leaves} leaves, {proof.lemmas} lemmas)\n")
    return 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
