"""What reports quote of T24 and T26 to T32: what is known of the function of a network."""

from verify.report.quoted import OWN, QuotedTheorem

FUNCTIONS = (
    QuotedTheorem(
        "T24",
        "explanation of a region",
        r"Every point $p$ lies in a polyhedron with interior on which the network is affine, cut "
        r"out by its preactivation forms; a form is needed for it if and only if at some point it "
        r"is zero and all others are positive.",
        r"L.~Chu et al., \emph{Exact and consistent interpretation for piecewise linear neural "
        r"networks}, arXiv:1802.06259; the test of need is folklore",
    ),
    QuotedTheorem(
        "T26",
        "canonical form of one hidden layer",
        r"A network with one hidden layer is on $D$ an affine map plus $\sum_h k_h\,"
        r"\mathrm{relu}(h)$ over distinct hyperplanes $h=0$ that meet the interior of $D$, with "
        r"all $k_h\ne 0$; these data are determined by the function.",
        "folklore; compare A.~Mukherjee, A.~Basu, arXiv:1711.03073",
    ),
    QuotedTheorem(
        "T27",
        "canonical form of one input",
        r"A network with one input is known by its breakpoints and the affine maps between them, "
        r"and these are determined by the function.",
        "elementary",
    ),
    QuotedTheorem(
        "T28",
        "kink form of two inputs",
        r"A network with two inputs is known by how much it bends along every line, a step "
        r"function, and by one affine map; these data are determined by the function.",
        OWN,
    ),
    QuotedTheorem(
        "T29",
        "normal form of deep networks",
        r"Sharing proportional units, dropping those that are constant or never read, and scaling "
        r"and sorting the others gives a network with the same function, and the same one for all "
        r"copies that differ by the edits of T02, of dead units those that the signs of weights "
        r"show.",
        r"folklore; that generic networks have no other symmetries: M.~Phuong, C.~H.~Lampert, "
        r"ICLR 2020",
    ),
    QuotedTheorem(
        "T30",
        "one-hidden-layer membership",
        r"A ReLU network is on $D$ a network with one hidden layer if and only if across every "
        r"hyperplane that meets the interior of $D$ it bends by the same multiple of the "
        r"hyperplane's form everywhere. Then one unit for each hyperplane at which it bends will "
        r"do, besides those for the affine part.",
        r"that $\max(0,x_1,x_2)$ is no such function: A.~Mukherjee, A.~Basu, arXiv:1711.03073; "
        r"the test was found for this project",
    ),
    QuotedTheorem(
        "T31",
        "counting linear regions",
        r"A network with $n$ inputs and hidden layers of $n_1,\dots,n_L$ units has at most "
        r"$\sum\binom{n_1}{j_1}\cdots\binom{n_L}{j_L}$ linear regions, the sum over "
        r"$0\le j_l\le\min(n,n_1-j_1,\dots,n_{l-1}-j_{l-1},n_l)$.",
        "T.~Serra, C.~Tjandraatmadja, S.~Ramalingam, arXiv:1711.02114",
    ),
    QuotedTheorem(
        "T32",
        "depth separation by the sawtooth",
        r"With $k$ hidden layers of two units a network on $[0,1]$ can have $2^k$ affine pieces; "
        r"one with hidden layers of $n_1,\dots,n_L$ units has at most $(n_1+1)\cdots(n_L+1)$.",
        "M.~Telgarsky, arXiv:1509.08101",
    ),
)
