"""Claims about two networks that are near each other, and scripts of all rules, drawn at random.

Scripts are trees as they should be, whose steps often do not hold: the tests compare what
checkers say, and what is true where a script is accepted.
"""

from fractions import Fraction
from math import gcd

from hypothesis import strategies as st

from theory.domain import Box
from theory.network import Affine, Network
from verify.certificate import Step
from verify.checker import Proof, RejectedError
from verify.claim import Claim, NamedNetwork
from verify.prove.strategy import proof_of
from verify.testing.strategies import boxes, networks
from verify.zonotope_checker import ZonotopeProof

WIDTHS = st.lists(st.integers(1, 3), max_size=3)
RELATIONS = ("exact", "eps=1/8", "eps=1", "eps=10", "eps=100", "top1", "margin=1", "topk=2")
NUDGES = st.sampled_from([Fraction(p, 16) for p in (0, 0, 0, 1, -1)])
FACTORS = st.integers(1, 4)
PLAIN = ("R", "P", "N", "+", "-", "D")  # rules that go on in the same cell


@st.composite
def neighbours(draw: st.DrawFn, network: Network) -> Network:
    """The network with some biases moved a little."""
    layers = []
    for layer in network.layers:
        bias = [value + draw(NUDGES) for value in layer.bias]
        layers.append(Affine.dense(layer.weight, bias, layer.inputs))
    return Network(tuple(layers))


@st.composite
def claims(draw: st.DrawFn, relations: tuple[str, ...] = RELATIONS) -> Claim:
    """A network, one near it or any other one, and a box, now and then with fixed inputs."""
    inputs = draw(st.integers(1, 2))
    left = draw(networks(inputs, WIDTHS))
    other = networks(inputs, WIDTHS, left.outputs)
    right = draw(st.one_of(neighbours(left), neighbours(left), other))
    sides = NamedNetwork.of("left", left), NamedNetwork.of("right", right)
    box: Box = draw(boxes(inputs))
    return Claim(*sides, box, draw(st.sampled_from(relations)))


@st.composite
def pair_steps(draw: st.DrawFn, proof: Proof) -> Step:
    """Rule P for some symbols, mostly with the factors that their arguments suggest."""
    step: Step = ["P"]
    for k in range(1, len(proof.arguments)):
        if draw(st.booleans()):
            j = draw(st.integers(0, k - 1))
            (p, q), suggested = draw(st.tuples(FACTORS, FACTORS)), draw(st.booleans())
            ours, theirs = proof.arguments[k], proof.arguments[j]
            shared = [name for name in ours if name in theirs]
            if shared and suggested:
                p, q = abs(theirs[shared[0]]), abs(ours[shared[0]])
            step += [k, j, p // gcd(p, q), q // gcd(p, q)]
    return step


def lemmas(count: int) -> st.SearchStrategy[list[Step]]:
    """No lemmas, or as many as there are obligations, of few rows."""
    row = st.builds(lambda row, m: [1, row, m], st.integers(0, 2), st.integers(0, 3))
    lemma = st.one_of(st.just([]), st.just([]), row)
    return st.one_of(st.just([]), st.lists(lemma, min_size=count, max_size=count))


@st.composite
def _plain_steps(draw: st.DrawFn, proof: Proof) -> list[Step]:
    """Steps that open no subtree."""
    symbols = st.integers(0, len(proof.arguments))
    modes = st.sampled_from("PN+-")
    kinds = st.one_of(
        st.just(["R"]),
        pair_steps(proof),
        st.builds(lambda k: ["N", k], symbols),
        st.builds(lambda k: ["N", k], symbols),
        st.builds(lambda name, k: [name, k, []], st.sampled_from("+-"), symbols),
        st.builds(lambda k, m, n: ["D", k, m, [], n, []], symbols, modes, modes),
    )
    return draw(st.lists(kinds, max_size=3))


@st.composite
def scripts(draw: st.DrawFn, proof: Proof, depth: int = 2, obligations: int = -1) -> list[Step]:
    """A whole tree, each of whose steps may hold or not."""
    count = len(proof.obligations) if obligations < 0 else obligations
    steps: list[Step] = draw(_plain_steps(proof))
    inputs, symbols = proof.claim.inputs, max(1, len(proof.arguments))
    kind = draw(st.sampled_from(("B", "B", "S", "form", "C", "Z", "Z"))) if depth else "Z"
    whole = st.integers(-2, 2)
    form = st.lists(whole, min_size=inputs + 1, max_size=inputs + 1)
    if kind == "Z":
        name = draw(st.sampled_from(("Z", "Z", "Z", "=")))
        return [*steps, [name, *draw(lemmas(count))]]
    if kind == "B":
        steps.append(["B", draw(st.integers(0, inputs - 1))])
    elif kind == "S":
        steps.append(["S", draw(st.integers(0, symbols - 1))])
    elif kind == "form":
        steps.append(["S", draw(form)])
    else:
        steps.append(["C", draw(form), [draw(st.integers(0, symbols - 1)), draw(whole)]])
    first = scripts(proof, depth - 1, 1 if kind == "C" else count)
    return [*steps, *draw(first), *draw(scripts(proof, depth - 1, count))]


def started(claim: Claim) -> ZonotopeProof:
    """The checker's state at the root."""
    return ZonotopeProof(proof_of(claim).claim)


def refused(claim: Claim, steps: list[Step]) -> int:
    """The number of the first step that the checker rejects; that of all if it rejects none."""
    proof = started(claim)
    for index, step in enumerate(steps):
        try:
            proof.step(step)
        except RejectedError:
            return index
    return len(steps)


def applicable(claim: Claim, steps: list[Step]) -> list[Step]:
    """The script without the steps in a cell that do not hold, and with Z for the leaf =."""
    steps = list(steps)
    while (index := refused(claim, steps)) < len(steps):
        if steps[index][0] == "=":
            steps[index] = ["Z"]
        elif steps[index][0] in PLAIN:
            del steps[index]
        else:
            break
    return steps
