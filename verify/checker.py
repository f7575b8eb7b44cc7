"""The trusted checker: reads a claim, its two networks and a certificate; accepts or rejects.

    python3 -I -S verify/checker.py OUT/claim.json OUT/certificate.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted means: left(x) = right(x) for every real x of the domain, where both networks are the
exact rational functions written in the files, relu(t) = max(0, t) between their affine layers.

How (theorem T11). Both networks are evaluated once, symbolically. Every relu is a *symbol*
Y_k = relu(a_k), numbered in order of first occurrence; its *argument* a_k is an integer
expression in the inputs and earlier symbols, divided by its content. Equal arguments share a
symbol, and relu(-a) = relu(a) - a, so permuted, rescaled, duplicated and opposite units meet
in one symbol without a step of proof. The difference of the outputs is then one expression
    E = affine form + sum of coefficient * Y_k,
and the certificate is a case tree, written depth first, at whose leaves E is zero. On the
current cell of the tree, `rows` are forms known to be >= 0 and `value[k]` is what Y_k is there.

A *form* is a tuple of integers (c, g_1, ..., g_n) for c + g x; an *expression* is a pair
(form, {symbol: coefficient}). Everything is scaled by positive integers, so signs are exact.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable
from math import gcd, lcm, prod
from typing import Any

Form = tuple[int, ...]
Terms = dict[int, int]
Expression = tuple[Form, Terms]
Argument = tuple[Form, tuple[tuple[int, int], ...]]
VERSION = 1
LONGEST_NUMBER = 4000
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:/[1-9][0-9]*)?", re.ASCII)

class MalformedError(Exception):
    """A file is not what the format says; nothing was checked."""
    verdict, status = "malformed", 2

class RejectedError(Exception):
    """The certificate does not prove the claim."""
    verdict, status = "rejected", 1

def require(condition: object, reason: str, error: type[Exception] = RejectedError) -> None:
    """Raise the error for the reason unless the condition holds."""
    if not condition:
        raise error(reason)

def expect(condition: object, reason: str) -> None:
    """Call the file malformed unless the condition holds."""
    require(condition, reason, MalformedError)

# ------------------------------------------------------------------------------------- reading
def refuse(literal: object) -> None:
    """Refuse what JSON allows and exact arithmetic does not."""
    raise MalformedError(f"only integers and texts may stand here, not {str(literal)[:20]}")

def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of these pairs, no key twice."""
    expect(len(dict(pairs)) == len(pairs), "a key occurs twice in one object")
    return dict(pairs)

def typed(value: object, kind: type, what: str) -> Any:
    """The value, which must be exactly of this type: True is no integer."""
    if type(value) is not kind:
        raise MalformedError(f"{what}: expected {kind.__name__}, got {type(value).__name__}")
    return value

def fields(value: object, keys: str, what: str) -> list[Any]:
    """The values of an object that has exactly these keys (separated by blanks)."""
    found = typed(value, dict, what)
    expect(set(found) == set(keys.split()), f"{what}: expected exactly the keys {keys}")
    return [found[key] for key in keys.split()]

