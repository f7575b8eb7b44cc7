"""The state of a proof while it is searched for: the checker's own, without its doubts."""

from collections.abc import Callable, Sequence
from copy import copy

from theory.form import Form
from theory.form import combination as form_sum
from verify import checker
from verify.checker import FINE, ONE, Expression, Minimum, Proof


def checker_claim(claim: bytes, left: bytes, right: bytes) -> checker.Claim:
    """A claim as the checker reads it from the bytes of its three files."""
    sides = checker.Network(left, "left"), checker.Network(right, "right")
    domain, relation = checker.document(claim, "claim", "domain relation left right")[:2]
    return checker.Claim(domain, relation, *sides)


def symbols_in(expression: Expression) -> dict[int, int]:
    """The symbols of an expression with their weights."""
    return {name: weight for name, weight in expression.items() if name >= 0}


class SearchState(Proof):
    """The checker's state of a claim, moved by the same steps.

    Lemmas are not tried again here, since who writes one has just tried it in integers. Nothing
    rests on that: what is found counts only if the checker accepts its bytes.

    The targets, which the checker looks at where it needs them, are kept here by symbol:
    `coefficients` are those of an open symbol in all targets, `linear` the affine parts.
    """

    coefficients: dict[int, Form]
    linear: list[Form]

    def __init__(self, claim: checker.Claim) -> None:
        super().__init__(claim)
        self._tabulate()

    def copied(self) -> "SearchState":
        """A state of its own that is the same now, before any split is open."""
        twin = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, list | dict):
                setattr(twin, name, value.copy())
        return twin

    # -- what the rules change

    def prove(
        self,
        expression: Expression,
        lemma: object,
        side: Expression | None = None,
        minimum: Minimum | None = None,
    ) -> None:
        """Take a lemma for granted."""

    def refresh(self) -> None:
        """Leave the targets as they are: the tables say what they are on the cell."""

    def leaf(self, name: str, *lemmas: object) -> None:
        """Take a leaf for granted."""
        self.leave()

    def combined(self, combination: checker.Combination) -> Expression:
        """The expression constant + sum of weight * target."""
        constant, weights = combination
        linear = ((weight, self.linear[target]) for target, weight in weights.items())
        form = form_sum(((1, (constant, *[0] * self.claim.inputs)), *linear), self.claim.inputs + 1)
        terms = {
            name: sum(row[target] * weight for target, weight in weights.items())
            for name, row in self.coefficients.items()
        }
        return checker.combined((1, checker.expression_of(form)), (1, terms))

    def resolve(self, symbol: int, expression: Expression) -> None:
        """Record what a symbol is on this cell, in the targets too."""
        super().resolve(symbol, expression)
        if symbol in self.coefficients:
            self._add(self.coefficients.pop(symbol), self.value[symbol])

    def later(self, action: Callable[[], None]) -> None:
        """When the last leaf of the subtree that opens here is closed, come back and do this."""
        saved = self.coefficients.copy(), self.linear

        def back() -> None:
            self.coefficients, self.linear = saved
            action()

        super().later(back)

    def cut(self, name: str, value: object, symbols: object) -> None:
        """Ask for the sign of an expression instead of the targets."""
        super().cut(name, value, symbols)
        self._tabulate()

    # -- what the search asks

    def parted(self, expression: Expression) -> tuple[Form, dict[int, int]]:
        """The affine part of an expression as a form, and its symbols with their weights."""
        form = tuple([expression.get(ONE - i, 0) for i in range(self.claim.inputs + 1)])
        return form, symbols_in(expression)

    def is_line(self, symbol: int) -> bool:
        """Whether the argument of a symbol was affine from the beginning."""
        return checker.is_affine(self.arguments[symbol])

    def line(self, symbol: int) -> Form:
        """The argument of such a symbol."""
        return self.parted(self.arguments[symbol])[0]

    def symbol_of(self, form: Form) -> int | None:
        """The symbol whose argument is the form, if there is one."""
        return self.numbers.get(checker.divided(checker.expression_of(form), 1))

    def least(self, form: Sequence[int]) -> int | None:
        """The minimum of unit * form on the box; None without a box, but for constants."""
        low = form[0] * self.claim.unit
        if self.claim.box:
            for entry, ends in zip(form[1:], self.claim.box, strict=True):
                low += entry * ends[entry < 0]
        elif any(form[1:]):
            return None
        return low

    def high(self, symbol: int) -> int | None:
        """An upper bound of unit * symbol, where there is one."""
        bound = self.bounds[symbol][1]
        return None if bound is None else -(-bound >> FINE)

    def _tabulate(self) -> None:
        self.coefficients = {}
        self.linear = [(0,) * (self.claim.inputs + 1)] * len(self.targets)
        count = len(self.targets)
        for place, target in enumerate(self.targets):
            self._add(tuple([i == place for i in range(count)]), self.reduced(target))

    def _add(self, weights: Form, expression: Expression) -> None:
        """Add weights * expression to the targets."""
        form, terms = self.parted(expression)
        if any(form):
            self.linear = [
                tuple([a + weight * b for a, b in zip(old, form, strict=True)])
                for old, weight in zip(self.linear, weights, strict=True)
            ]
        for name, factor in terms.items():
            old = self.coefficients.pop(name, None) or (0,) * len(weights)
            if any(new := tuple([a + factor * b for a, b in zip(old, weights, strict=True)])):
                self.coefficients[name] = new
