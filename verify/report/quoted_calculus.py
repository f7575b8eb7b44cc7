"""What reports quote of T11 to T14 and T35: why certificates that checkers accept are proofs."""

from verify.report.quoted import OWN, QuotedTheorem

CALCULUS = (
    QuotedTheorem(
        "T11",
        "soundness of the symbol calculus",
        r"Let every unit be a symbol $Y_k=\mathrm{relu}(a_k)$, equal and opposite arguments "
        r"sharing one symbol, so that every target is an affine form plus a combination of "
        r"symbols. If the steps of a certificate, applied by the rules, end in leaves at which "
        r"all targets are zero or every obligation holds or the cell is empty, then the "
        r"obligations hold at every $x\in D$, and the relation with them.",
        "found for this project",
    ),
    QuotedTheorem(
        "T12",
        "Farkas' lemma with a box minimum",
        r"If $p>0$, $m_i\ge 0$ and $r=p\,q-\sum_i m_i h_i$ has a nonnegative minimum over the "
        r"box, then $q\ge 0$ wherever all $h_i\ge 0$ in the box. A symbol in $r$ counts at least "
        r"$0$, or with a negative coefficient at least its interval bound.",
        r"J.~Farkas, \emph{Theorie der einfachen Ungleichungen}, 1902; the minimum over the box "
        r"as in K.~K.~H.~Cheung, A.~Gleixner, D.~E.~Steffy, arXiv:1611.08832",
    ),
    QuotedTheorem(
        "T13",
        "decomposition of a bent unit",
        r"Where $\{h=v=0\}$ misses the interior of a cell, $\mathrm{relu}(v+w\,\mathrm{relu}(h))$ "
        r"is a sum of units of affine forms on the whole cell.",
        "found for this project",
    ),
    QuotedTheorem(
        "T14",
        "independence of kinks",
        r"Units whose hyperplanes are distinct and cross the interior of a cell are linearly "
        r"independent modulo affine functions there. Hence $E=0$ on the cell only if it is zero "
        r"term by term, and the test at the leaves loses nothing.",
        "folklore; compare A.~Mukherjee, A.~Basu, arXiv:1711.03073",
    ),
)

KINKS = QuotedTheorem(
    "T35",
    "kink certificate",
    r"Let convex cells fit together facet to facet and cover~$D$ once, and let no unit of a deep "
    r"network change its sign among the vertices of a cell, so that the network is affine there. "
    r"A difference of such networks and of sums of units $\mathrm{relu}(v+\sum_i w_i\,"
    r"\mathrm{relu}(h_i))$ is zero on~$D$ if it is zero at four points and, across every plane, "
    r"what its gradient changes by is zero: if this changes across no line of the plane inside~$D$ "
    r"and is zero at one generic point.",
    OWN,
)
