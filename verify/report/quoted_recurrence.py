"""What reports quote of T43 to T50: recurrent networks, machines, attention, one shared weight."""

from verify.report.quoted import OWN, QuotedTheorem

RECURRENCE = (
    QuotedTheorem(
        "T43",
        "unrolling and wavefront",
        r"For every $T$ the map $(x_1,\dots,x_T)\mapsto y_T$ of a recurrent network with "
        r"piecewise affine units, and the one to $(y_1,\dots,y_T)$, is a ReLU network with $T$ "
        r"hidden layers: layer $t$ computes the state $h_t$ and hands on what is read later, as "
        r"$v=\mathrm{relu}(v)-\mathrm{relu}(-v)$. So what is said of $T$ steps is one ordinary "
        r"claim. Every ReLU network with $D\ge 1$ hidden layers is a recurrent one with "
        r"$y_D=f(x_1)$, from every start and for all $x_2,\dots,x_D$.",
        r"unrolling is textbook; compare J.~Elman, \emph{Finding structure in time}, 1990; the "
        r"widths, the wavefront and the certificate were written down for this project",
    ),
    QuotedTheorem(
        "T44",
        "inductive invariants",
        r"Let $r,r'$ be recurrent networks, $X$ a set of inputs and $I$ a set of joint states such "
        r"that (base) after the first step, on any $x\in X$, the joint state lies in $I$, (step) "
        r"from any joint state in $I$, on any $x\in X$, the next one lies in $I$, and (output) the "
        r"two outputs are equal at every joint state in $I$. Then they are equal at every time, on "
        r"sequences of inputs from $X$ of every length.",
        r"induction; affine invariants after M.~Karr, 1976, found by weakening as in C.~Flanagan, "
        r"K.~R.~M.~Leino, \emph{Houdini}, 2001; for one recurrent network Y.~Jacoby, C.~Barrett, "
        r"G.~Katz, arXiv:2004.02462; the certificate by three ordinary claims was made for this "
        r"project",
    ),
    QuotedTheorem(
        "T46",
        "Turing machines",
        r"Over $k$ symbols let $e(\text{empty})=0$ and $e(a\,w)=(e(w)+2a+1)/2k$. Let the network "
        r"start at $E(0,0,e_{q_0})$, and for every state $q$ and each of the $(k+1)^2$ cases (each "
        r"word is empty, or has a top symbol and a rest) let $T$ steps from "
        r"$E(e(\ell),e(r),e_q)$ lead to the state for the machine's next configuration, "
        r"whatever the numbers of the rests in $[0,1]$. Then at the times $0,T,2T,\dots$ the "
        r"network is at the state for the machine's configuration, on every tape.",
        r"compare H.~Siegelmann, E.~Sontag, \emph{On the computational power of neural nets}, "
        r"1995; the blocks of units and the certificate were made for this project",
    ),
    QuotedTheorem(
        "T56",
        "invariants with inequalities",
        r"In T44 the set $I$ may be an affine space of joint states, cut with the signs that the "
        r"units give, with bounds that are an invariant by themselves, and with halfspaces; signs "
        r"need no claim, and of the halfspaces it is enough that the joint state lies in them "
        r"after the first step, and after a step from any joint state in $I$.",
        r"C.~Flanagan, K.~R.~M.~Leino, \emph{Houdini}, 2001; A.~Min\'e, \emph{The octagon "
        r"abstract domain}, 2006; the joint search for spaces and halfspaces, and the "
        r"certificate, were made for this project",
    ),
    QuotedTheorem(
        "T48",
        "gauges of attention",
        r"With $S=(Q;b_Q)(K;b_K)^{\mathsf T}$ and $P=(V;b_V)\,O$ for each head, token $i$ gives "
        r"the output bias plus the sum over heads and tokens $j$ of $a_{ij}\,(x_j,1)P$, the "
        r"weights $a_i$ being made of the scores $(x_i,1)S(x_j,1)^{\mathsf T}$. So heads with one "
        r"$S$ may add their $P$. Under softmax and hardmax the last column of $S$ may be any, and "
        r"the last row of $P$ may move to the output bias; positive factors on $S$ do nothing "
        r"under hardmax, and pass to $P$ under relu. Linear attention is determined by its tensor "
        r"of coefficients.",
        rf"the identities are folklore; the form and the certificate were {OWN}",
    ),
    QuotedTheorem(
        "T55",
        "transformer blocks",
        r"Write the values of two programs on tokens as linear combinations of atoms: $1$, the "
        r"numbers of a token, functions of combinations, products, and means or sums of atoms "
        r"under heads, a head being known by its mask and the coefficients of its scores, under "
        r"softmax without what token $j$ does not enter. Equal combinations are equal functions, "
        r"for every number of tokens, whatever softmax, $\mathrm{erf}$ and roots are. Where "
        r"certified enclosures of two outputs have no number in common, they differ.",
        r"the gauge identities are published or folklore; the form by atoms, its checker and the "
        r"enclosures were worked out for this project",
    ),
    QuotedTheorem(
        "T50",
        "one shared weight",
        r"Let all edges of a network share the weight $w$, let its units be identities, negations, "
        r"absolute values and relus, and let all paths to the outputs have the same number "
        r"$L\ge 1$ of edges. Then $f(w,x)=w^L f(1,x)$ and $f(-w,x)=w^L f(-1,x)$ for every $w>0$, "
        r"and $f(0,x)=0$.",
        r"homogeneity is elementary; such networks: A.~Gaier, D.~Ha, \emph{Weight agnostic neural "
        r"networks}, arXiv:1906.04358; that two claims are enough for all weights was worked out "
        r"for this project",
    ),
)
