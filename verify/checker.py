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
all outputs) are *targets*. The certificate is a case tree, depth first, at whose leaves the
relation is seen to hold. On the current cell `bounds` enclose the variables, `rows` are
expressions known to be >= 0, and `value[k]` is what Y_k is there.
An *expression* is {variable: integer}; variable k >= 0 is Y_k, ONE is the constant one, ONE - i
is x_i. Everything is scaled by positive integers, so signs are exact.
"""
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, combinations, pairwise
from math import gcd, lcm, prod
from typing import Any, ClassVar, cast

Expression = dict[int, int]
Argument = tuple[tuple[int, int], ...]
Layer = tuple[list[list[tuple[int, int]]], list[int], int]
Minimum = Callable[[Expression], int | None]
Combination = tuple[int, Expression]  # constant, {target: weight}
Obligation = tuple[list[Combination], Combination]  # where these are >= 0, so is this
ONE = -1
FINE = 64  # bits that bounds have after the point
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
            self.rows.append(expression_of([offset, *(-entry for entry in normal)]))
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

def expression_of(form: Iterable[int]) -> Expression:
    """The expression c + g x of the form [c, g_1, ..., g_n]."""
    return {ONE - i: entry for i, entry in enumerate(form) if entry}

def combined(*parts: tuple[int, Expression]) -> Expression:
    """The sum of factor * expression, without zeros."""
    total = Expression()
    for factor, expression in parts:
        for name, weight in expression.items():
            total[name] = total.get(name, 0) + factor * weight
    return {name: weight for name, weight in total.items() if weight}

def divided(expression: Expression, q: int) -> Argument:
    """The expression divided by q, as a key."""
    return tuple(sorted([(name, weight // q) for name, weight in expression.items()]))

def is_affine(expression: Expression) -> bool:
    """Whether it is an expression in the inputs alone."""
    return max(expression, default=ONE) < 0

class Proof:
    """What is known on the current cell of the case tree, and the rules that change it."""

    rules: ClassVar = {  # method, length of a step (0 for any)
        "S": ("split", 2), "B": ("bisect", 2), "+": ("settle", 3), "-": ("settle", 3),
        "N": ("close", 0), "D": ("decompose", 6), "C": ("cut", 3), "=": ("leaf", 0),
        "0": ("leaf", 2)}

    def __init__(self, claim: Claim) -> None:
        self.claim, self.rows, self.obligations = claim, list(claim.rows), claim.obligations
        self.arguments: list[Expression] = []  # symbol k is relu(arguments[k])
        self.numbers: dict[tuple[tuple[int, int], ...], int] = {}  # argument -> symbol
        self.value: dict[int, Expression] = {}  # what symbols are on this cell, where known
        self.fine = claim.unit << FINE  # low <= fine * variable <= high, where bounds are known
        self.bounds: dict[int, tuple[int | None, int | None]] = {ONE: (self.fine, self.fine)}
        for i in range(claim.inputs):
            self.bounds[ONE - 1 - i] = (None, None)
        for i, (low, high) in enumerate(claim.box):
            self.bounds[ONE - 1 - i] = low << FINE, high << FINE
        self.branches: list[Callable[[], None]] = []  # what comes after the open subtrees
        self.lemmas, self.leaves, self.finished = 0, 0, False
        left, right = self.outputs(claim.left), self.outputs(claim.right)
        self.targets = [combined((claim.right.scale, f), (-claim.left.scale, g))
                        for f, g in zip(left, right, strict=True)
                        ] if claim.is_difference else [*left, *right]

    def outputs(self, network: Network) -> list[Expression]:
        """The outputs of a network, times unit * network.scale."""
        scale = unit = self.claim.unit
        values: list[Expression] = [{ONE - 1 - i: unit} for i in range(network.inputs)]
        for i, (low, high) in enumerate(self.claim.box):
            values[i] = {ONE: low} if low == high else values[i]  # fixed
        for index, (rows, biases, factor) in enumerate(network.layers):
            values = [self.relu(value) for value in values] if index else values
            values = [combined((bias * scale, {ONE: 1}), *((w, values[i]) for i, w in row))
                      for row, bias in zip(rows, biases, strict=True)]
            scale *= factor
        return values

    def minimum(self, expression: Expression) -> int | None:
        """A lower bound of fine * expression from the bounds; None where they give none."""
        low = 0
        for name, weight in expression.items():
            end = self.bounds[name][weight < 0]
            if end is None and weight:
                return None
            low += weight * (end or 0)
        return low

    def reduced(self, expression: Expression) -> Expression:
        """The expression with every known symbol replaced by its value."""
        while known := [name for name in expression if name in self.value]:
            rest = {name: w for name, w in expression.items() if name not in self.value}
            values = ((expression[name], self.value[name]) for name in known)
            expression = combined((1, rest), *values)
        return expression

    def relu(self, expression: Expression) -> Expression:
        """The relu of an expression: a known value, an old symbol, or a new one."""
        # relu(q a) = q relu(a) for q > 0, relu(-a) = relu(a) - a, relu(constant) is constant
        expression = self.reduced(expression)
        if expression.keys() <= {ONE}:
            return expression if expression.get(ONE, 0) > 0 else {}
        q = gcd(*expression.values())
        argument = divided(expression, q)
        symbol = self.numbers.get(argument)
        if symbol is None:
            symbol = self.numbers.get(divided(expression, -q))
            if symbol is not None:
                return combined((1, expression), (q, self.reduced({symbol: 1})))
            symbol = self.introduce(argument)
        return self.reduced({symbol: q})

    def introduce(self, argument: Argument) -> int:
        """The number of a new symbol; its sign is settled here where bounds decide it."""
        symbol, expression = len(self.arguments), dict(argument)
        low = self.minimum(expression)
        high = self.minimum({name: -weight for name, weight in argument})
        self.numbers[argument] = symbol
        self.arguments.append(expression)
        self.bounds[symbol] = 0, None if high is None else max(-high, 0)
        if low is not None and low >= 0:
            self.value[symbol] = expression
        elif high is not None and high >= 0:
            self.value[symbol] = {}
        return symbol

    def resolve(self, symbol: int, expression: Expression) -> None:
        """Record what a symbol is on this cell."""
        self.value[symbol] = self.reduced(expression)

    def prove(self, expression: Expression, lemma: object, side: Expression | None = None,
              minimum: Minimum | None = None) -> None:
        """Theorem T12.  The expression is >= 0 on the cell (on its part where side >= 0).

        For the lemma [p, row, m, ...] with p > 0, m >= 0: p * expression - sum of m * row, with
        p <= 0: expression - 2^-p * sum of m * row, has a nonnegative minimum over the bounds.
        [] is the expression alone; row -1 is the side.
        """
        self.lemmas += 1
        entries = typed(lemma, list, "lemma")
        scaling = typed(entries[0], int, "lemma") if entries else 1
        expect(scaling > -4 * LONGEST and len(entries or "?") % 2 == 1,
               "lemma: expected p, row, multiplier, row, multiplier, ...")
        shift, parts = max(-scaling, 0), [(max(scaling, 1), expression)]
        for row, multiplier in zip(entries[1::2], entries[2::2], strict=True):
            if type(row) is not int or type(multiplier) is not int:
                raise MalformedError("lemma: expected integers")
            if not (-1 <= row < len(self.rows)) or multiplier < 0 or (row < 0 and side is None):
                raise RejectedError("lemma: no such row, or a negative multiplier")
            known = self.rows[row] if side is None or row >= 0 else side
            parts.append((-multiplier << shift, self.reduced(known)))
        low = (minimum or self.minimum)(combined(*parts))
        require(low is not None and low >= 0, "lemma: the combination may be negative")

    def symbol(self, value: object) -> int:
        """A symbol that exists and whose value is not yet known here."""
        exists = 0 <= typed(value, int, "symbol") < len(self.arguments)
        require(exists and value not in self.value, "symbol: it does not exist, or is known here")
        return cast(int, value)

    def form(self, value: object) -> Expression:
        """A form that is written out in the certificate."""
        form = [typed(entry, int, "form") for entry in typed(value, list, "form")]
        size = self.claim.inputs + 1
        expect(len(form) == size, f"form: expected {size} integers")
        return expression_of(form)

    def settle(self, name: str, value: object, lemma: object) -> None:
        """Rules + and -.  a_k >= 0 on the cell, so Y_k = a_k;  a_k <= 0 there, so Y_k = 0."""
        symbol = self.symbol(value)
        argument = self.reduced(self.arguments[symbol])
        self.prove(argument if name == "+" else combined((-1, argument)), lemma)
        self.resolve(symbol, argument if name == "+" else {})

    def close(self, _: str, *values: object) -> None:
        """Rule N.  Symbols whose arguments have changed here; each is the relu of what it is."""
        for symbol in map(self.symbol, values):
            argument = self.reduced(self.arguments[symbol])
            require(argument != self.arguments[symbol], "close: nothing in the argument is known")
            self.resolve(symbol, self.relu(argument))

    def split(self, _: str, value: object) -> None:
        """Rule S.  The cell is the union of its parts with a_k (or a given form) >= 0 and <= 0."""
        sign = 1
        if isinstance(value, list):
            form = self.form(value)
            require(form.keys() - {ONE}, "split: the form is constant")
            self.relu(form)  # now it has a symbol, or its opposite has
            q = gcd(*form.values())
            sign = 1 if divided(form, q) in self.numbers else -1
            value = self.numbers[divided(form, sign * q)]
        symbol = self.symbol(value)

        def enter(sign: int) -> None:
            argument = self.reduced(self.arguments[symbol])
            self.rows.append(combined((sign, argument)))
            self.resolve(symbol, argument if sign > 0 else {})

        self.later(lambda: enter(-sign))
        enter(sign)

    def bisect(self, _: str, value: object) -> None:
        """Rule B.  The cell is cut in the middle of the interval that bounds an input."""
        name = ONE - 1 - typed(value, int, "bisect")
        require(self.claim.box and name in self.bounds and name < ONE, "bisect: no such interval")
        low, high = cast(tuple[int, int], self.bounds[name])
        require(low < high, "bisect: the input is fixed")
        middle = (low + high) >> 1
        self.later(lambda: self.bounds.update({name: (middle, high)}))
        self.bounds[name] = low, middle

    def later(self, action: Callable[[], None]) -> None:
        """When the last leaf of the subtree that opens here is closed, come back and do this."""
        self.refresh()
        symbols, rows = len(self.arguments), len(self.rows)
        saved = self.value.copy(), self.bounds.copy(), self.targets, self.obligations

        def back() -> None:
            self.value, self.bounds, self.targets, self.obligations = saved
            for gone in self.arguments[symbols:]:
                del self.numbers[divided(gone, 1)]
            del self.arguments[symbols:], self.rows[rows:]
            action()

        self.branches.append(back)

    def cut(self, _: str, value: object, symbols: object) -> None:
        """Rule C.  A lemma with a case tree of its own: an expression that becomes a row."""
        flat = [typed(entry, int, "cut") for entry in typed(symbols, list, "cut")]
        terms = dict(zip(flat[::2], flat[1::2], strict=False))
        exist = all(0 <= name < len(self.arguments) for name in terms)
        require(exist and len(flat) == 2 * len(terms), "cut: no such symbols and weights")
        expression = combined((1, self.form(value)), (1, terms))
        self.later(lambda: self.rows.append(expression))
        self.targets, self.obligations = [expression], [([], (0, {0: 1}))]

    def decompose(self, _: str, value: object, *sides: Any) -> None:
        """Rule D (theorem T13).  u = relu(v + w relu(h)) where the bend h = v = 0 is outside.

        With l = v + w h, v speaks for h <= 0 and l for h >= 0. Mode P: q >= 0 on its own side;
        N: q <= 0 there; +: q <= 0 on the other side, symbol relu(q); -: q >= 0 on the other
        side, symbol relu(-q). u = p_v + k relu(h) + symbols if p_l - p_v = k h, where p is q in
        the modes P and -, else 0.
        """
        symbol = self.symbol(value)
        argument = self.reduced(self.arguments[symbol])
        v = {name: weight for name, weight in argument.items() if name < 0}
        alone = len(argument) == len(v) + 1
        require(alone, "decompose: expected exactly one unknown symbol inside")
        inner = max(argument)
        h = self.arguments[inner]
        require(is_affine(h), "decompose: the inner argument is not affine")
        parts, unit = [], Expression()
        for q, (mode, lemma), own in ((v, sides[:2], -1),
                                      (combined((1, v), (argument[inner], h)), sides[2:], 1)):
            expect(mode in ("P", "N", "+", "-"), "decompose: expected a mode P, N, + or -")
            sign, where = (1 if mode in ("P", "-") else -1), (own if mode in ("P", "N") else -own)
            self.prove(combined((sign, q)), lemma, combined((where, h)))
            parts.append(q if sign > 0 else {})
            if mode in ("+", "-"):
                unit = combined((1, unit), (1, self.relu(combined((-sign, q)))))
        jump = combined((1, parts[1]), (-1, parts[0]))
        k = jump.get(min(h), 0) // h[min(h)]
        require(jump == combined((k, h)), "decompose: the sides do not meet on h = 0")
        self.resolve(symbol, combined((1, unit), (1, parts[0]), (k, {inner: 1})))

    def leaf(self, name: str, *lemmas: object) -> None:
        """Rules = and 0.  Every obligation holds here; or -1 >= 0, so that the cell is empty."""
        self.refresh()
        if name == "0":
            self.prove({ONE: -1}, lemmas[0])
        elif lemmas or not self.obligations:
            self.fulfil(lemmas)
        else:
            require(self.claim.is_difference, "leaf: expected a lemma per obligation")
            for target in self.targets:
                require(is_affine(target), "leaf: a relu is left in the difference")
                require(not target, "leaf: an affine difference is left")
        self.leave()

    def fulfil(self, lemmas: Sequence[object], minimum: Minimum | None = None) -> None:
        """Every obligation holds on the cell, each by its lemma."""
        expect(len(lemmas) == len(self.obligations), "leaf: expected a lemma per obligation")
        for (given, goal), lemma in zip(self.obligations, lemmas, strict=True):
            rows = len(self.rows)
            self.rows += map(self.combined, given)
            self.prove(self.combined(goal), lemma, None, minimum)
            del self.rows[rows:]

    def leave(self) -> None:
        """Go on with the subtree that was opened last and is still to come."""
        self.leaves += 1
        self.finished = not self.branches
        if self.branches:
            self.branches.pop()()

    def refresh(self) -> None:
        """The targets as they are on this cell."""
        self.targets = [self.reduced(target) for target in self.targets]

    def combined(self, combination: Combination) -> Expression:
        """The expression constant + sum of weight * target."""
        constant, weights = combination
        parts = [(weight, self.targets[target]) for target, weight in weights.items()]
        return combined((constant, {ONE: 1}), *parts)

    def step(self, value: object) -> None:
        """Apply one step of the certificate."""
        parts = typed(value, list, "step")
        name = parts[0] if parts and type(parts[0]) is str else ""
        rule, length = self.rules.get(name, ("", -1))
        expect(length in (0, len(parts)), "step: no such rule, or not so many arguments")
        require(not self.finished, "a step follows the last leaf")
        getattr(self, rule)(*parts)

def check(read: Callable[[str], Iterable[bytes]], claim: str, certificate: str,
          kind: type[Proof] = Proof) -> Proof:
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
    proof, lines = kind(Claim(domain, relation, *networks)), iter(read(certificate))
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

def answered(told: Callable[[], str], *unfit: type[Exception]) -> int:
    """Print in one line what was accepted, or why nothing was; the exit status."""
    refusals: tuple[type[Exception], ...] = (RejectedError, MalformedError, OSError, ValueError,
                                             *unfit)  # ValueError: no file has such a name
    try:
        answer = told()
    except refusals as error:
        rejected = isinstance(error, RejectedError)
        sys.stdout.write(f"{'rejected' if rejected else 'malformed'}: {error}\n")
        return 2 - rejected
    sys.stdout.write(f"accepted: {answer}\n")
    return 0

def main(arguments: list[str], kind: type[Proof] = Proof) -> int:
    """Check the two files on the command line, print one line, return the exit status."""
    def told() -> str:
        expect(len(arguments) == 2, "usage: checker.py CLAIM CERTIFICATE")
        claim, certificate = arguments
        proof = check(lambda path: open(path, "rb"), claim, certificate, kind)  # noqa: SIM115
        return (f"{proof.claim.relation} for every real x of the domain, on the exact weights "
                f"({proof.leaves} leaves, {proof.lemmas} lemmas)")
    return answered(told)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
