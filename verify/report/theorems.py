"""The theorems that a report may quote: ID, name, statement and source, in TeX.

The full statements and proofs are the notes of the same ID; a report quotes them for the
reader and its verdict depends on none but T11 and T12, which say what the checker proves.
"""

from dataclasses import dataclass

_ARORA = (
    r"R.~Arora, A.~Basu, P.~Mianjy, A.~Mukherjee, \emph{Understanding deep neural networks with "
    r"rectified linear units}, ICLR 2018, arXiv:1611.01491"
)
_WANG_SUN = (
    r"S.~Wang, X.~Sun, \emph{Generalization of hinging hyperplanes}, "
    r"IEEE Trans.\ Inform.\ Theory 51 (2005)"
)
_BAKAEV = (
    r"E.~Bakaev, F.~Brunck, C.~Hertrich, J.~Stade, A.~Yehudayoff, \emph{Better neural network "
    r"expressivity: subdividing the simplex}, arXiv:2505.14338"
)
_SUN = r"M.~Sun, preprint of 2026 in the repository msun170/relu-max6, not reviewed"
_OWN = "found for this project; no earlier statement is known to us"


@dataclass(frozen=True, slots=True)
class QuotedTheorem:
    """A theorem as a report quotes it.

    Attributes:
        identifier: T01, T02, ...
        name: A noun phrase.
        statement: A few lines of TeX.
        source: Where it is from, in TeX.
    """

    identifier: str
    name: str
    statement: str
    source: str


