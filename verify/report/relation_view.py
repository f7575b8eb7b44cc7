"""A relation in words and formulas: the claim, its negation, and what a certificate has to show.

The texts say what `verify.checker` accepts, no more: the decision relations go from f to g, and
ties are spelled out.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from verify.relation import Epsilon, Exact, Margin, Relation, TopK, TopOne
from verify.report.typesetting import grouped, rounded_number

_LONGEST = 16  # digits of a number that stands in a title or a formula


@dataclass(frozen=True, slots=True)
class RelationView:
    """How a relation is printed; all texts are TeX.

    Attributes:
        proved: The title of a report on a proved claim.
        refuted: The title where there is a counterexample.
        conclusion: What holds for every x of D, as a clause.
        negation: What happens at a point p of D, as a clause.
        refutation: What then is not so, as a clause.
        remark: A sentence on ties or on a long number, or nothing.
        targets: What the certificate speaks of, in math mode.
        obligations: What it has to show of them, as the end of a sentence.
        count: The number of obligations.
        is_difference: Whether the targets are differences of outputs.
    """

    proved: str
    refuted: str
    conclusion: str
    negation: str
    refutation: str
    remark: str
    targets: str
    obligations: str
    count: int
    is_difference: bool


def relation_view(relation: Relation, outputs: int) -> RelationView:
    """The relation between two networks with so many outputs as it is printed."""
    match relation:
        case Exact():
            return _exact(outputs)
        case Epsilon(epsilon):
            return _epsilon(epsilon, outputs)
        case TopOne():
            return _top_one(outputs)
        case TopK(k):
            return _top_k(k, outputs)
        case Margin(margin):
            return _margin(margin, outputs)


def inline_number(value: Fraction, symbol: str) -> tuple[str, str]:
    """A number in math mode, or the symbol if it is long; and the sentence that explains that."""
    text = str(value) if max(map(int.bit_length, value.as_integer_ratio())) < 64 else ""
    if 0 < len(text) <= _LONGEST:
        return text, ""
    rounded = rounded_number(value)
    return symbol, (
        rf"Here ${symbol}\approx {rounded}$ is the number in \texttt{{claim.json}}, which has it "
        "exactly."
    )


def _exact(outputs: int) -> RelationView:
    return RelationView(
        proved="Two ReLU networks that are equal",
        refuted="Two ReLU networks that differ",
        conclusion=r"$f(x)=g(x)$ for every $x\in D$",
        negation=r"$f(p)\ne g(p)$ at a point $p\in D$",
        refutation="$f$ and $g$ are not equal on~$D$",
        remark="",
        targets=_differences(outputs),
        obligations=r"$T_i\ge 0$ and $-T_i\ge 0$ for every~$i$",
        count=2 * outputs,
        is_difference=True,
    )


def _epsilon(epsilon: Fraction, outputs: int) -> RelationView:
    bound, remark = inline_number(epsilon, r"\varepsilon")
    i, every, some = ("_i", " and every output~$i$", " and an output~$i$")
    if outputs == 1:
        i = every = some = ""
    return RelationView(
        proved=rf"Two ReLU networks within ${bound}$ of each other",
        refuted=rf"Two ReLU networks more than ${bound}$ apart",
        conclusion=rf"$|f{i}(x)-g{i}(x)|\le {bound}$ for every $x\in D${every}",
        negation=rf"$|f{i}(p)-g{i}(p)|>{bound}$ for a point $p\in D${some}",
        refutation=rf"$f$ and $g$ are not within ${bound}$ of each other on~$D$",
        remark=remark,
        targets=_differences(outputs),
        obligations=rf"${bound}+T_i\ge 0$ and ${bound}-T_i\ge 0$ for every~$i$",
        count=2 * outputs,
        is_difference=True,
    )


def _top_one(outputs: int) -> RelationView:
    return RelationView(
        proved="A ReLU network that keeps another's decisions",
        refuted="A ReLU network that changes another's decision",
        conclusion=r"$g_i(x)=\max_j g_j(x)$ for every $x\in D$ and every~$i$ with "
        r"$f_i(x)=\max_j f_j(x)$",
        negation=r"$f_i(p)=\max_j f_j(p)$ but $g_i(p)<\max_j g_j(p)$ at a point $p\in D$ for an "
        "output~$i$",
        refutation="$g$ does not keep every decision of~$f$ on~$D$",
        remark=r"Where outputs of $f$ tie, the statement is about each of the largest; where "
        r"outputs of $g$ tie, $g$ may have more largest outputs than~$f$.",
        targets=_all_outputs(outputs),
        obligations=_decisions(1, ""),
        count=_obligations(outputs, 1),
        is_difference=False,
    )


def _top_k(k: int, outputs: int) -> RelationView:
    shown = grouped(k)
    return RelationView(
        proved=f"A ReLU network that keeps another's decisions in its top {shown}",
        refuted=f"A ReLU network that drops another's decision from its top {shown}",
        conclusion=r"for every $x\in D$ and every~$i$ with $f_i(x)=\max_j f_j(x)$ fewer than "
        rf"${shown}$ outputs of $g$ exceed $g_i(x)$",
        negation=rf"$f_i(p)=\max_j f_j(p)$ but at least ${shown}$ outputs of $g$ exceed $g_i(p)$ "
        r"at a point $p\in D$ for an output~$i$",
        refutation=rf"$g$ does not keep every decision of~$f$ in its top~${shown}$ on~$D$",
        remark=r"Where outputs of $f$ tie, the statement is about each of the largest; outputs of "
        r"$g$ that equal $g_i(x)$ do not exceed it.",
        targets=_all_outputs(outputs),
        obligations=_decisions(k, ""),
        count=_obligations(outputs, k),
        is_difference=False,
    )


def _margin(margin: Fraction, outputs: int) -> RelationView:
    lead, remark = inline_number(margin, r"\delta")
    return RelationView(
        proved=rf"A ReLU network that keeps another's decisions of margin ${lead}$",
        refuted=rf"A ReLU network that changes another's decision of margin ${lead}$",
        conclusion=r"$g_i(x)=\max_j g_j(x)$ for every $x\in D$ and every~$i$ with "
        rf"$f_i(x)\ge f_j(x)+{lead}$ for all $j\ne i$",
        negation=rf"$f_i(p)\ge f_j(p)+{lead}$ for all $j\ne i$ but $g_i(p)<\max_j g_j(p)$ at a "
        r"point $p\in D$ for an output~$i$",
        refutation=rf"$g$ does not keep every decision of~$f$ of margin~${lead}$ on~$D$",
        remark=remark,
        targets=_all_outputs(outputs),
        obligations=_decisions(1, f"+{lead}"),
        count=_obligations(outputs, 1),
        is_difference=False,
    )


def _differences(outputs: int) -> str:
    return rf"T_i=f_i-g_i\quad(i={_listed('', outputs)})" if outputs > 1 else "T_1=f_1-g_1"


def _all_outputs(outputs: int) -> str:
    return rf"{_listed('f_', outputs)},\;{_listed('g_', outputs)}"


def _listed(name: str, number: int) -> str:
    """f_1, f_2, ..., f_9 in math mode."""
    if number > 3:
        return rf"{name}1,\dots,{name}{{{number}}}"
    return ",".join(f"{name}{index}" for index in range(1, number + 1))


def _decisions(k: int, lead: str) -> str:
    given = rf"$f_i\ge f_j{lead}$ for all $j\ne i$"
    if k == 1:
        return rf"for all $i\ne l$: where {given}, also $g_i\ge g_l$"
    return (
        rf"for every~$i$ and any ${grouped(k)}$ other outputs: where {given}, and all of the "
        rf"${grouped(k)}$ but the first, $g_l$, are at least $g_i$ in~$g$, also $g_i\ge g_l$ "
        rf"(so that not all ${grouped(k)}$ exceed $g_i$)"
    )


def _obligations(outputs: int, k: int) -> int:
    """Those of the checker: for every output, any k others."""
    return outputs * comb(outputs - 1, k)
