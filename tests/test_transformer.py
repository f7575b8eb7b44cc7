"""T55: transformer blocks in other bases, norms folded, units permuted; and what is refused."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from tests.transformer_blocks import (
    BASES,
    ENTRY,
    GOOD,
    Block,
    F,
    blocks,
    in_bases,
    other_units,
    program,
    without_biases,
    without_gains,
)
from theory.architectures.attention import AttentionLayer, product
from theory.architectures.token_program import (
    Attention,
    Elementwise,
    Product,
    TokenProgram,
    attention_program,
)
from theory.errors import ScopeError, ShapeError
from theory.network import Affine, Vector
from verify import tokens_checker, transformer_checker
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.errors import FormatError
from verify.formats.token_json import parse_program, program_bytes
from verify.prove.architectures.transformer import (
    OpenPrograms,
    SamePrograms,
    TellingPrograms,
    compared_programs,
)
from verify.result import TOKENS, TRANSFORMER
from verify.token_enclosure import Enclosure

ROWS = st.lists(st.tuples(ENTRY, ENTRY), min_size=1, max_size=3)
CHOICES = st.tuples(*(st.sampled_from(BASES),) * 2)


def sides(left: TokenProgram, right: TokenProgram) -> dict[str, bytes]:
    """The files of a claim."""
    files = {"left.json": program_bytes(left), "right.json": program_bytes(right)}
    named = {
        name.removesuffix(".json"): {"file": name, "sha256": sha256(data).hexdigest()}
        for name, data in files.items()
    }
    claim = {"format": "relucert-transformer", "version": 1, **named}
    return {**files, TRANSFORMER: json.dumps(claim).encode()}


def accepted(left: TokenProgram, right: TokenProgram) -> bool:
    """Whether the checker accepts that both are the same."""
    files = sides(left, right)
    try:
        return bool(transformer_checker.check(files.__getitem__, files[TRANSFORMER]))
    except RejectedError:
        return False


def apart(left: TokenProgram, right: TokenProgram, tokens: Sequence[Vector]) -> bool:
    """Whether enclosures show that both differ at these tokens."""
    enclosure, files = Enclosure(80), sides(left, right)
    one, other = (
        enclosure.outputs(transformer_checker.read_program(files[name], name), tokens)
        for name in ("left.json", "right.json")
    )
    return any(
        a[1] < b[0] or b[1] < a[0]
        for row, row_ in zip(one, other, strict=True)
        for a, b in zip(row, row_, strict=True)
    )


def rewritten(block: Block, bases: tuple[object, object], factor: Fraction) -> Block:
    """Everything that keeps a block the same function."""
    heads = tuple(in_bases(head, *bases) for head in reversed(block.heads))  # type: ignore[arg-type]
    found = other_units(replace(block, heads=heads), factor)
    if block.weights == "softmax":
        found = without_biases(found)
    return without_gains(found) if block.is_pre else found


@given(blocks(), CHOICES, st.sampled_from([F(1), F(3), F(1, 2)]), ROWS)
def test_T55_rewritten_blocks_are_accepted_and_the_same_function(
    block: Block, bases: tuple[object, object], factor: Fraction, tokens: list[Vector]
) -> None:
    left, right = program(block), program(rewritten(block, bases, factor))
    assert accepted(left, right)
    assert not apart(left, right, tokens)


@given(blocks(), blocks(), ROWS)
def test_T55_what_is_accepted_is_the_same_function(
    one: Block, other: Block, tokens: list[Vector]
) -> None:
    left, right = program(one), program(other)
    if accepted(left, right):
        assert not apart(left, right, tokens)


def numbers(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The places of all exact numbers in a file."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from numbers(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from numbers(entry, (*path, index))
    elif isinstance(value, str) and path[-1] not in ("format", "kind", "name", "weights"):
        yield path


@given(blocks(), st.data(), st.sampled_from([F(1), F(-3, 7)]))
def test_T55_one_changed_number_is_refused_or_has_no_effect(
    block: Block, data: st.DataObject, by: Fraction
) -> None:
    left = program(block)
    value = json.loads(program_bytes(left))
    place = data.draw(st.sampled_from(sorted(numbers(value), key=str)))
    entry = value
    for key in place[:-1]:
        entry = entry[key]
    entry[place[-1]] = str(Fraction(entry[place[-1]]) + by)
    try:
        right = parse_program(json.dumps(value).encode(), "right.json")
    except FormatError:
        return  # a weight that became 0 is not written
    if accepted(left, right):
        tokens = [(F(1), F(-2)), (F(3, 2), F(1, 4)), (F(-1), F(5))]
        assert not apart(left, right, tokens)


def told(left: Block, right: Block) -> str:
    """What the reader is told of two blocks, in the answer and, of a difference, checked again."""
    found = compared_programs(program(left), program(right))
    if isinstance(found, TellingPrograms):
        assert tokens_checker.check(found.files.__getitem__, found.files[TOKENS]) == found.about
        return "different"
    if isinstance(found, SamePrograms):
        assert transformer_checker.check(found.files.__getitem__, found.files[TRANSFORMER])
        return "equivalent"
    return "unknown"


HEAD = GOOD.heads[0]
AFTER = replace(GOOD, is_pre=False)
RELU = replace(GOOD, weights="relu")
GELU = replace(GOOD, unit="gelu")
LINEAR = replace(GOOD, weights="linear")
WRONG = {
    "key bias dropped under relu": (RELU, without_biases(RELU)),
    "norms folded that come after": (AFTER, without_gains(AFTER)),
    "hidden units of gelu rescaled": (
        GELU,
        replace(other_units(replace(GELU, unit="relu"), F(2)), unit="gelu"),
    ),
    "hidden unit with a negative factor": (
        GOOD,
        replace(
            GOOD,
            first=tuple((-row[0], *row[1:]) for row in GOOD.first),
            first_bias=(-GOOD.first_bias[0], *GOOD.first_bias[1:]),
            second=(tuple(-e for e in GOOD.second[0]), *GOOD.second[1:]),
        ),
    ),
    "queries in another basis than keys": (
        GOOD,
        replace(GOOD, heads=(replace(HEAD, query=product(HEAD.query, BASES[1][0])),)),
    ),
    "values in another basis than the output": (
        GOOD,
        replace(GOOD, heads=(replace(HEAD, value=product(HEAD.value, BASES[1][0])),)),
    ),
    "query bias dropped": (GOOD, replace(GOOD, heads=(replace(HEAD, query_bias=(F(0), F(0))),))),
    "value bias dropped": (GOOD, replace(GOOD, heads=(replace(HEAD, value_bias=(F(0), F(0))),))),
    "a head twice": (GOOD, replace(GOOD, heads=(HEAD, HEAD))),
    "mean taken away": (GOOD, replace(GOOD, is_centred=True)),
    "norm elsewhere": (GOOD, AFTER),
    "another epsilon": (GOOD, replace(GOOD, epsilon=F(1, 9))),
    "relu weights": (GOOD, RELU),
    "linear weights": (RELU, LINEAR),
    "key bias dropped without softmax": (LINEAR, without_biases(LINEAR)),
    "a mask": (GOOD, replace(GOOD, later=None)),
    "a mask of finite numbers": (replace(GOOD, later=None), replace(GOOD, later=F(-100))),
    "another unit": (GOOD, GELU),
    "gains exchanged": (GOOD, replace(GOOD, gains=GOOD.gains[::-1])),
    "a shift changed": (GOOD, replace(GOOD, shifts=((F(1), F(0)), (F(1, 2), F(2))))),
    "a bias rounded": (GOOD, replace(GOOD, bias=(F(1) + F(1, 2**40), F(0)))),
    "a weight rounded": (
        GOOD,
        replace(GOOD, second=((F(1), F(1) - F(1, 2**60)), *GOOD.second[1:])),
    ),
}


@pytest.mark.parametrize("kind", list(WRONG))
def test_T55_rewritings_that_are_not_allowed_are_refuted(kind: str) -> None:
    left, right = WRONG[kind]
    assert not accepted(program(left), program(right))
    assert told(left, right) == "different"


@pytest.mark.parametrize("block", [GOOD, AFTER, RELU, GELU, LINEAR])
def test_T55_the_fixed_blocks_are_proved_after_a_rewriting(block: Block) -> None:
    assert told(block, rewritten(block, (BASES[1], BASES[2]), F(3))) == "equivalent"


@given(blocks(), ROWS, st.sampled_from(["relu", "linear"]))
def test_T55_an_attention_layer_is_its_program(
    block: Block, tokens: list[Vector], kind: str
) -> None:
    layer = AttentionLayer(kind, block.heads, block.bias)
    read = transformer_checker.read_program(program_bytes(attention_program(layer)), "x")
    enclosure = Enclosure(64)
    for row, values in zip(enclosure.outputs(read, tokens), layer(tokens), strict=True):
        for (low, high), value in zip(row, values, strict=True):
            assert low <= value * enclosure.one <= high
            assert high - low < 2**16
    with pytest.raises(ScopeError):
        attention_program(replace(layer, kind="hardmax"))


def rotated(turned: bool) -> TokenProgram:
    """RMS norm and a linear map; the same stream in another orthonormal basis."""
    turn = ((F(3, 5), F(4, 5)), (F(-4, 5), F(3, 5))) if turned else ((F(1), F(0)), (F(0), F(1)))
    zeros, zero = (F(0),) * 2, (F(0),)
    weights = ((F(1), F(2)), (F(3), F(-1)))
    stream = Affine.dense(turn, zeros)
    squares = Product(stream, stream)
    mean = Affine.dense(((F(0), F(0), F(1, 2), F(1, 2)),), (F(1, 100),))
    root = Elementwise("inverse_root", mean)
    wide = Affine.dense([(*row, *zeros, *zero) for row in turn], zeros)
    inverse = Affine.dense([(*zeros, *zeros, F(1))] * 2, zeros)
    # W x = (W T^-1)(T x), and T^-1 is T transposed
    back = product(weights, tuple(zip(*turn, strict=True)))
    output = Affine.dense([(*zeros, *zeros, *zero, *row) for row in back], zeros)
    return TokenProgram(2, (squares, root, Product(wide, inverse)), output)


def test_T55_a_stream_in_another_orthonormal_basis_is_the_same() -> None:
    assert accepted(rotated(False), rotated(True))
    assert not apart(rotated(False), rotated(True), [(F(1), F(2))])


def test_T55_blocks_one_after_the_other() -> None:
    bases = BASES[1], BASES[2]
    other = rewritten(GOOD, bases, F(3)), rewritten(AFTER, bases, F(1, 2))
    left, right = program(GOOD, AFTER), program(*other)
    assert accepted(left, right)
    assert not apart(left, right, [(F(1), F(2)), (F(-1), F(0))])
    for wrong in (program(*other[::-1]), program(GOOD), program(GOOD, without_gains(AFTER))):
        assert not accepted(left, wrong)
        assert isinstance(compared_programs(left, wrong), TellingPrograms)


def polynomial(left: str, right: str, *weights: int) -> TokenProgram:
    """A product of two linear maps of x and y, and its sum with weights; rows as texts."""
    none = [F(0)] * len(weights)
    sides = [
        Affine.dense([[F(word) for word in row.split()] for row in text.split(";")], none)
        for text in (left, right)
    ]
    output = Affine.dense([[F(0), F(0), *map(F, weights)]], [F(0)])
    return TokenProgram(2, (Product(sides[0], sides[1]),), output)


def test_T55_products_are_multiplied_out() -> None:
    square = polynomial("1 1", "1 1", 1)
    right = polynomial("1 0; 1 0; 0 1", "1 0; 0 1; 0 1", 1, 2, 1)
    assert accepted(square, right)
    assert accepted(square, polynomial("-1 -1", "-1 -1", 1))
    assert accepted(polynomial("1 1", "1 -1", 1), polynomial("1 0; 0 1", "1 0; 0 1", 1, -1))
    for wrong in (
        polynomial("1 0; 1 0; 0 1", "1 0; 0 1; 0 1", 1, 1, 1),
        polynomial("1 0; 0 1", "1 0; 0 1", 1, 1),
        polynomial("1 1", "1 -1", 1),
        polynomial("1 1", "1 1", 2),
    ):
        assert not accepted(square, wrong)
        assert isinstance(compared_programs(square, wrong), TellingPrograms)


def test_T55_large_products_are_the_same_as_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = program(GOOD), program(rewritten(GOOD, (BASES[1], BASES[2]), F(2)))
    wrong = program(WRONG["another epsilon"][1])
    for large in (0, 3, 10**9):
        monkeypatch.setattr(transformer_checker, "LARGE", large)
        assert accepted(left, right)
        assert not accepted(left, wrong)


def test_T55_a_head_without_values_is_malformed() -> None:
    empty: dict[str, list[object]] = {"bias": [], "rows": []}
    one = {"bias": ["0"], "rows": [[0, "1"]]}
    step = {"kind": "attention", "query": one, "key": one, "value": empty, "scale": "1"}
    value = {"format": "relucert-token-program", "version": 1, "inputs": 1, "output": one}
    value["steps"] = [{**step, "weights": "softmax", "later": "0"}]
    with pytest.raises(MalformedError, match="appends no values"):
        transformer_checker.read_program(json.dumps(value).encode(), "x")
    value["steps"] = [{**step, "weights": "softmax", "later": "0", "query": empty, "key": empty}]
    with pytest.raises(MalformedError, match="appends no values"):
        transformer_checker.read_program(json.dumps(value).encode(), "x")


def test_T55_shapes_that_do_not_fit() -> None:
    one, two = Affine.dense([[F(1)]], [F(0)]), Affine.dense([[F(1)], [F(2)]], [F(0)] * 2)
    square = Affine.dense([[F(1)], [F(1)]], [F(0)] * 2)
    for steps, output in (
        ((Product(one, two),), two),
        ((Attention(one, two, one, F(1), "softmax"),), square),
        ((Attention(one, one, one, F(1), "relu", None),), Affine.dense([[F(1), F(1)]], [F(0)])),
        ((Attention(one, one, one, F(1), "hardmax"),), Affine.dense([[F(1), F(1)]], [F(0)])),
        ((Elementwise("cosine", one),), Affine.dense([[F(1), F(1)]], [F(0)])),
        ((Elementwise("relu", Affine(1, (), ())),), one),
        ((Elementwise("relu", one),), one),
    ):
        with pytest.raises(ShapeError):
            TokenProgram(1, steps, output)
    with pytest.raises(ShapeError):
        compared_programs(TokenProgram(1, (), one), TokenProgram(1, (), two))


@given(blocks())
def test_T55_files_are_read_as_written(block: Block) -> None:
    written = program(block)
    assert parse_program(program_bytes(written), "x") == written
    read = transformer_checker.read_program(program_bytes(written), "x")
    assert len(read.steps) == len(written.steps)


STEP = json.loads(program_bytes(program(GOOD)))["steps"]
KINDS = {step["kind"]: number for number, step in enumerate(STEP)}


def mutated(step: int, **change: object) -> bytes:
    value = json.loads(program_bytes(program(GOOD)))
    value["steps"][step] = {**value["steps"][step], **change}
    return json.dumps({**value}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        mutated(KINDS["attention"], weights="hardmax"),
        mutated(KINDS["attention"], scale=1),
        mutated(KINDS["attention"], later=0),
        mutated(KINDS["attention"], later="0", weights="relu", key=None),
        mutated(KINDS["attention"], later=None, weights="relu"),
        mutated(KINDS["attention"], later="1", weights="linear"),
        mutated(KINDS["attention"], query={"bias": [], "rows": []}),
        mutated(KINDS["attention"], value={"bias": [], "rows": []}),
        mutated(KINDS["function"], name="cosine"),
        mutated(KINDS["function"], kind="product"),
        mutated(KINDS["function"], argument={"bias": ["0"], "rows": [[999, "1"]]}),
        mutated(KINDS["product"], left={"bias": ["0"], "rows": [[0, "1"]]}),
        mutated(KINDS["product"], right={"bias": ["0", "0"], "rows": [[0, "1"]]}),
        mutated(KINDS["product"], more=1),
        mutated(KINDS["product"], kind="quotient"),
        mutated(KINDS["product"], kind=[]),
    ],
)
def test_T55_malformed_programs_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        transformer_checker.read_program(data, "x")
    with pytest.raises(FormatError):
        parse_program(data, "x")


def test_T55_the_checker_refuses_other_files() -> None:
    files = sides(program(GOOD), program(GOOD))
    claim = json.loads(files[TRANSFORMER])
    other = {**files, "left.json": program_bytes(program(AFTER))}
    with pytest.raises(RejectedError, match="another file"):
        transformer_checker.check(other.__getitem__, files[TRANSFORMER])
    small = program_bytes(TokenProgram(1, (), Affine.dense([[F(1)]], [F(0)])))
    named = {"file": "left.json", "sha256": sha256(small).hexdigest()}
    mixed = {**files, "left.json": small}
    two = program_bytes(TokenProgram(2, (), Affine.dense([[F(1), F(0)]], [F(0)])))
    other_named = {"file": "right.json", "sha256": sha256(two).hexdigest()}
    with pytest.raises(MalformedError, match="different numbers"):
        transformer_checker.check(
            {**files, "right.json": two}.__getitem__,
            json.dumps({**claim, "right": other_named}).encode(),
        )
    for wrong in ({"left": named}, {"left": "left.json"}, {"version": 2}, {"more": 1}):
        with pytest.raises(MalformedError):
            transformer_checker.check(mixed.__getitem__, json.dumps({**claim, **wrong}).encode())


def test_T55_tokens_that_do_not_tell_are_refused() -> None:
    left, right = WRONG["another epsilon"]
    found = compared_programs(program(left), program(right))
    assert isinstance(found, TellingPrograms)
    value = json.loads(found.files[TOKENS])
    check = found.files.__getitem__

    def asked(**change: object) -> str:
        return tokens_checker.check(check, json.dumps({**value, **change}).encode())

    assert asked().startswith("different at token")
    for wrong in (
        {"bits": 1},
        {"right": value["left"]},
        {"tokens": [["0", "0"]], "token": 0, "right": value["left"]},
    ):
        with pytest.raises(RejectedError):
            asked(**wrong)
    refused: tuple[dict[str, object], ...] = (
        {"bits": 0},
        {"bits": 5000},
        {"bits": True},
        {"token": -1},
        {"token": 9},
        {"output": 2},
        {"output": "0"},
        {"tokens": []},
        {"tokens": [["1"]]},
        {"tokens": [[0, 0]]},
        {"version": 2},
    )
    for malformed in refused:
        with pytest.raises(MalformedError):
            asked(**malformed)


def test_T55_unknown_where_nothing_is_shown() -> None:
    # gelu(-v) = gelu(v) - v, which is not used
    one, minus = Affine.dense([[F(1)]], [F(0)]), Affine.dense([[F(-1)]], [F(0)])
    left = TokenProgram(1, (Elementwise("gelu", one),), Affine.dense([[F(-1), F(1)]], [F(0)]))
    right = TokenProgram(1, (Elementwise("gelu", minus),), Affine.dense([[F(0), F(1)]], [F(0)]))
    found = compared_programs(left, right)
    assert isinstance(found, OpenPrograms)
    assert "arguments of gelus" in found.reason


FUNCTIONS: dict[str, Callable[[arb], arb]] = {
    "relu": lambda x: x.max(arb(0)),
    "inverse_root": lambda x: 1 / x.sqrt() if x > 0 else arb(0),
    "erf": lambda x: x.erf(),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "tanh": lambda x: x.tanh(),
    "gelu": lambda x: x * (1 + (x / arb(2).sqrt()).erf()) / 2,
    "gelu_tanh": lambda x: (
        x / 2 * (1 + ((2 / arb.pi()).sqrt() * (x + arb(44715) / 10**6 * x**3)).tanh())
    ),
}


@given(
    st.sampled_from(sorted(FUNCTIONS)),
    st.fractions(-12, 12, max_denominator=1000),
    st.fractions(0, F(1, 10), max_denominator=1000),
    st.sampled_from([24, 64, 150]),
)
def test_T55_enclosures_hold_what_another_arithmetic_gives(
    name: str, low: Fraction, width: Fraction, bits: int
) -> None:
    ctx.prec = 400
    enclosure = Enclosure(bits)
    ends = enclosure.of(low)[0], enclosure.of(low + width)[1]
    try:
        found = enclosure.function(name, ends)
    except RejectedError:
        assert name == "inverse_root"
        assert ends[0] <= 0 < ends[1]
        return
    for point in (low, low + width / 3, low + width):
        value = FUNCTIONS[name](arb(point.numerator) / point.denominator)
        scaled = value * arb(2) ** bits
        assert not scaled < found[0]
        assert not scaled > found[1]
    if not width and abs(low) > F(1, 4):
        assert found[1] - found[0] < max(2**10, 2 ** (bits - 60))


@given(st.lists(st.fractions(-30, 30, max_denominator=50), min_size=1, max_size=4))
def test_T55_softmax_weights_hold_what_another_arithmetic_gives(scores: list[Fraction]) -> None:
    ctx.prec = 400
    enclosure = Enclosure(64)
    found = enclosure.weights("softmax", [enclosure.of(score) for score in scores])
    powers = [(arb(s.numerator) / s.denominator).exp() for s in scores]
    for (low, high), power in zip(found, powers, strict=True):
        value = power / sum(powers, arb(0)) * arb(2) ** 64
        assert not value < low
        assert not value > high
        assert high - low < 2**8


def test_the_command_on_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {}
    for name, block in (
        ("good", GOOD),
        ("same", rewritten(GOOD, (BASES[1], BASES[2]), F(2))),
        ("other", AFTER),
    ):
        files[name] = str(tmp_path / f"{name}.json")
        Path(files[name]).write_bytes(program_bytes(program(block)))
    out = tmp_path / "out"
    assert main(["attention", files["good"], files["other"], "-o", str(out)]) == 1
    assert main(["check", str(out)]) == 1
    assert main(["attention", files["good"], files["same"], "-o", str(out)]) == 0
    assert not (out / TOKENS).exists()
    capsys.readouterr()
    assert main(["check", str(out)]) == 0
    assert "equal for every number of tokens" in capsys.readouterr().out
    assert main(["check", str(out), "--kernel", "native"]) == 3
    Path(files["other"]).write_bytes(program_bytes(program(GOOD))[:-9])
    assert main(["attention", files["good"], files["other"]]) == 3