_QUOTED = (
    QuotedTheorem(
        "T02",
        "symmetries",
        r"Permuting the units of a hidden layer, multiplying a unit by $c>0$ and dividing its "
        r"outgoing weights by $c$, duplicating a unit with shares of its outgoing weights, and "
        r"adding a unit that is never active leave the function of a network unchanged.",
        "folklore; for rescaling see B.~Neyshabur, R.~Salakhutdinov, N.~Srebro, NIPS 2015, "
        "arXiv:1506.02617",
    ),
    QuotedTheorem(
        "T03",
        "linear regions",
        r"The activation cells of a network are polyhedra that cover its domain, on each of "
        r"which the network is affine. Splitting homogenised cones by the integer preactivation "
        r"forms, layer by layer, lists exactly those with interior, each once.",
        "folklore; double description after T.~S.~Motzkin et al., 1953",
    ),
    QuotedTheorem(
        "T04",
        "Euler-germ formula",
        r"Let a polyhedron $P$ be cut into finitely many polyhedra without lines that meet face "
        r"to face, let $f$ be continuous on $P$ and affine on each of them, and for a face $F$ "
        r"let $f_F$ be the germ of $f$ at $F$, extended to $P$ along rays. Then "
        r"$f=\sum_F(-1)^{\dim F}f_F$ on $P$, the sum over the compact faces.",
        _OWN,
    ),
    QuotedTheorem(
        "T05",
        "two hidden layers",
        r"Let $n\le 3$ and let $f\colon\mathbb{R}^n\to\mathbb{R}^m$ be a ReLU network with "
        r"rational weights, however deep. Then a network $g$ with two hidden layers and rational "
        r"weights equals $f$ on $D$; it is the Euler-germ formula (T04) "
        r"$f=\sum_F(-1)^{\dim F}f_F$ over the faces $F$ of the linear regions, in which every "
        r"germ $f_F$ is a network of at most $n$ nested units; three nested ones are resolved by "
        r"T06.",
        rf"that such a $g$ exists follows from {_WANG_SUN}, and {_ARORA}; "
        rf"the formula was {_OWN}",
    ),
    QuotedTheorem(
        "T06",
        "three nested units",
        r"For affine forms $h,u,v$ on $\mathbb{R}^n$, the unit "
        r"$\mathrm{relu}(v+b\,\mathrm{relu}(h)+c\,\mathrm{relu}(u+a\,\mathrm{relu}(h)))$ is an "
        r"affine function plus an integer combination of units with two hidden layers.",
        _OWN,
    ),
    QuotedTheorem(
        "T07",
        "convexification",
        r"For a continuous piecewise linear $f$ there are finitely many affine forms $h_H$ and "
        r"$c_H\in\mathbb{Q}$ such that $f+\sum_H c_H\,\mathrm{relu}(h_H)$ is convex, and hence "
        r"the maximum of its affine pieces.",
        r"folklore; compare A.~Kripfganz, R.~Schulze, \emph{Piecewise affine functions as a "
        r"difference of two convex functions}, Optimization 18 (1987)",
    ),
    QuotedTheorem(
        "T08",
        "arity reduction",
        r"A maximum of affine functions on $\mathbb{R}^n$ is an integer combination of maxima of "
        r"at most $n+1$ of them.",
        _WANG_SUN,
    ),
    QuotedTheorem(
        "T09",
        "logarithmic depth",
        r"Every ReLU network $f\colon\mathbb{R}^n\to\mathbb{R}^m$ equals a network $g$ with at "
        r"most $\lceil\log_2(n+1)\rceil$ hidden layers and rational weights: $f$ as a whole, or "
        r"germ by germ (T04), is made convex by one hidden layer (T07), the maximum is reduced to "
        r"maxima of at most $n+1$ affine functions (T08), and these become trees of binary maxima "
        r"(T10).",
        rf"{_ARORA}; by {_WANG_SUN}",
    ),
    QuotedTheorem(
        "T10",
        "trees of maxima",
        r"$\max(a,b)=b+\mathrm{relu}(a-b)$, so a maximum of $k$ affine functions is computed by "
        r"$\lceil\log_2 k\rceil$ hidden layers.",
        _ARORA,
    ),
    QuotedTheorem(
        "T11",
        "soundness of the symbol calculus",
        r"Let every unit be a symbol $Y_k=\mathrm{relu}(a_k)$, equal and opposite arguments "
        r"sharing one symbol, and let $E$ be the difference of the outputs, an affine form plus "
        r"a combination of symbols. If the steps of a certificate, applied by the rules, end "
        r"in leaves at which $E$ is identically zero or the cell is empty, then "
        r"$f(x)=g(x)$ for every $x\in D$.",
        "found for this project",
    ),
    QuotedTheorem(
        "T12",
        "Farkas' lemma with a box minimum",
        r"If $p>0$, $m_i\ge 0$ and $r=p\,q-\sum_i m_i h_i$ has a nonnegative minimum over the "
        r"box, then $q\ge 0$ wherever all $h_i\ge 0$ in the box.",
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
    QuotedTheorem(
        "T16",
        "fan formula in the plane",
        r"A continuous function on the plane that is linear on the sectors of a fan is a linear "
        r"function plus units $\mathrm{relu}(l)$ and $\mathrm{relu}(l+w\,\mathrm{relu}(h))$ of "
        r"linear forms, all bending at one line $h=0$, read off the kinks along the rays.",
        "found for this project",
    ),
    QuotedTheorem(
        "T17",
        "maximum of five numbers",
        r"The maximum of five numbers is a sum of six blocks "
        r"$\max(m_{ab}+m_{cd},m_{ef}+m_{gh})$, $m_{ij}=\max(x_i,x_j)$, with coefficients $1$ and "
        r"$\pm\frac12$: two hidden layers of 10 and 8 units.",
        rf"that two hidden layers suffice: {_BAKAEV}; the formula was {_OWN}",
    ),
    QuotedTheorem(
        "T18",
        "maximum of six numbers",
        r"The maximum of six numbers is a sum of 66 blocks with coefficients $\pm\frac1{12}$: two "
        r"hidden layers of 17 and 68 units.",
        rf"that two hidden layers suffice: {_SUN}; the formula was {_OWN}",
    ),
    QuotedTheorem(
        "T19",
        "depth by recursion from the maximum of six",
        r"The maximum of $2\cdot 3^{k-1}$ numbers is computed by $k$ hidden layers, hence every "
        r"ReLU network $f\colon\mathbb{R}^n\to\mathbb{R}^m$ equals a network $g$ with at most "
        r"$\lceil\log_3\frac{n+1}2\rceil+1$ hidden layers and rational weights.",
        rf"with $\lceil\log_3(n-1)\rceil+1$ hidden layers: {_BAKAEV}; "
        rf"the recursion from T18: {_OWN}",
    ),
    QuotedTheorem(
        "T20",
        "two hidden layers for four and five inputs",
        r"Let $n\le 5$ and let $f\colon\mathbb{R}^n\to\mathbb{R}^m$ be a ReLU network with "
        r"rational weights, however deep. Then a network $g$ with two hidden layers and rational "
        r"weights equals $f$ on $D$: the germs of the Euler-germ formula (T04) are made convex "
        r"(T07), reduced to maxima of at most six affine functions (T08), and these are written "
        r"by T17 and T18.",
        rf"that such a $g$ exists for $n=4$: {_BAKAEV}; for $n=5$ by T18; "
        rf"the construction was {_OWN}",
    ),
)

QUOTED = {theorem.identifier: theorem for theorem in _QUOTED}
_USED_BY = {
    "T05": ("T04", "T06", "T16"),
    "T09": ("T04", "T07", "T08", "T10"),
    "T19": ("T04", "T07", "T08", "T17", "T18"),
    "T20": ("T04", "T06", "T07", "T08", "T16", "T17", "T18"),
}
_CALCULUS = ("T11", "T12", "T13", "T14")


def named_theorem(identifier: str) -> QuotedTheorem | None:
    """The theorem of that ID, if reports know it."""
    return QUOTED.get(identifier)


def theorems_behind(identifier: str) -> tuple[QuotedTheorem, ...]:
    """The theorems that the construction of that ID rests on."""
    return tuple(QUOTED[name] for name in _USED_BY.get(identifier, ()))


def theorems_of_the_calculus(kinds: frozenset[str]) -> tuple[QuotedTheorem, ...]:
    """The theorems that a certificate with steps of these kinds rests on."""
    unused = {"T13"} if "D" not in kinds else set()
    if kinds <= {"="}:
        unused |= {"T12", "T13", "T14"}
    return tuple(QUOTED[name] for name in _CALCULUS if name not in unused)
