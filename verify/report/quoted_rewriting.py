"""What reports quote of T02 to T10 and T16: rewriting a network, and the tools for that."""

from verify.report.quoted import ARORA, OWN, WANG_SUN, QuotedTheorem

REWRITING = (
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
        OWN,
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
        rf"that such a $g$ exists follows from {WANG_SUN}, and {ARORA}; "
        rf"the formula was {OWN}",
    ),
    QuotedTheorem(
        "T06",
        "three nested units",
        r"For affine forms $h,u,v$ on $\mathbb{R}^n$, the unit "
        r"$\mathrm{relu}(v+b\,\mathrm{relu}(h)+c\,\mathrm{relu}(u+a\,\mathrm{relu}(h)))$ is an "
        r"affine function plus an integer combination of units with two hidden layers.",
        OWN,
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
        WANG_SUN,
    ),
    QuotedTheorem(
        "T09",
        "logarithmic depth",
        r"Every ReLU network $f\colon\mathbb{R}^n\to\mathbb{R}^m$ equals a network $g$ with at "
        r"most $\lceil\log_2(n+1)\rceil$ hidden layers and rational weights: $f$ as a whole, or "
        r"germ by germ (T04), is made convex by one hidden layer (T07), the maximum is reduced to "
        r"maxima of at most $n+1$ affine functions (T08), and these become trees of binary maxima "
        r"(T10).",
        rf"{ARORA}; by {WANG_SUN}",
    ),
    QuotedTheorem(
        "T10",
        "trees of maxima",
        r"$\max(a,b)=b+\mathrm{relu}(a-b)$, so a maximum of $k$ affine functions is computed by "
        r"$\lceil\log_2 k\rceil$ hidden layers.",
        ARORA,
    ),
    QuotedTheorem(
        "T16",
        "fan formula in the plane",
        r"A continuous function on the plane that is linear on the sectors of a fan is a linear "
        r"function plus units $\mathrm{relu}(l)$ and $\mathrm{relu}(l+w\,\mathrm{relu}(h))$ of "
        r"linear forms, all bending at one line $h=0$, read off the kinks along the rays.",
        "found for this project",
    ),
)
