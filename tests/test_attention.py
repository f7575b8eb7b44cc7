"""T48: attention layers in other bases, without redundant biases, heads in another order."""

import json
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.architectures.attention import (
    KINDS,
    AttentionHead,
    AttentionLayer,
    Matrix,
    folded_gain,
    gauge_form,
    product,
)
from theory.errors import ScopeError, ShapeError
from theory.network import Vector
from verify.attention_checker import check
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.errors import FormatError
from verify.formats.attention_json import attention_bytes, parse_attention
from verify.prove.architectures.attention import (
    SameAttention,
    TellingTokens,
    compared_attention,
)
from verify.prove.architectures.transformer import TellingPrograms
from verify.result import ATTENTION

F = Fraction
ENTRY = st.integers(-2, 2).map(Fraction)


def matrices(height: int, width: int) -> st.SearchStrategy[Matrix]:
    return st.tuples(*(st.tuples(*(ENTRY,) * width),) * height)


@st.composite
def heads(draw: st.DrawFn, size: int = 2, width: int = 2) -> AttentionHead:
    """A head; keys may have no column, values one or two."""
    inner, carried = draw(st.integers(0, 2)), draw(st.integers(1, 2))
    return AttentionHead(
        draw(matrices(size, inner)),
        draw(matrices(size, inner)),
        draw(matrices(size, carried)),
        draw(matrices(carried, width)),
        draw(st.tuples(*(ENTRY,) * inner)),
        draw(st.tuples(*(ENTRY,) * inner)),
        draw(st.tuples(*(ENTRY,) * carried)),
    )


