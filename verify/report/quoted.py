"""A theorem as a report quotes it, and the sources that several of them share."""

from dataclasses import dataclass

ARORA = (
    r"R.~Arora, A.~Basu, P.~Mianjy, A.~Mukherjee, \emph{Understanding deep neural networks with "
    r"rectified linear units}, ICLR 2018, arXiv:1611.01491"
)
WANG_SUN = (
    r"S.~Wang, X.~Sun, \emph{Generalization of hinging hyperplanes}, "
    r"IEEE Trans.\ Inform.\ Theory 51 (2005)"
)
BAKAEV = (
    r"E.~Bakaev, F.~Brunck, C.~Hertrich, J.~Stade, A.~Yehudayoff, \emph{Better neural network "
    r"expressivity: subdividing the simplex}, arXiv:2505.14338"
)
SUN = r"M.~Sun, preprint of 2026 in the repository msun170/relu-max6, not reviewed"
VILLANI = r"M.~J.~Villani, N.~Schoots, \emph{Any deep ReLU network is shallow}, arXiv:2306.11827"
OWN = "found for this project; no earlier statement is known to us"


@dataclass(frozen=True, slots=True)
class QuotedTheorem:
    """A theorem as a report quotes it.

    Attributes:
        identifier: T01, T02, ...
        name: A noun phrase.
        statement: A few lines of TeX.
        source: Where it is from, in TeX.
        caveat: A sentence for theorems that do not promise a network equal to f on all of D.
    """

    identifier: str
    name: str
    statement: str
    source: str
    caveat: str = ""
