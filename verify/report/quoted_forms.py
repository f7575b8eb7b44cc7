"""What reports quote of T17 to T25 and T38: the forms that a network can be rewritten in."""

from verify.report.quoted import BAKAEV, OWN, SUN, VILLANI, QuotedTheorem

FORMS = (
    QuotedTheorem(
        "T17",
        "maximum of five numbers",
        r"The maximum of five numbers is a sum of six blocks "
        r"$\max(m_{ab}+m_{cd},m_{ef}+m_{gh})$, $m_{ij}=\max(x_i,x_j)$, with coefficients $1$ and "
        r"$\pm\frac12$: two hidden layers of 10 and 8 units.",
        rf"that two hidden layers suffice: {BAKAEV}; the formula was found for this project",
    ),
    QuotedTheorem(
        "T18",
        "maximum of six numbers",
        r"The maximum of six numbers is a sum of 66 blocks with coefficients $\pm\frac1{12}$: two "
        r"hidden layers of 17 and 68 units.",
        rf"that two hidden layers suffice: {SUN}; the formula was found for this project",
    ),
    QuotedTheorem(
        "T19",
        "depth by recursion from the maximum of six",
        r"The maximum of $2\cdot 3^{k-1}$ numbers is computed by $k$ hidden layers, hence every "
        r"ReLU network $f\colon\mathbb{R}^n\to\mathbb{R}^m$ equals a network $g$ with at most "
        r"$\lceil\log_3\frac{n+1}2\rceil+1$ hidden layers and rational weights.",
        rf"with $\lceil\log_3(n-1)\rceil+1$ hidden layers: {BAKAEV}; "
        rf"the recursion from T18: {OWN}",
    ),
    QuotedTheorem(
        "T20",
        "two hidden layers for four and five inputs",
        r"Let $n\le 5$ and let $f\colon\mathbb{R}^n\to\mathbb{R}^m$ be a ReLU network with "
        r"rational weights, however deep. Then a network $g$ with two hidden layers and rational "
        r"weights equals $f$ on $D$: the germs of the Euler-germ formula (T04) are made convex "
        r"(T07), reduced to maxima of at most six affine functions (T08), and these are written "
        r"by T17 and T18.",
        rf"that such a $g$ exists for $n=4$: {BAKAEV}; for $n=5$ by T18; "
        rf"the construction was {OWN}",
    ),
    QuotedTheorem(
        "T21",
        "lattice form",
        r"Every output of a ReLU network is $\max_T\min_{l\in T}l$ for finitely many sets $T$ of "
        r"its own affine pieces; the sets of pieces that lie above it on a unique-order cell will "
        r"do. By trees of maxima (T10) this is a network with at most "
        r"$\lceil\log_2 t\rceil+\lceil\log_2 q\rceil$ hidden layers for $q$ sets of at most $t$ "
        r"pieces each.",
        r"J.~M.~Tarela, M.~V.~Mart\'{\i}nez, \emph{Region configurations for realizability of "
        r"lattice piecewise-linear models}, 1999; S.~Ovchinnikov, \emph{Max-min representation of "
        r"piecewise linear functions}, 2002; that sets and pieces are dropped was "
        rf"{OWN}",
    ),
    QuotedTheorem(
        "T22",
        "three hidden layers with extended-real weights",
        r"Every ReLU network equals on $D$ a network of three hidden layers with weights "
        r"$a+c\infty$, $a,c\in\mathbb{Q}$, $c\le 0$, where $\infty\cdot 0=0$ and "
        r"$\mathrm{relu}(-\infty)=0$: at every point exactly one region fires.",
        rf"that such a network exists: {VILLANI}; the half-open regions along a case tree were "
        rf"{OWN}",
        r"Such a network has infinite weights, while $g$ has rational ones: what this report says "
        r"of~$g$ does not follow from it.",
    ),
    QuotedTheorem(
        "T23",
        "finite weights for inputs of a grid",
        r"The network of T22 with $\infty$ replaced by $q$ in its second and by $qF$ in its third "
        r"hidden layer, $F\ge 0$ the greatest finite part of a unit there, equals $f$ at all "
        r"points of the box whose coordinates are multiples of $1/q$.",
        rf"{OWN}; from the form of {VILLANI}",
        r"It speaks of the points of a grid; between them $g$ may differ from~$f$.",
    ),
    QuotedTheorem(
        "T25",
        "global linear approximation",
        r"For activation patterns $S$ with affine output $f_S$ and violation $v_S\ge 0$, the "
        r"network $g_M=\sum_S\mathrm{relu}(f_S-M v_S)-\mathrm{relu}(-f_S-M v_S)$ has two hidden "
        r"layers and a number of units that does not depend on $M$. Over the patterns of the "
        r"linear regions of a box, it equals $f$ outside of a set of measure at most $C/M$; "
        r"it does not converge uniformly: on the boundary of two regions it tends to $2f$.",
        r"A.~Kumar, T.~Serra, S.~Ramalingam, \emph{Equivalent and approximate transformations of "
        r"deep neural networks}, arXiv:1905.11428; the construction and its counts are "
        r"reconstructed from the abstract",
        r"It promises an approximation, no rewriting: in strips along the boundaries of regions "
        r"$g$ differs from~$f$, and on the boundary of two regions by about $f$ itself, however "
        r"large $M$ is. A larger $M$ makes the strips thinner; nothing makes the largest error "
        r"small.",
    ),
    QuotedTheorem(
        "T38",
        "lossless compression on a domain",
        r"Let every hidden unit be called stably inactive, stably active or undecided such that "
        r"its argument is $\le 0$, respectively $\ge 0$, on $D$. Then a network $g$ equals $f$ on "
        r"$D$ whose hidden layers have no more units than there are distinct undecided units and "
        r"the rank of $L=V_aW_a$, the linear part that the stably active units $a$ hand on; layers "
        r"without undecided units are folded.",
        r"T.~Serra, A.~Kumar, S.~Ramalingam, \emph{Lossless compression of deep neural networks}, "
        r"2020; T.~Serra, X.~Yu, A.~Kumar, S.~Ramalingam, \emph{Scaling up exact neural network "
        rf"compression by ReLU stability}}, 2021; merging by the rank of $L$ was {OWN}",
    ),
    QuotedTheorem(
        "T64",
        "parameter bounding",
        r"Let $\gamma>0$ and let $f$ be a ReLU network. Then a network $g$ with as many hidden "
        r"layers (one, if there is none) and with no weight and no bias above $\gamma$ in size "
        r"equals $f$: unit $j$ of hidden layer $l$ becomes $N_{l,j}$ copies of $s_{l,j}$ times "
        r"itself, $s_{l,j}>0$, and what a bias of an output has above $\gamma$ is read from "
        r"constant units. With one hidden layer $N_j=\lceil\gamma^{-2}\max(|w_j|,|b_j|)\,"
        r"\max|a_j|\rceil$.",
        r"that ReLU networks with bounded parameters are universal: E.~Williams et al., "
        r"\emph{Expressivity of neural networks with random weights and learned biases}, "
        rf"arXiv:2407.00957; that equality can be had, and these counts, were {OWN}",
    ),
)
