"""A claim and its certificate, rewritten for the proved checker: numbers and lists, no search.

The strict reading is done by `verify.checker`; what it calls malformed is malformed here. The
result is a tree of constructors of `Claim.v` and `Calculus.v`, written either as the text that
`reader.ml` reads or as terms of Coq. Variable 1 is the constant one, variable i + 2 the input i,
and symbol k of the certificate is variable k + inputs + 2.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

from verify import checker
from verify.checker import (
    ONE,
    Claim,
    Layer,
    MalformedError,
    Network,
    expect,
    fields,
    require,
    typed,
)
from verify.zonotope_checker import ZonotopeProof

Term = int | Sequence[object]  # a list of terms, or a tuple (constructor, term, term, ...)
WITHOUT_NAME = "symbols pairs partner term use ends halfspace Layer Domain Lemma"
SILENT = frozenset(["", *WITHOUT_NAME.split()])
REFUSED = ("Split", 1)  # never applies: variable 1 is no symbol
MODES = {"P": "Positive", "N": "Negative", "+": "PlusSymbol", "-": "MinusSymbol"}


@dataclass(frozen=True, slots=True)
class Question:
    """A claim as a term, and the steps of its certificate up to the first malformed one."""

    claim: Term
    steps: tuple[Term, ...]
    malformed: str | None


# ------------------------------------------------------------------------------------ reading


def read_question(folder: Path) -> Question:
    """The question in a folder with claim.json, both networks and certificate.json.

    Raises:
        OSError: a file cannot be read.
        verify.checker.MalformedError: a file is not what its format demands.
        verify.checker.RejectedError: a file is not the one that the claim or certificate names.
    """
    data = (folder / "claim.json").read_bytes()
    domain, relation, *sides = checker.document(data, "claim", "domain relation left right")
    networks = [_network(folder, *side) for side in zip(sides, ("left", "right"), strict=True)]
    claim = Claim(domain, relation, *networks)
    lines = BytesIO((folder / "certificate.json").read_bytes())
    claimed, steps = checker.document(next(lines, b""), "certificate", "claim steps")
    require(claimed == hashlib.sha256(data).hexdigest(), "it certifies another claim")
    script = chain(typed(steps, list, "steps"), map(checker.parsed, lines))
    return _question(claim, script)


def _network(folder: Path, value: object, side: str) -> Network:
    file, _, digest = (typed(part, str, side) for part in fields(value, "file name sha256", side))
    plain = file == os.path.basename(file) != "" and file.isascii() and file.isprintable()
    expect(plain, f"{side}: expected a plain file name")
    data = (folder / file).read_bytes()
    require(hashlib.sha256(data).hexdigest() == digest, f"{side}: it is another network")
    return Network(data, side)


def _question(claim: Claim, script: Iterable[object]) -> Question:
    writer, written = StepWriter(claim.inputs, len(claim.obligations)), list[Term]()
    try:
        for step in script:
            written.append(writer.step(step))
    except MalformedError as error:
        return Question(_claim(claim), tuple(written), f"step {len(written)}: {error}")
    return Question(_claim(claim), tuple(written), None)


# ------------------------------------------------------------------------------------- claims


def _expression(entries: Iterable[tuple[int, int]]) -> list[Term]:
    return [("term", variable, weight) for variable, weight in entries if weight]


def _claim(claim: Claim) -> Term:
    networks = [[_layer(layer) for layer in side.layers] for side in (claim.left, claim.right)]
    return ("Claim", claim.inputs, _domain(claim), _relation(claim.relation), *networks)


def _layer(layer: Layer) -> Term:
    rows, biases, scale = layer
    return (
        "Layer",
        scale,
        [
            _expression([(1, bias), *((column + 2, weight) for column, weight in row)])
            for row, bias in zip(rows, biases, strict=True)
        ],
    )


def _domain(claim: Claim) -> Term:
    ends: Term = [("ends", low, high) for low, high in claim.box]
    halfspaces: list[Term] = []
    for row in claim.rows:
        offset, *opposite = (row.get(ONE - i, 0) for i in range(claim.inputs + 1))
        normal = _expression((i, -entry) for i, entry in enumerate(opposite, 2))
        halfspaces.append(("halfspace", normal, offset))
    return ("Domain", ("Some", ("", claim.unit, ends)) if claim.box else ("None",), halfspaces)


def _relation(text: str) -> Term:
    name, _, number = text.partition("=")
    if name in ("exact", "top1"):
        return ("Exact",) if name == "exact" else ("Top1",)
    (value,), scale = checker.integers([number], "relation")
    if name == "topk":
        return ("TopK", value)
    return ("Epsilon" if name == "eps" else "Margin", value, scale)


# -------------------------------------------------------------------------------------- steps


class StepWriter:
    """Writes steps as terms; the shape of a step is checked as `verify.checker` does it.

    That a leaf has a lemma for every obligation is a matter of shape too, so the subtrees that
    are open are counted here.
    """

    def __init__(self, inputs: int, obligations: int) -> None:
        self.inputs, self.obligations = inputs, obligations
        self.later: list[int] = []  # the obligations of what comes after the open subtrees
        self.finished = False

    def step(self, value: object) -> Term:
        """The term of a step; one that follows the last leaf is never applied.

        Raises:
            verify.checker.MalformedError: it is not a step.
        """
        parts = typed(value, list, "step")
        name = parts[0] if parts and type(parts[0]) is str else ""
        _, length = ZonotopeProof.rules.get(name, (None, -1))
        expect(length in (0, len(parts)), "step: no such rule, or not so many arguments")
        if self.finished:
            return REFUSED
        term = self._term(name, parts[1:])
        self._count(name)
        return term

    def _count(self, name: str) -> None:
        if name in ("S", "B", "C"):
            self.later.append(self.obligations)
        if name == "C":
            self.obligations = 1
        if name in ("=", "0", "Z"):
            self.finished = not self.later
            self.obligations = self.later.pop() if self.later else 0

    def _term(self, name: str, arguments: list[Any]) -> Term:
        match name, arguments:
            case "S", [list(form)]:
                return ("SplitOn", _expression(self._form(form)))
            case "S", [symbol]:
                return ("Split", self._symbol(symbol))
            case "B", [value]:
                return ("Bisect", self._input(value))
            case "+" | "-", [symbol, facts]:
                side = "true" if name == "+" else "false"
                return ("Settle", (side,), self._symbol(symbol), lemma(facts))
            case "N", symbols:
                return ("Close", ("symbols", [self._symbol(symbol) for symbol in symbols]))
            case "C", [form, terms]:
                return self._cut(form, terms)
            case "D", [symbol, *sides]:
                return ("Decompose", self._symbol(symbol), *_sides(sides))
            case "P", numbers:
                return ("Pairs", ("pairs", list(self._pairs(numbers))))
            case _:
                return self._settling(name, arguments)

    def _settling(self, name: str, lemmas: list[Any]) -> Term:
        """Rule R and the leaves."""
        if name == "R":
            return ("SettleAll",)
        if name == "0":
            return ("Empty", lemma(lemmas[0]))
        expect(len(lemmas) in (0, self.obligations), "leaf: expected a lemma per obligation")
        return ("Equal" if name == "=" else "Bounded", [lemma(facts) for facts in lemmas])

    def _symbol(self, value: object) -> int:
        """The variable of a symbol; 1, which is no symbol, if the number is negative."""
        number: int = typed(value, int, "symbol")
        return number + self.inputs + 2 if number >= 0 else 1

    def _input(self, value: object) -> int:
        """The variable of an input; 1, which is no input, if there is none of this number."""
        number: int = typed(value, int, "bisect")
        return number + 2 if 0 <= number < self.inputs else 1

    def _pairs(self, values: list[object]) -> Iterator[Term]:
        flat = [typed(entry, int, "pair") for entry in values]
        expect(len(flat) % 4 == 0, "pair: expected k, j, p, q, ...")
        for k, j, p, q in zip(*[iter(flat)] * 4, strict=True):
            yield ("partner", self._symbol(k), self._symbol(j), p, q)

    def _form(self, value: object) -> list[tuple[int, int]]:
        form = [typed(entry, int, "form") for entry in typed(value, list, "form")]
        expect(len(form) == self.inputs + 1, f"form: expected {self.inputs + 1} integers")
        return list(enumerate(form, 1))

    def _cut(self, form: object, weights: object) -> Term:
        flat = [typed(entry, int, "cut") for entry in typed(weights, list, "cut")]
        names, affine = [self._symbol(name) for name in flat[::2]], _expression(self._form(form))
        symbols = [("term", *pair) for pair in sorted(zip(names, flat[1::2], strict=False))]
        if 1 in names or 2 * len(set(names)) != len(flat):
            return REFUSED
        return ("Cut", [*affine, *symbols])  # with zeros, for Coq asks whether symbols exist


def _sides(values: list[object]) -> Iterator[Term]:
    for mode, facts in (values[:2], values[2:]):
        expect(type(mode) is str and mode in MODES, "decompose: expected a mode P, N, + or -")
        yield (MODES[str(mode)],)
        yield lemma(facts)


def lemma(value: object) -> Term:
    """The term of a lemma: its scaling, and (row, multiplier) with rows numbered from 1.

    Raises:
        verify.checker.MalformedError: it is not a lemma.
    """
    entries = typed(value, list, "lemma")
    scaling = typed(entries[0], int, "lemma") if entries else 1
    shape = scaling > -4 * checker.LONGEST and len(entries or "?") % 2 == 1
    expect(shape, "lemma: expected p, row, multiplier, row, multiplier, ...")
    expect(all(type(entry) is int for entry in entries), "lemma: expected integers")
    uses: list[Term] = []
    for row, multiplier in zip(entries[1::2], entries[2::2], strict=True):
        uses.append(("use", row + 1, multiplier) if row >= -1 else ("use", 0, -1))
    return ("Lemma", scaling, uses)


# ------------------------------------------------------------------------------------ writing


def native_text(question: Question) -> str:
    """The text that `reader.ml` reads: names and numbers; before a list its length."""
    words: list[str] = []
    _native(question.claim, words)
    words.append(f"\n{len(question.steps)}\n")
    for step in question.steps:
        _native(step, words)
        words.append("\n")
    return " ".join(words)


def _native(term: object, words: list[str]) -> None:
    if isinstance(term, tuple):
        name, *parts = term
        if name not in SILENT:
            words.append(str(name))
    elif isinstance(term, list):
        parts = term
        words.append(str(len(term)))
    else:
        parts = []
        words.append(str(term))
    for part in parts:
        _native(part, words)


COQ_HEAD = """\
(** Whether left.json and right.json are related on the domain as claim.json says. In [question]
    are the numbers of those three files; what it means is said by [holds] in Semantics.v. *)

