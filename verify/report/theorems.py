"""The theorems that a report may quote: ID, name, statement and source, in TeX.

The full statements and proofs are the notes of the same ID; a report quotes them for the
reader and its verdict depends on none but those that say what a checker proves: T11 to T13, T35,
T43, T44, T46, T48, T50, T52, T53, T55 to T58 and T60.
"""

from verify.report.case_tree import CaseTree
from verify.report.quoted import QuotedTheorem
from verify.report.quoted_approximation import APPROXIMATION
from verify.report.quoted_calculus import CALCULUS, KINKS
from verify.report.quoted_forms import FORMS
from verify.report.quoted_functions import FUNCTIONS
from verify.report.quoted_recurrence import RECURRENCE
from verify.report.quoted_rewriting import REWRITING

_ALL = (*REWRITING, *CALCULUS, KINKS, *FORMS, *FUNCTIONS, *RECURRENCE, *APPROXIMATION)
QUOTED = {theorem.identifier: theorem for theorem in _ALL}
_USED_BY = {
    "T05": ("T04", "T06", "T16"),
    "T09": ("T04", "T07", "T08", "T10"),
    "T19": ("T04", "T07", "T08", "T17", "T18"),
    "T20": ("T04", "T06", "T07", "T08", "T16", "T17", "T18"),
    "T21": ("T03", "T10"),
    "T22": ("T03",),
    "T23": ("T03", "T22"),
    "T25": ("T03",),
    "T30": ("T03", "T14"),
}


def named_theorem(identifier: str) -> QuotedTheorem | None:
    """The theorem of that ID, if reports know it."""
    return QUOTED.get(identifier)


def theorems_behind(identifier: str) -> tuple[QuotedTheorem, ...]:
    """The theorems that the construction of that ID rests on."""
    return tuple(QUOTED[name] for name in _USED_BY.get(identifier, ()))


def theorems_of_the_calculus(tree: CaseTree | None) -> tuple[QuotedTheorem, ...]:
    """The theorems that a certificate with this tree rests on; of all where there is no tree.

    T14 is not among them: it says that the search finds what is there, and proves nothing.
    """
    if tree is None:
        used = {"T11", "T12", "T13"}
    else:
        bent = {"T13"} if dict(tree.kinds).get("D") else set()
        used = {"T11"} | bent | ({"T12"} if tree.lemmas else set())
    return tuple(theorem for theorem in CALCULUS if theorem.identifier in used)
