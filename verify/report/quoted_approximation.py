"""What reports quote of T52: how the distance of a network from a function is certified."""

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
)