def document(data: bytes, kind: str, keys: str) -> list[Any]:
    """The values under the keys of an ASCII JSON file that names its format and version."""
    try:
        value = json.loads(data.decode("ascii"), parse_float=refuse, parse_constant=refuse,
                           object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:  # too long integers, too deep nesting
        raise MalformedError(f"{kind}: not a JSON text in ASCII: {str(error)[:80]}") from None
    name, version, *rest = fields(value, f"format version {keys}", kind)
    expect(name == f"relucert-{kind}", f"{kind}: expected the format relucert-{kind}")
    expect(typed(version, int, kind) == VERSION, f"{kind}: expected version {VERSION}")
    return rest

def integers(values: object, what: str) -> tuple[list[int], int]:
    """A list of texts `p` or `p/q` as integers over their least common denominator."""
    parts = []
    for value in typed(values, list, what):
        exact = len(typed(value, str, what)) <= LONGEST_NUMBER and NUMBER.fullmatch(value)
        expect(exact, f"{what}: expected an exact number, got {value[:30]!r}")
        parts.append([int(part) for part in value.split("/")])
    scale = lcm(*(part[1] for part in parts if len(part) == 2))
    return [part[0] * (scale // part[-1] if len(part) == 2 else scale) for part in parts], scale

class Layer:
    """An affine layer: `rows` of (column, weight) and `bias`, both times `scale`, integers."""

    def __init__(self, value: object, inputs: int, what: str) -> None:
        bias, rows = (typed(part, list, what) for part in fields(value, "bias rows", what))
        expect(len(bias) == len(rows), f"{what}: expected one bias per row")
        for row in rows:  # column, weight, column, weight, ...
            columns = [typed(column, int, what) for column in typed(row, list, what)[::2]]
            rising = all(a < b for a, b in zip([-1, *columns], [*columns, inputs], strict=True))
            expect(len(row) % 2 == 0 and rising, f"{what}: expected increasing columns, weights")
        numbers, self.scale = integers([*bias, *(w for row in rows for w in row[1::2])], what)
        self.bias, weights = numbers[: len(bias)], iter(numbers[len(bias) :])
        self.rows = [[(column, next(weights)) for column in row[::2]] for row in rows]

class Network:
    """A network; the forms of layer l are scale_1 ... scale_l times the true ones."""

    def __init__(self, data: bytes, what: str) -> None:
        inputs, layers = document(data, "network", "inputs layers")
        self.inputs = self.outputs = typed(inputs, int, what)
        expect(self.inputs > 0, f"{what}: expected at least one input")
        self.layers: list[Layer] = []
        for index, layer in enumerate(typed(layers, list, what)):
            self.layers.append(Layer(layer, self.outputs, f"{what}, layer {index}"))
            self.outputs = len(self.layers[-1].bias)
        expect(self.layers and self.outputs > 0, f"{what}: expected a layer and an output")
        self.scale = prod(one.scale for one in self.layers)

class Claim:
    """The question. On the domain low_i <= unit * x_i <= high_i (`box`, if any), `rows` >= 0."""

    def __init__(self, domain: object, relation: object, left: Network, right: Network) -> None:
        expect(relation == "exact", "claim: expected the relation exact")
        same = (left.inputs, left.outputs) == (right.inputs, right.outputs)
        expect(same, "claim: the networks have different numbers of inputs or outputs")
        self.left, self.right, self.inputs = left, right, left.inputs
        self.box: list[tuple[int, int]] | None = None
        self.unit, self.rows = 1, list[Form]()
        kind = next(iter(typed(domain, dict, "domain")), "")
        (value,) = fields(domain, kind if kind in ("box", "polytope") else "space", "domain")
        if kind == "box":
            pairs = [typed(interval, list, kind) for interval in typed(value, list, kind)]
            fits = len(pairs) == self.inputs and all(len(pair) == 2 for pair in pairs)
            expect(fits, f"box: expected {self.inputs} intervals [low, high]")
            ends, self.unit = integers([end for pair in pairs for end in pair], kind)
            self.box = list(zip(ends[::2], ends[1::2], strict=True))
            expect(all(low <= high for low, high in self.box), "box: it is empty")
        elif kind == "polytope":  # half-spaces normal . x <= offset: normal_1, ..., offset
            inputs, halfspaces = fields(value, "inputs halfspaces", kind)
            expect(typed(inputs, int, kind) == self.inputs, "polytope: wrong number of inputs")
            for halfspace in typed(halfspaces, list, kind):
                numbers, _ = integers(halfspace, kind)
                expect(len(numbers) == self.inputs + 1, "polytope: expected a normal, an offset")
                self.rows.append((numbers[-1], *(-entry for entry in numbers[:-1])))
        else:
            expect(typed(value, int, kind) == self.inputs, "space: wrong number of inputs")

# -------------------------------------------------------------------------------- the calculus
def divided(form: Form, terms: Terms, q: int) -> Argument:
    """The expression divided by q, as a key."""
    pairs = tuple([(name, terms[name] // q) for name in sorted(terms)])
    return tuple([entry // q for entry in form]), pairs

def total(one: Expression, factor: int, other: Expression) -> Expression:
    """The expression one + factor * other."""
    terms = one[1].copy()
    for name, weight in other[1].items():
        terms[name] = terms.get(name, 0) + factor * weight
    form = tuple([a + factor * b for a, b in zip(one[0], other[0], strict=True)])
    return form, {name: weight for name, weight in terms.items() if weight}

class Proof:
    """What is known on the current cell of the case tree, and the rules that change it."""

    def __init__(self, claim: Claim) -> None:
        self.claim, self.size, self.zero = claim, claim.inputs + 1, (0,) * (claim.inputs + 1)
        self.rows = list(claim.rows)
        self.arguments: list[Expression] = []  # symbol k is relu(arguments[k])
        self.numbers: dict[Argument, int] = {}  # argument -> symbol
        self.ranges: list[tuple[int, int | None]] = []  # of unit * Y_k; None is unbounded
        self.value: dict[int, Expression] = {}  # what symbols are here, where known
        self.waiting: dict[int, int] = {}  # symbol -> how many symbols its argument waits for
        self.watchers: dict[int, tuple[int, ...]] = {}  # symbol -> the symbols that wait for it
        self.linear = [self.zero] * claim.left.outputs  # E: its affine part, output by output,
        self.coefficients: dict[int, Form] = {}  # and the coefficients of its symbols
        self.branches: list[Callable[[], None]] = []  # the second sides of open splits
        self.lemmas, self.leaves, self.finished = 0, 0, False
        box = claim.box or [(0, 1)] * claim.inputs  # a fixed input is a constant
        coordinates = [tuple([claim.unit * (i == j) for j in range(self.size)]) if low < high
                       else (low, *self.zero[1:]) for i, (low, high) in enumerate(box, 1)]
        for network, weight in ((claim.left, claim.right.scale), (claim.right, -claim.left.scale)):
            for output, expression in enumerate(self.outputs(network, coordinates)):
                weights = [weight * (output == i) for i in range(network.outputs)]
                self.add(tuple(weights), expression)

    def minimum(self, form: Form, terms: Terms) -> int | None:
        """A lower bound of unit * expression on the domain; None where bounds give none."""
        low = form[0] * self.claim.unit
        if self.claim.box:
            for entry, ends in zip(form[1:], self.claim.box, strict=True):
                low += entry * ends[entry < 0]
        elif any(form[1:]):
            return None
        for symbol, weight in terms.items():
            end = self.ranges[symbol][weight < 0]
            if end is None:
                return None
            low += weight * end
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
                form = tuple([a + weight * b for a, b in zip(form, more, strict=True)])
                for other, factor in inner.items():
                    terms[other] = terms.get(other, 0) + weight * factor
            known = [name for name in terms if name in self.value]
        return form, {name: weight for name, weight in terms.items() if weight}

    def relu(self, expression: Expression) -> Expression:
        """The relu of an expression: a known value, an old symbol, or a new one.

        relu(q a) = q relu(a) for q > 0, relu(-a) = relu(a) - a, relu(constant) is constant.
        """
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
        symbol, form, terms = len(self.arguments), argument[0], dict(argument[1])
        low, high = self.minimum(argument[0], terms), self.minimum(
            tuple([-entry for entry in form]), {k: -w for k, w in terms.items()})
        self.numbers[argument] = symbol
        self.arguments.append((form, terms))
        self.ranges.append((max(low or 0, 0), None if high is None else max(-high, 0)))
        if low is not None and low >= 0:
            self.value[symbol] = form, terms
        elif high is not None and high >= 0:
            self.value[symbol] = self.zero, {}
        elif terms:
            self.waiting[symbol] = len(terms)
            for name in terms:
                self.watchers[name] = (*self.watchers.get(name, ()), symbol)
        return symbol

    def add(self, weights: Form, expression: Expression) -> None:
        """E += weights * expression, output by output."""
        form, terms = self.reduced(expression)
        if any(form):
            self.linear = [tuple([a + weight * b for a, b in zip(line, form, strict=True)])
                           for weight, line in zip(weights, self.linear, strict=True)]
        for name, factor in terms.items():
            old = self.coefficients.pop(name, None) or (0,) * len(weights)
            new = tuple([a + factor * weight for a, weight in zip(old, weights, strict=True)])
            if any(new):
                self.coefficients[name] = new

    def resolve(self, symbol: int, expression: Expression) -> None:
        """Record what a symbol is here; one whose argument becomes affine is the relu of that."""
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
                for name in expression[1]:  # the user waits for these instead
                    if user not in self.watchers.get(name, ()):
                        self.watchers[name] = (*self.watchers.get(name, ()), user)
                        self.waiting[user] += 1
                self.waiting[user] -= 1
                if not self.waiting[user]:
                    todo.append((user, self.relu(self.arguments[user])))

    def outputs(self, network: Network, coordinates: list[Form]) -> list[Expression]:
        """The outputs of a network over the forms unit * x_i, times unit * network.scale."""
        values, scale = [(form, Terms()) for form in coordinates], self.claim.unit
        for layer in network.layers:
            if layer is not network.layers[0]:
                values = [self.relu(value) for value in values]
            sparse = [[(i, entry) for i, entry in enumerate(form) if entry] for form, _ in values]
            before, values = values, []
            for row, bias in zip(layer.rows, layer.bias, strict=True):
                form, terms = [bias * scale, *self.zero[1:]], Terms()
                for column, weight in row:
                    for i, entry in sparse[column]:
                        form[i] += weight * entry
                    for name, factor in before[column][1].items():
                        terms[name] = terms.get(name, 0) + weight * factor
                values.append((tuple(form), {k: weight for k, weight in terms.items() if weight}))
            scale *= layer.scale
        return values

    def prove(self, sign: int, expression: Expression, lemma: object, side: Form = ()) -> None:
        """Theorem T12.  sign * expression >= 0 on the cell (on its part where side >= 0).

            lemma [e, row, m, ...]:    2^max(-e,0) expression - 2^max(e,0) sum of m * row,
            lemma [[p], row, m, ...]:  p expression - sum of m * row,     p >= 1, m >= 0,

        has a nonnegative minimum over the box; [] is the expression alone, row -1 the side.
        """
        self.lemmas += 1
        entries = typed(lemma, list, "lemma")
        expect(not entries or len(entries) % 2 == 1, "lemma: expected row, multiplier, ...")
        if isinstance(scaling := entries[0] if entries else 0, list):
            expect(len(scaling) == 1 and typed(scaling[0], int, "lemma") > 0, "lemma: expected [p]")
            factor, shift = scaling[0], 0
        else:
            expect(abs(typed(scaling, int, "lemma")) <= 4 * LONGEST_NUMBER, "lemma: huge shift")
            factor, shift = 1 << max(-scaling, 0), max(scaling, 0)
        form = [sign * factor * entry for entry in expression[0]]
        for row, multiplier in zip(entries[1::2], entries[2::2], strict=True):
            if type(row) is not int or type(multiplier) is not int:
                raise MalformedError("lemma: expected integers")
            require(multiplier >= 0, "lemma: negative multiplier")
            require(-1 <= row < len(self.rows), "lemma: there is no such row")
            known = self.rows[row] if row >= 0 else side
            require(len(known) == self.size, "lemma: there is no side here")
            multiplier <<= shift
            form = [a - multiplier * b for a, b in zip(form, known, strict=True)]
        terms = {name: sign * factor * weight for name, weight in expression[1].items()}
        low = self.minimum(tuple(form), terms)
        require(low is not None and low >= 0, "lemma: the combination may be negative")

    def unknown(self, value: object) -> int:
        """A symbol that exists and whose value is not yet known here."""
        number: int = typed(value, int, "symbol")
        require(0 <= number < len(self.arguments), "symbol: it does not exist")
        require(number not in self.value, "symbol: it is already known here")
        return number

    def settle(self, name: str, value: object, lemma: object) -> None:
        """Rules + and -.  a_k >= 0 on the cell, so Y_k = a_k;  a_k <= 0 there, so Y_k = 0."""
        symbol, sign = self.unknown(value), (1 if name == "+" else -1)
        argument = self.reduced(self.arguments[symbol])
        self.prove(sign, argument, lemma)
        self.resolve(symbol, argument if sign > 0 else (self.zero, {}))

    def split(self, _: str, value: object) -> None:
        """Rule S.  The cell is the union of its parts with a >= 0 and with a <= 0.

        a is the argument of a symbol, or a form that is written out.
        """
        if not isinstance(value, list):
            return self.branch(self.unknown(value), 1)
        form = tuple([typed(entry, int, "split") for entry in value])
        expect(len(form) == self.size, f"split: expected {self.size} integers")
        require(any(form[1:]), "split: the form is constant")
        argument, opposite = (divided(form, {}, sign * gcd(*form)) for sign in (1, -1))
        symbol = self.numbers.get(opposite)
        if symbol is not None:
            return self.branch(self.unknown(symbol), -1)
        symbol = self.numbers.get(argument)
        return self.branch(self.unknown(self.introduce(argument) if symbol is None else symbol), 1)

    def branch(self, symbol: int, sign: int) -> None:
        """Go on where sign * a_k >= 0, and after that part's last leaf where it is <= 0."""
        form, terms = self.arguments[symbol]
        require(not terms, "split: the argument is not affine")
        symbols, rows = len(self.arguments), len(self.rows)
        saved = (self.value.copy(), self.waiting.copy(), self.watchers.copy(),
                 self.coefficients.copy(), self.linear)

        def enter(sign: int) -> None:
            self.rows.append(tuple([sign * entry for entry in form]))
            self.resolve(symbol, (form if sign > 0 else self.zero, {}))

        def second() -> None:
            self.value, self.waiting, self.watchers, self.coefficients, self.linear = saved
            for gone in self.arguments[symbols:]:
                del self.numbers[divided(*gone, 1)]
            del self.arguments[symbols:], self.ranges[symbols:], self.rows[rows:]
            enter(-sign)

        self.branches.append(second)
        enter(sign)

    def decompose(self, _: str, value: object, mode_v: object, lemma_v: object,
                  mode_l: object, lemma_l: object) -> None:
        """Rule D (theorem T13).  relu(v + w relu(h)) on a cell whose interior misses h = v = 0.

        With l = v + w h, v speaks for h <= 0 and l for h >= 0. In mode P, q >= 0 on its own
        side; N: q <= 0 there; +: q <= 0 on the other side, symbol relu(q); -: q >= 0 on the
        other side, symbol relu(-q). The unit is p_v + k relu(h) + symbols, where p is q in the
        modes P and -, else 0, and p_l - p_v = k h.
        """
        symbol = self.unknown(value)
        v, terms = self.reduced(self.arguments[symbol])
        require(len(terms) == 1, "decompose: expected exactly one unknown symbol inside")
        ((inner, w),) = terms.items()
        h, deeper = self.arguments[inner]
        require(not deeper, "decompose: the inner argument is not affine")
        outer = tuple([a + w * b for a, b in zip(v, h, strict=True)])
        parts, symbols = [], []
        for q, mode, lemma, own in ((v, mode_v, lemma_v, -1), (outer, mode_l, lemma_l, 1)):
            expect(mode in ("P", "N", "+", "-"), "decompose: expected a mode P, N, + or -")
            sign, where = (1 if mode in ("P", "-") else -1), (own if mode in ("P", "N") else -own)
            self.prove(sign, (q, {}), lemma, tuple([where * entry for entry in h]))
            parts.append(q if sign > 0 else self.zero)
            if mode in ("+", "-"):
                symbols.append(tuple([-sign * entry for entry in q]))
        jump = [b - a for a, b in zip(*parts, strict=True)]
        k = next(a // b for a, b in zip(jump[1:], h[1:], strict=True) if b)
        require(jump == [k * entry for entry in h], "decompose: the sides do not meet on h = 0")
        unit: Expression = (parts[0], {inner: k} if k else {})
        for form in symbols:
            unit = total(unit, 1, self.relu((form, {})))
        self.resolve(symbol, unit)

    def leaf(self, name: str, lemma: object = None) -> None:
        """Rules = and 0.  E is zero on the cell;  -1 >= 0 follows, so that the cell is empty.

        Then the second side of the latest open split is next, if there is one.
        """
        if name == "0":
            self.prove(1, ((-1, *self.zero[1:]), {}), lemma)
        else:
            require(not self.coefficients, "leaf: a relu is left in the difference")
            require(not any(map(any, self.linear)), "leaf: an affine difference is left")
        self.leaves += 1
        self.finished = not self.branches
        if self.branches:
            self.branches.pop()()

    def step(self, value: object) -> None:
        """Apply one step of the certificate."""
        parts = typed(value, list, "step")
        known = parts and type(parts[0]) is str and parts[0] in RULES
        expect(known and len(parts) == RULES[parts[0]][1], "step: unknown rule or wrong length")
        require(not self.finished, "a step follows the last leaf")
        RULES[parts[0]][0](self, *parts)

RULES: dict[str, tuple[Callable[..., None], int]] = {  # the rules, and the lengths of their steps
    "S": (Proof.split, 2), "+": (Proof.settle, 3), "-": (Proof.settle, 3),
    "D": (Proof.decompose, 6), "=": (Proof.leaf, 1), "0": (Proof.leaf, 2)}

# ----------------------------------------------------------------------------------- the files
def check(read: Callable[[str], bytes], claim: str, certificate: str) -> Proof:
    """The finished proof; `read` gives the bytes of a path; the networks lie beside the claim."""
    claim_data, networks = read(claim), []
    domain, relation, *sides = document(claim_data, "claim", "domain relation left right")
    for value, side in zip(sides, ("left", "right"), strict=True):
        file, name, digest = (typed(part, str, side) for part in
                              fields(value, "file name sha256", side))
        expect(file == os.path.basename(file) != "", f"{side}: expected a plain file name")
        data = read(os.path.join(os.path.dirname(claim), file))
        require(hashlib.sha256(data).hexdigest() == digest, f"{side}: it is another network")
        networks.append(Network(data, f"{side} ({name[:40]})"))
    question = Claim(domain, relation, *networks)
    claimed, steps = document(read(certificate), "certificate", "claim steps")
    require(claimed == hashlib.sha256(claim_data).hexdigest(), "it certifies another claim")
    proof = Proof(question)
    for index, step in enumerate(typed(steps, list, "steps")):
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

def main(arguments: list[str]) -> int:
    """Check the two files on the command line, print one line, return the exit status."""
    try:
        expect(len(arguments) == 2, "usage: checker.py CLAIM CERTIFICATE")
        proof = check(file_bytes, *arguments)
    except (MalformedError, RejectedError) as error:
        sys.stdout.write(f"{error.verdict}: {error}\n")
        return error.status
    sys.stdout.write(f"accepted: left(x) = right(x) for every real x of the domain, exact weights "
                     f"({proof.leaves} leaves, {proof.lemmas} lemmas)\n")
    return 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