Require Import ZArith List.
From Relucert Require Import Expression Claim Semantics.
From Relucert Require Import Calculus Ranges Script Check Soundness.
Import ListNotations.
Open Scope Z_scope.

Definition term (variable : positive) (coefficient : Z) := (variable, coefficient).
Definition ends (low high : Z) := (low, high).
Definition halfspace (normal : expression) (offset : Z) := (normal, offset).
Definition use (row : N) (multiplier : Z) := (row, multiplier).
Definition partner (symbol other : positive) (mine its : Z) := (symbol, Pair other mine its).

"""
COQ_THEOREM = """
Theorem claim_holds : holds question.
Proof. apply check_sound with script. vm_cast_no_check (eq_refl true). Qed.

Print Assumptions claim_holds.
"""
COQ_ENDS_EARLY = """
Eval vm_compute in match judge question script with Stuck (_ :: _) => false | _ => true end.
"""
CHUNK = 200  # steps in one definition


def coq_source(question: Question) -> str:
    """A file of Coq: the claim, the script, and the theorem that the claim holds.

    Where a step is malformed there is no theorem, but whether the script comes as far as there.
    """
    lines = [f"Definition question : claim :=\n  {_coq(question.claim)}.\n"]
    names = []
    for first in range(0, len(question.steps), CHUNK):
        names.append(f"steps_{first}")
        steps = ";\n   ".join(map(_coq, question.steps[first : first + CHUNK]))
        lines.append(f"Definition {names[-1]} : list step :=\n  [{steps}].\n")
    lines.append(f"Definition script : list step := concat [{'; '.join(names)}].\n")
    goal = COQ_THEOREM if question.malformed is None else COQ_ENDS_EARLY
    return COQ_HEAD + "\n".join(lines) + goal


def _coq(term: object) -> str:
    match term:
        case int():
            return str(term) if term >= 0 else f"({term})"
        case list():
            return f"[{'; '.join(map(_coq, term))}]"
        case ("symbols", symbols):
            return f"{_coq(symbols)}%positive"
        case ("pairs", pairs):
            return _coq(pairs)
        case ("", *parts):
            return f"({', '.join(map(_coq, parts))})"
        case (name,):
            return str(name)
        case (name, *parts):
            return f"({name} {' '.join(map(_coq, parts))})"
        case _:
            raise TypeError(f"no term: {term!r}")
