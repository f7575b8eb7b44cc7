"""Attacks on the checker: what is accepted must be true, whatever was done to the files.

Certificates, claims and networks are edited at random. The checker answers accepted, rejected
or malformed and nothing else; and where it accepts, exact evaluation finds no difference.
"""

import copy
import json
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs import PROVED, claim_of, proved
from theory.domain import Domain
from theory.network import Affine, Network
from verify import checker
from verify.certificate import Certificate, checked
from verify.checker import MalformedError, RejectedError
from verify.claim import Claim, json_bytes
from verify.testing.strategies import nearly_equivalent_pairs, points_in

Path = tuple[int | str, ...]
EDITS = 2000  # for each attack, in every run

ODD_VALUES: tuple[object, ...] = (
    0,
    1,
    -1,
    2,
    7,
    255,
    10**30,
    True,
    None,
    "",
    "P",
    "N",
    "+",
    "-",
    "=",
    "1",
    [],
    [1],
    {},
)


def paths_of(value: object, prefix: Path = ()) -> list[Path]:
    """The places inside a JSON value."""
    found: list[Path] = [prefix] if prefix else []
    if isinstance(value, list):
        for index, entry in enumerate(value):
            found += paths_of(entry, (*prefix, index))
    elif isinstance(value, dict):
        for key, entry in value.items():
            found += paths_of(entry, (*prefix, key))
    return found


def at(value: object, path: Path) -> object:
    """The value at a place."""
    for key in path:
        value = value[key]  # type: ignore[index]
    return value


@st.composite
def edited(draw: st.DrawFn, value: object) -> object:
    """The JSON value with one place changed, removed, repeated or exchanged with another."""
    value = copy.deepcopy(value)
    path = draw(st.sampled_from(paths_of(value)))
    parent, key, old = at(value, path[:-1]), path[-1], at(value, path)
    kind = draw(st.sampled_from(("number", "odd", "remove", "repeat", "exchange")))
    if kind == "number" and type(old) is int:
        parent[key] = old + draw(st.sampled_from((-2, -1, 1, 2, 5)))  # type: ignore[index]
    elif kind == "remove" and isinstance(parent, list):
        del parent[key]  # type: ignore[arg-type]
    elif kind == "repeat" and isinstance(parent, list):
        parent.insert(key, copy.deepcopy(old))  # type: ignore[arg-type]
    elif kind == "exchange" and isinstance(parent, list) and len(parent) > 1:
        other = draw(st.integers(0, len(parent) - 1))
        parent[key], parent[other] = parent[other], parent[key]  # type: ignore[index]
    else:
        parent[key] = draw(st.sampled_from(ODD_VALUES))  # type: ignore[index]
    return value


def verdict_on(claim: Claim, certificate: Certificate, steps: object | None = None) -> str:
    """What the checker says to the certificate, with other steps if they are given."""
    value = json.loads(certificate.data)
    value["claim"] = Certificate.of(claim, []).claim_sha256
    value["steps"] = value["steps"] if steps is None else steps
    files = {**claim.network_files, "claim": claim.data, "certificate": json_bytes(value)}
    try:
        checker.check(lambda file: files[file].splitlines(True), "claim", "certificate")
    except RejectedError:
        return "rejected"
    except MalformedError:
        return "malformed"
    return "accepted"


def agrees(left: Network, right: Network, domain: Domain, data: st.DataObject) -> bool:
    """Whether drawn points of the domain show no difference."""
    points = data.draw(st.lists(points_in(domain), min_size=8, max_size=8))
    return all(left(point) == right(point) for point in points)


INDICES = st.integers(0, len(PROVED) - 1)


@settings(max_examples=EDITS)
@given(INDICES, st.data())
def test_edited_steps_raise_nothing_else(index: int, data: st.DataObject) -> None:
    claim, certificate = proved(index)
    steps = data.draw(edited(list(certificate.steps)))
    assert verdict_on(claim, certificate, steps) in ("accepted", "rejected", "malformed")


@st.composite
def changed(draw: st.DrawFn, network: Network) -> Network:
    """The network with one weight or bias changed."""
    layers = list(network.layers)
    index = draw(st.integers(0, len(layers) - 1))
    layer = layers[index]
    row = draw(st.integers(0, layer.outputs - 1))
    column = draw(st.integers(-1, layer.inputs - 1))
    change = draw(st.sampled_from((Fraction(1), Fraction(-1), Fraction(1, 1 << 20), Fraction(2))))
    weight = [list(entries) for entries in layer.weight]
    bias = list(layer.bias)
    if column < 0:
        bias[row] += change
    else:
        weight[row][column] += change
    layers[index] = Affine.dense(weight, bias, layer.inputs)
    return Network(tuple(layers))


@settings(max_examples=EDITS)
@given(INDICES, st.booleans(), st.data())
def test_T11_changed_networks_are_accepted_only_where_nothing_changed(
    index: int, on_the_left: bool, data: st.DataObject
) -> None:
    claim, certificate = proved(index)
    left, right = claim.left.network, claim.right.network
    if on_the_left:
        left = data.draw(changed(left))
    else:
        right = data.draw(changed(right))
    other = claim_of(left, right, claim.domain)
    steps = data.draw(st.one_of(st.none(), edited(list(certificate.steps))))
    if verdict_on(other, certificate, steps) == "accepted":
        assert agrees(left, right, claim.domain, data)


@settings(max_examples=EDITS)
@given(INDICES, st.sampled_from(("claim", "left.json", "right.json")), st.data())
def test_edited_files_are_never_taken_for_the_ones_that_were_certified(
    index: int, name: str, data: st.DataObject
) -> None:
    claim, certificate = proved(index)
    files = {**claim.network_files, "claim": claim.data, "certificate": certificate.data}
    value = data.draw(edited(json.loads(files[name])))
    files[name] = json_bytes(value)
    if files[name] in (claim.data, *claim.network_files.values()):
        return
    with pytest.raises(
        (RejectedError, MalformedError, KeyError)
    ):  # KeyError: there is no such file
        checker.check(lambda file: files[file].splitlines(True), "claim", "certificate")


@settings(max_examples=200)
@given(nearly_equivalent_pairs(), INDICES)
def test_T11_no_certificate_proves_networks_that_differ(pair: object, index: int) -> None:
    near = pair
    claim = claim_of(near.left, near.right, near.domain)  # type: ignore[attr-defined]
    point = near.witness  # type: ignore[attr-defined]
    assert claim.left.network(point) != claim.right.network(point)
    for steps in (["="],), proved(index)[1].steps:
        assert verdict_on(claim, proved(index)[1], [list(step) for step in steps]) != "accepted"


def test_most_edits_are_refused() -> None:
    """The share of accepted edits, so that the attacks above are known to bite."""
    counts: Counter[str] = Counter()

    @settings(max_examples=300, database=None)
    @given(INDICES, st.data())
    def count(index: int, data: st.DataObject) -> None:
        claim, certificate = proved(index)
        counts[verdict_on(claim, certificate, data.draw(edited(list(certificate.steps))))] += 1

    count()
    assert counts["accepted"] < counts["rejected"] + counts["malformed"]
    assert counts["rejected"]
    assert counts["malformed"]


@pytest.mark.parametrize("index", range(len(PROVED)))
def test_unedited_proofs_are_accepted(index: int) -> None:
    claim, certificate = proved(index)
    assert checked(claim, certificate).finished
