"""What reports quote of T52 to T60: how the distance from a function is certified."""

from verify.report.quoted import QuotedTheorem

APPROXIMATION = (
    QuotedTheorem(
        "T52",
        "approximation certificates",
        r"On an interval a ReLU network is affine on finitely many pieces, between exact rational "
        r"zeros of its units. There its distance from $P/Q+\sum_i w_iF_i(c_i+s_ix)$, with "
        r"$F_i\in\{\exp,\sin,\cos\}$, is at most $\varepsilon$ if $Q>0$ and, with Taylor "
        r"polynomials for the $F_i$ and what is left of $\varepsilon$ after their remainders, two "
        r"polynomials are nonnegative on each piece; that is seen from Bernstein coefficients, "
        r"or decided by Sturm's count of real roots.",
        r"C.~Sturm, 1829; S.~Basu, R.~Pollack, M.-F.~Roy, \emph{Algorithms in Real Algebraic "
        r"Geometry}, 2006; the file format was made for this project",
    ),
    QuotedTheorem(
        "T53",
        "fewest pieces",
        r"If $x<m<y$ and $f(m)$ is further than $2\varepsilon$ from the chord of $f$ over $x$ and "
        r"$y$, no affine function is within $\varepsilon$ of $f$ at all three. So every continuous "
        r"piecewise affine function within $\varepsilon$ bends between $x$ and $y$, and $k$ such "
        r"witnesses side by side show that it has at least $k+1$ pieces, and a network with one "
        r"hidden layer at least $k$ units. It has at least $k+1$ units if all of them bend upward "
        r"and $f$ rises by more than $2\varepsilon$ over two points left of them, or falls so on "
        r"the right, and likewise with the signs changed; or if $k=1$ and $f$ rises or falls by so "
        r"much over two points on each side.",
        "elementary",
    ),
    QuotedTheorem(
        "T57",
        "step functions",
        r"A step function is constant on finitely many parts of an interval, and within "
        r"$\varepsilon$ of $f$ if and only if each constant is, on the closure of its part for "
        r"continuous $f$. If $|f(x)-f(y)|>2\varepsilon$, every step function within $\varepsilon$ "
        r"has a step between $x$ and $y$; so $k$ such pairs side by side show that it has at least "
        r"$k$ steps.",
        r"folklore; compare V.~K\r{u}rkov\'a, 1992; the witnesses were made for this project",
    ),
    QuotedTheorem(
        "T58",
        "functions as trees of operations",
        r"For a tree of sums, products, quotients, powers, roots, absolute values, minima, maxima, "
        r"$\exp$, $\sin$, $\cos$ and $\log$ on an interval, every node is near a quotient of "
        r"polynomials in $x$ and square roots, made from those of its parts, with a bound on how "
        r"near; those of arithmetic, roots, absolute values, minima and maxima are exact. Then the "
        r"distance from an affine function on a piece is at most $\varepsilon$ if what is left of "
        r"$\varepsilon$ bounds two such expressions, whose signs are decided.",
        r"K.~Makino, M.~Berz, 1996, for Taylor models; C.~Sturm, 1829, for the count of roots; "
        r"square roots as exact elements whose sign is decided were made for this project",
    ),
    QuotedTheorem(
        "T60",
        "approximation certificates on simplices",
        r"On a simplex on which no unit changes its sign a ReLU network is affine, known from its "
        r"values at the corners. With Taylor polynomials for $\exp$, $\sin$, $\cos$ and bounds on "
        r"their remainders, its distance from $N/Q$ is at most $\varepsilon$ there if $Q>0$ and "
        r"two polynomials are nonnegative, which holds if no coefficient of theirs in barycentric "
        r"coordinates is negative, on the simplex or on parts of it.",
        r"S.~Bernstein, 1912; on simplices with subdivision R.~Leroy, 2008; for quadratic forms "
        r"K.~P.~Hadeler, 1983; cutting at the zeros of units and the checker were made for this "
        r"project",
    ),
)