@st.composite
def layers(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> AttentionLayer:
    return AttentionLayer(
        draw(st.sampled_from(kinds)),
        tuple(draw(st.lists(heads(), min_size=1, max_size=2))),
        draw(st.tuples(ENTRY, ENTRY)),
    )


TOKENS = st.lists(st.tuples(ENTRY, ENTRY), min_size=1, max_size=3)
RATIONAL = ("hardmax", "relu", "linear")
A, A_INVERSE = ((F(2), F(1)), (F(1), F(1))), ((F(1), F(-1)), (F(-1), F(2)))


def transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def in_other_bases(head: AttentionHead) -> AttentionHead:
    """Q A, K A^-T, V A, A^-1 O, where there are two columns."""
    query, key, bias, key_bias = head.query, head.key, head.query_bias, head.key_bias
    if len(bias) == 2:
        inverse = transposed(A_INVERSE)
        query, key = product(query, A), product(key, inverse)
        bias, key_bias = product((bias,), A)[0], product((key_bias,), inverse)[0]
    value, output, value_bias = head.value, head.output, head.value_bias
    if len(output) == 2:
        value, output = product(value, A), product(A_INVERSE, output)
        value_bias = product((value_bias,), A)[0]
    return AttentionHead(query, key, value, output, bias, key_bias, value_bias)


@given(layers(), TOKENS)
def test_T48_bases_and_the_order_of_heads_do_not_matter(
    layer: AttentionLayer, tokens: list[Vector]
) -> None:
    moved = tuple(in_other_bases(head) for head in reversed(layer.heads))
    other = AttentionLayer(layer.kind, moved, layer.output_bias)
    assert gauge_form(layer) == gauge_form(other)
    assert isinstance(compared_attention(layer, other), SameAttention)
    if layer.kind != "softmax":
        assert layer(tokens) == other(tokens)


@given(layers(("softmax", "hardmax")), st.tuples(ENTRY, ENTRY), TOKENS)
def test_T48_key_bias_is_redundant_and_value_bias_folds(
    layer: AttentionLayer, more: Vector, tokens: list[Vector]
) -> None:
    changed, bias = [], layer.output_bias
    for head in layer.heads:
        (constant,) = product((head.value_bias,), head.output)
        bias = tuple(a + b for a, b in zip(bias, constant, strict=True))
        changed.append(
            AttentionHead(
                head.query,
                head.key,
                head.value,
                head.output,
                head.query_bias,
                more[: len(head.key_bias)],
                (F(0),) * len(head.value_bias),
            )
        )
    other = AttentionLayer(layer.kind, tuple(changed), bias)
    found = compared_attention(layer, other)
    assert isinstance(found, SameAttention)
    if layer.kind == "hardmax":
        assert layer(tokens) == other(tokens)


@given(layers(RATIONAL), layers(RATIONAL), TOKENS)
def test_T48_equal_forms_are_equal_functions_and_points_tell(
    left: AttentionLayer, right: AttentionLayer, tokens: list[Vector]
) -> None:
    if left.kind != right.kind:
        with pytest.raises(ShapeError):
            compared_attention(left, right)
        return
    found = compared_attention(left, right)
    if isinstance(found, SameAttention):
        assert left(tokens) == right(tokens)
        assert check(found.files.__getitem__, found.files[ATTENTION])
    elif isinstance(found, TellingTokens):
        assert left(found.tokens) != right(found.tokens)


@given(layers(), st.tuples(ENTRY, ENTRY), st.tuples(ENTRY, ENTRY), TOKENS)
def test_T48_gain_and_shift_of_a_normalisation_fold(
    layer: AttentionLayer, gain: Vector, shift: Vector, tokens: list[Vector]
) -> None:
    folded = folded_gain(layer, gain, shift)
    moved = [
        tuple(g * x + s for g, x, s in zip(gain, token, shift, strict=True)) for token in tokens
    ]
    try:
        expected = layer(moved)
    except ScopeError:
        with pytest.raises(ScopeError):
            folded(tokens)
        return
    assert folded(tokens) == expected


def head(query: int, key: int, value: int, key_bias: int = 0) -> AttentionHead:
    one = ((F(1),),)
    return AttentionHead(
        ((F(query),),), ((F(key),),), ((F(value),),), one, (F(0),), (F(key_bias),), (F(0),)
    )


def layer_of(kind: str, *parts: AttentionHead) -> AttentionLayer:
    return AttentionLayer(kind, parts, (F(0),))


def test_T48_a_positive_scale_moves_in_relu_and_not_in_softmax() -> None:
    one, other = head(3, 1, 1), head(1, 1, 3)
    assert isinstance(
        compared_attention(layer_of("relu", one), layer_of("relu", other)), SameAttention
    )
    linear = compared_attention(layer_of("linear", one), layer_of("linear", other))
    assert isinstance(linear, SameAttention)
    soft = compared_attention(layer_of("softmax", one), layer_of("softmax", other))
    assert isinstance(soft, TellingTokens)  # one token: its value
    scaled = compared_attention(
        layer_of("hardmax", head(3, 1, 1)), layer_of("hardmax", head(1, 1, 1))
    )
    assert isinstance(scaled, SameAttention)
    still = compared_attention(
        layer_of("softmax", head(3, 1, 1)), layer_of("softmax", head(1, 1, 1))
    )
    assert isinstance(still, TellingPrograms)  # by enclosures


def test_T48_a_key_bias_matters_without_softmax() -> None:
    plain, biased = head(1, 1, 1), head(1, 1, 1, key_bias=1)
    for kind in ("relu", "linear"):
        found = compared_attention(layer_of(kind, plain), layer_of(kind, biased))
        assert isinstance(found, TellingTokens)
    for kind in ("softmax", "hardmax"):
        found = compared_attention(layer_of(kind, plain), layer_of(kind, biased))
        assert isinstance(found, SameAttention)


def test_T48_heads_with_the_same_weights_are_one_and_opposite_ones_cancel() -> None:
    two = layer_of("softmax", head(1, 2, 1), head(2, 1, 3))
    assert isinstance(compared_attention(two, layer_of("softmax", head(1, 2, 4))), SameAttention)
    gone = layer_of("relu", head(1, 2, 1), head(2, 1, -1), head(1, 1, 1))
    assert isinstance(compared_attention(gone, layer_of("relu", head(1, 1, 1))), SameAttention)
    idle = layer_of("relu", head(0, 1, 5), head(1, 1, 1))
    assert isinstance(compared_attention(idle, layer_of("relu", head(1, 1, 1))), SameAttention)


def test_T48_linear_attention_is_compared_as_a_polynomial() -> None:
    # x_i x_j x_j: as score times value in two ways
    one = AttentionHead(
        ((F(1),), (F(0),)), ((F(1),), (F(0),)), ((F(0),), (F(1),)), ((F(1),),), *((F(0),),) * 3
    )
    other = AttentionHead(one.query, one.value, one.key, one.output, *((F(0),),) * 3)
    found = compared_attention(layer_of("linear", one), layer_of("linear", other))
    assert isinstance(found, SameAttention)
    told = compared_attention(layer_of("relu", one), layer_of("relu", other))
    assert isinstance(told, TellingTokens)


def changed(files: dict[str, bytes], **change: object) -> dict[str, bytes]:
    value = {**json.loads(files[ATTENTION]), **change}
    return {**files, ATTENTION: json.dumps(value).encode()}


def test_T48_the_checker_refuses_what_does_not_follow() -> None:
    layer = layer_of("softmax", head(1, 2, 1), head(3, 1, 3))
    found = compared_attention(layer, layer)
    assert isinstance(found, SameAttention)
    groups = json.loads(found.files[ATTENTION])["groups"]
    both = {"left": [[0, "1"], [1, "1"]], "right": [[0, "1"], [1, "1"]]}
    crossed = [{"left": [[0, "1"]], "right": [[1, "1"]]}, {"left": [[1, "1"]], "right": [[0, "1"]]}]
    for wrong in ([], groups[:1], [*groups, groups[0]], [both], crossed):
        files = changed(found.files, groups=wrong)
        with pytest.raises(RejectedError):
            check(files.__getitem__, files[ATTENTION])
    scaled = [{"left": [[n, "2"]], "right": [[n, "2"]]} for n in (0, 1)]
    negative = [{"left": [[0, "-1"]], "right": [[0, "-1"]]}]
    for wrong in (scaled, negative):
        files = changed(found.files, groups=wrong)
        with pytest.raises(RejectedError, match="factor"):
            check(files.__getitem__, files[ATTENTION])
    for wrong in ([{"left": [[9, "1"]], "right": []}], [{"left": [[0]], "right": []}], [1], None):
        files = changed(found.files, groups=wrong)
        with pytest.raises(MalformedError):
            check(files.__getitem__, files[ATTENTION])


@given(st.sampled_from(KINDS), st.integers(0, 6), st.integers(0, 1))
def test_T48_one_changed_number_is_not_accepted(kind: str, place: int, side: int) -> None:
    layer = layer_of(kind, head(1, 2, 1, key_bias=1))
    found = compared_attention(layer, layer)
    assert isinstance(found, SameAttention)
    name = ("left", "right")[side]
    value = json.loads(found.files[f"{name}.json"])
    key = sorted(value["heads"][0])[place]
    entry = value["heads"][0][key]
    (entry if key.endswith("bias") else entry[0])[0] = "7"
    files = {**found.files, f"{name}.json": json.dumps(value).encode()}
    digest = sha256(files[f"{name}.json"]).hexdigest()
    files = changed(files, **{name: {"file": f"{name}.json", "sha256": digest}})
    if key == "key_bias" and kind in ("softmax", "hardmax"):
        assert check(files.__getitem__, files[ATTENTION])
        return
    if kind == "hardmax" and key in ("query", "key"):
        return  # a positive factor; the group states another one
    with pytest.raises(RejectedError):
        check(files.__getitem__, files[ATTENTION])


@given(layers())
def test_files_are_read_as_written(layer: AttentionLayer) -> None:
    assert parse_attention(attention_bytes(layer), "x") == layer


@pytest.mark.parametrize(
    "change",
    [{"kind": "sparsemax"}, {"heads": []}, {"output_bias": []}, {"version": 2}, {"heads": [{}]}],
)
def test_malformed_files_are_refused(change: dict[str, object]) -> None:
    value = json.loads(attention_bytes(layer_of("relu", head(1, 1, 1))))
    with pytest.raises(FormatError):
        parse_attention(json.dumps({**value, **change}).encode(), "x")


def test_shapes_that_do_not_fit_are_refused() -> None:
    good = head(1, 1, 1)
    with pytest.raises(ShapeError):
        AttentionLayer("relu", (good,), (F(0), F(0)))
    with pytest.raises(ShapeError):
        layer_of("relu", good)([])
    with pytest.raises(ShapeError):
        folded_gain(layer_of("relu", good), (F(1), F(1)), (F(0),))
    with pytest.raises(ScopeError):
        layer_of("softmax", good)([(F(1),), (F(2),)])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = []
    for name, layer in (
        ("a", layer_of("softmax", head(2, 1, 1))),
        ("b", layer_of("softmax", head(1, 2, 1, key_bias=5))),
        ("c", layer_of("softmax", head(1, 2, 2))),
        ("d", layer_of("softmax", head(1, 1, 1))),
    ):
        files.append(str(tmp_path / f"{name}.json"))
        Path(files[-1]).write_bytes(attention_bytes(layer))
    out = str(tmp_path / "out")
    assert main(["attention", files[0], files[1], "-o", out]) == 0
    assert main(["check", out]) == 0
    assert "equal softmax attention for every number of tokens" in capsys.readouterr().out
    assert main(["check", out, "--kernel", "native"]) == 3
    assert main(["attention", files[0], files[2], "-o", out]) == 1
    assert main(["check", out]) == 1  # the tokens of T55
    assert main(["attention", files[0], files[3], "-o", out]) == 1
    assert main(["check", out]) == 1  # the tokens of T55
    assert main(["attention", files[0], str(tmp_path / "none.json")]) == 3
