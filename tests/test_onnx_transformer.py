"""Transformer blocks from ONNX: what is read agrees with onnxruntime; what is not is named."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.onnx_models import Runtime, model_of, whole_numbers
from theory.architectures.attention import AttentionHead, AttentionLayer
from verify import transformer_checker
from verify.cli import main
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats.attention_json import attention_bytes
from verify.formats.onnx_transformer import parse_onnx_transformer
from verify.formats.token_json import program_bytes, read_program
from verify.prove.architectures.transformer import SamePrograms, TellingPrograms, compared_programs
from verify.token_enclosure import Enclosure

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "transformers"
FILES = sorted(path.name for path in FOLDER.glob("*.onnx"))
Array = npt.NDArray[np.float64]
FLOATS = npt.NDArray[np.float32]


def check_values(model: onnx.ModelProto, shape: Sequence[int], count: int, axis: int = 1) -> None:
    """The enclosures of a program hold what onnxruntime computes, up to its rounding."""
    model.graph.output[0].type.tensor_type.shape.SetInParent()
    program, fixed = parse_onnx_transformer(model.SerializeToString(), "model.onnx")
    assert fixed in (None, count)
    read = transformer_checker.read_program(program_bytes(program), "x")
    points = np.random.default_rng(1).integers(-8, 9, shape).astype(np.float32) / 4
    session = Runtime(model).session
    (found,) = session.run(None, {session.get_inputs()[0].name: points})
    rows = np.moveaxis(points, axis, 0).reshape(count, -1)
    expected = np.moveaxis(np.asarray(found), axis, 0).reshape(count, -1)
    enclosure = Enclosure(64)
    tokens = [[Fraction(float(entry)) for entry in row] for row in rows]
    for row, values in zip(enclosure.outputs(read, tokens), expected.tolist(), strict=True):
        for (low, high), value in zip(row, values, strict=True):
            assert high - low < 2**40
            assert abs(low / enclosure.one - value) < 1e-3 * (1 + abs(value))


@pytest.mark.parametrize("name", FILES)
def test_examples_are_read_as_onnxruntime_computes_them(name: str) -> None:
    model = onnx.load(str(FOLDER / name))
    sizes = [axis.dim_value for axis in model.graph.input[0].type.tensor_type.shape.dim]
    count = sizes[1] or 3
    check_values(model, (1, count, sizes[2]), count)


PAIRS = (
    ("pre_norm", "pre_norm_rewritten", True),
    ("pre_norm", "pre_norm_rescaled", True),
    ("post_norm", "post_norm_rewritten", True),
    ("rms_norm", "rms_norm_folded", True),
    ("causal", "causal_without_biases", True),
    ("pre_norm", "pre_norm_rounded", False),
    ("pre_norm", "pre_norm_changed", False),
    ("pre_norm_rewritten", "pre_norm_rounded", False),
    ("post_norm", "post_norm_folded", False),
    ("post_norm", "pre_norm", False),
    ("relu_attention", "relu_attention_without_key_bias", False),
    ("plain", "rms_norm", False),
)


@pytest.mark.parametrize(("left", "right", "equal"), PAIRS)
def test_T55_exported_blocks_are_proved_or_told_apart(left: str, right: str, equal: bool) -> None:
    (one, count), (other, count_) = (read_program(FOLDER / f"{n}.onnx") for n in (left, right))
    found = compared_programs(one, other, count or count_)
    assert isinstance(found, SamePrograms if equal else TellingPrograms)
    if isinstance(found, TellingPrograms):
        assert len(found.tokens) in {count or count_ or len(found.tokens)}


def constants(**arrays: FLOATS | npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.generic]]:
    return {name: np.asarray(value) for name, value in arrays.items()}


GENERATOR = np.random.default_rng(3)
MATRICES = {name: whole_numbers(GENERATOR, 2, 2) for name in ("Q", "K", "V")}
SCORES = [
    helper.make_node("MatMul", ["X", "Q"], ["q"]),
    helper.make_node("MatMul", ["X", "K"], ["k"]),
    helper.make_node("MatMul", ["X", "V"], ["v"]),
    helper.make_node("Transpose", ["k"], ["kt"], perm=[0, 2, 1]),
    helper.make_node("MatMul", ["q", "kt"], ["s"]),
]
HEAD = [
    *SCORES,
    helper.make_node("Softmax", ["s"], ["w"], axis=-1),
    helper.make_node("MatMul", ["w", "v"], ["Y"]),
]


def test_a_head_with_a_batch_of_free_size() -> None:
    model = model_of(HEAD, constants(**MATRICES), ["batch", "tokens", 2])
    check_values(model, (1, 3, 2), 3)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"is_causal": 1},
        {"scale": 0.75},
        {"q_num_heads": 2, "kv_num_heads": 2},
        {"q_num_heads": 2, "kv_num_heads": 1, "is_causal": 1},
    ],
)
def test_the_operator_of_attention(attributes: dict[str, Any]) -> None:
    groups = int(attributes.get("kv_num_heads", 2))
    arrays = constants(
        Q=whole_numbers(GENERATOR, 2, 8) / np.float32(4),
        K=whole_numbers(GENERATOR, 2, 4 * groups),
        V=whole_numbers(GENERATOR, 2, 4 * groups),
        split=np.array([0, 0, 2, 4]),
        join=np.array([0, 0, 8]),
    )
    nodes = []
    for name in "QKV":
        nodes.append(helper.make_node("MatMul", ["X", name], [f"{name}1"]))
        if "q_num_heads" not in attributes:
            nodes.append(helper.make_node("Reshape", [f"{name}1", "split"], [f"{name}2"]))
            nodes.append(
                helper.make_node("Transpose", [f"{name}2"], [f"{name}3"], perm=[0, 2, 1, 3])
            )
    last = "1" if "q_num_heads" in attributes else "3"
    inputs = [f"{name}{last}" for name in "QKV"]
    nodes.append(helper.make_node("Attention", inputs, ["A"], **attributes))
    if "q_num_heads" not in attributes:
        nodes.append(helper.make_node("Transpose", ["A"], ["B"], perm=[0, 2, 1, 3]))
        nodes.append(helper.make_node("Reshape", ["B", "join"], ["Y"]))
    else:
        nodes.append(helper.make_node("Identity", ["A"], ["Y"]))
    check_values(model_of(nodes, arrays, [1, 3, 2], opset=23), (1, 3, 2), 3)


def test_what_the_operator_of_attention_may_not_have() -> None:
    heads = {"q_num_heads": 1, "kv_num_heads": 1}
    for inputs, attributes, reason in (
        (["X", "X", "X"], heads, "irrational"),
        (["X", "X", "X"], {}, "with heads"),
        (["X", "X", "X", "m"], heads, "masks"),
        (["X", "X", "X"], {**heads, "softcap": 2.0}, "soft cap"),
    ):
        node = helper.make_node("Attention", inputs, ["Y"], **attributes)
        model = model_of([node], {"m": np.zeros((3, 3), np.float32)}, [1, 3, 2], opset=23)
        model.graph.output[0].type.tensor_type.shape.SetInParent()
        with pytest.raises(UnsupportedError, match=reason):
            parse_onnx_transformer(model.SerializeToString(), "model.onnx")


LATER = np.triu(np.ones((3, 3), np.float32), 1)


@pytest.mark.parametrize("number", [-np.inf, -2.5])
def test_a_head_with_a_stored_mask(number: float) -> None:
    mask = np.where(LATER > 0, np.float32(number), np.float32(0))
    nodes = [*SCORES, helper.make_node("Add", ["s", "m"], ["a"])]
    nodes += [
        helper.make_node("Softmax", ["a"], ["w"], axis=-1),
        helper.make_node("MatMul", ["w", "v"], ["Y"]),
    ]
    model = model_of(nodes, constants(**MATRICES, m=mask), [1, 3, 2])
    check_values(model, (1, 3, 2), 3)


@pytest.mark.parametrize(("size", "is_read"), [(4, True), (8, False)])
def test_factors_and_masks_that_exporters_compute(size: int, is_read: bool) -> None:
    nodes = [
        *SCORES[:4],
        helper.make_node("Shape", ["q"], ["qs"]),
        helper.make_node("Slice", ["qs", "last", "end"], ["size"]),
        helper.make_node("Cast", ["size"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Sqrt", ["float"], ["root"]),
        helper.make_node("Div", ["one", "root"], ["scale"]),
        helper.make_node("Sqrt", ["scale"], ["part"]),
        helper.make_node("Mul", ["q", "part"], ["q2"]),
        helper.make_node("Mul", ["kt", "part"], ["k2"]),
        helper.make_node("MatMul", ["q2", "k2"], ["s"]),
        helper.make_node("Gather", ["qs", "i"], ["n"]),
        helper.make_node("Concat", ["n", "n"], ["nn"], axis=0),
        helper.make_node("Expand", ["one", "nn"], ["ones"]),
        helper.make_node("Trilu", ["ones"], ["low"], upper=0),
        helper.make_node("Equal", ["low", "zero"], ["off"]),
        helper.make_node("Where", ["off", "far", "zero"], ["mask"]),
        helper.make_node("Add", ["s", "mask"], ["a"]),
        helper.make_node("Softmax", ["a"], ["w"], axis=-1),
        helper.make_node("MatMul", ["w", "v"], ["Y"]),
    ]
    arrays = constants(
        **{name: whole_numbers(GENERATOR, size, size) for name in MATRICES},
        last=np.array([-1]),
        end=np.array([2**63 - 1]),
        i=np.array([1]),
        one=np.array([1], np.float32),
        zero=np.array([0], np.float32),
        far=np.array([-np.inf], np.float32),
    )
    model = model_of(nodes, arrays, [1, "tokens", size], opset=14)
    if is_read:
        check_values(model, (1, 3, size), 3)
        model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 3
        check_values(model, (1, 3, size), 3)
    else:
        model.graph.output[0].type.tensor_type.shape.SetInParent()
        with pytest.raises(UnsupportedError, match="roots of positive rational numbers"):
            parse_onnx_transformer(model.SerializeToString(), "model.onnx")


@pytest.mark.parametrize("operator", ["Relu", "Identity"])
def test_a_head_without_softmax(operator: str) -> None:
    nodes = [*SCORES, helper.make_node(operator, ["s"], ["w"])]
    nodes.append(helper.make_node("MatMul", ["w", "v"], ["Y"]))
    check_values(model_of(nodes, constants(**MATRICES), ["b", "t", 2]), (1, 3, 2), 3)


def test_tokens_before_the_batch() -> None:
    nodes = [helper.make_node("Transpose", ["X"], ["x"], perm=[1, 0, 2])]
    for node in HEAD:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.input[:] = ["x" if name == "X" else name for name in copy.input]
        copy.output[:] = ["y" if name == "Y" else name for name in copy.output]
        nodes.append(copy)
    nodes.append(helper.make_node("Transpose", ["y"], ["Y"], perm=[1, 0, 2]))
    shapes: list[list[int | str]] = [[4, 1, 2], ["tokens", 1, 2], ["tokens", "batch", 2]]
    for shape in shapes:
        check_values(model_of(nodes, constants(**MATRICES), shape), (4, 1, 2), 4, axis=0)


def test_a_matrix_of_tokens_and_many_operators() -> None:
    nodes = [
        helper.make_node("Split", ["X"], ["a", "b"], axis=1),
        helper.make_node("Concat", ["b", "a"], ["c"], axis=1),
        helper.make_node("Slice", ["c", "start", "end", "axes"], ["d"]),
        helper.make_node("Neg", ["d"], ["e"]),
        helper.make_node("Mul", ["e", "c"], ["f"]),
        helper.make_node("Tanh", ["f"], ["g"]),
        helper.make_node("ReduceSum", ["g", "last"], ["h"], keepdims=1),
        helper.make_node("Sub", ["g", "h"], ["i"]),
        helper.make_node("Pow", ["i", "three"], ["j"]),
        helper.make_node("Gemm", ["j", "M"], ["k"], transB=1, alpha=0.5),
        helper.make_node("MatMul", ["M", "kt"], ["l"]),
        helper.make_node("Transpose", ["k"], ["kt"]),
        helper.make_node("Transpose", ["l"], ["m"]),
        helper.make_node("Squeeze", ["n", "axis"], ["o"]),
        helper.make_node("Unsqueeze", ["m", "axis"], ["n"]),
        helper.make_node("Flatten", ["o"], ["p"], axis=1),
        helper.make_node("Dropout", ["p"], ["Y"]),
    ]
    order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 10, 12, 14, 13, 15, 16]
    arrays = constants(
        start=np.array([0, 0]),
        end=np.array([2**63 - 1, 2]),
        axes=np.array([0, 1]),
        last=np.array([-1]),
        axis=np.array([0]),
        three=np.array(3, np.float32),
        M=whole_numbers(GENERATOR, 2, 2),
    )
    model = model_of([nodes[place] for place in order], arrays, ["tokens", 2])
    check_values(model, (3, 2), 3, axis=0)


@pytest.mark.parametrize("kind", ["none", "tanh"])
def test_the_newest_norms_and_units(kind: str) -> None:
    nodes = [
        helper.make_node("RMSNormalization", ["X", "g"], ["r"], epsilon=0.25),
        helper.make_node("Gelu", ["r"], ["u"], approximate=kind),
        helper.make_node("LayerNormalization", ["u", "g", "g"], ["Y"]),
    ]
    arrays = constants(g=np.array([1, 2], np.float32))
    check_values(model_of(nodes, arrays, [1, 3, 2], opset=23), (1, 3, 2), 3)


def refused(nodes: list[onnx.NodeProto], shape: Sequence[int | str], **more: FLOATS) -> str:
    model = model_of(nodes, constants(**MATRICES, **more), shape)
    model.graph.output[0].type.tensor_type.shape.SetInParent()
    with pytest.raises(UnsupportedError) as error:
        parse_onnx_transformer(model.SerializeToString(), "model.onnx")
    return str(error.value)


FREE = ["batch", "tokens", 2]
ONES = np.ones((1, 3, 1), np.float32)


@pytest.mark.parametrize(
    ("nodes", "shape", "more", "reason"),
    [
        ([helper.make_node("Conv", ["X", "Q"], ["Y"])], FREE, {}, "Conv"),
        (
            [*SCORES, helper.make_node("Add", ["s", "m"], ["Y"])],
            [1, 3, 2],
            {"m": np.tril(np.ones((3, 3), np.float32))},
            "of masks is read the causal one",
        ),
        (
            [*SCORES, helper.make_node("Add", ["s", "m"], ["Y"])],
            FREE,
            {"m": ONES[:, :1]},
            "no causal mask",
        ),
        (
            [*SCORES, helper.make_node("Add", ["s", "m"], ["Y"])],
            [1, 3, 2],
            {"m": np.arange(9, dtype=np.float32).reshape(3, 3)},
            "no causal mask",
        ),
        (
            [
                helper.make_node("Shape", ["X"], ["t"]),
                helper.make_node("Expand", ["i", "t"], ["Y"]),
            ],
            FREE,
            {"i": np.zeros((1, 1, 2), np.float32)},
            "a constant for each token",
        ),
        (
            [helper.make_node("Add", ["X", "m"], ["Y"])],
            [1, 3, 2],
            {"m": np.arange(6, dtype=np.float32).reshape(3, 2)},
            "treats tokens unlike",
        ),
        ([helper.make_node("Softmax", ["X"], ["Y"])], FREE, {}, "not over the keys"),
        ([*SCORES, helper.make_node("Softmax", ["s"], ["Y"], axis=1)], FREE, {}, "not over the"),
        ([*SCORES, helper.make_node("MatMul", ["v", "s"], ["Y"])], FREE, {}, "in another way"),
        ([helper.make_node("ReduceMean", ["X"], ["Y"], axes=[1])], FREE, {}, "over the tokens"),
        (
            [helper.make_node("Gather", ["X", "i"], ["Y"], axis=1)],
            FREE,
            {"i": np.array(0)},
            "picks some of the tokens",
        ),
        (
            [helper.make_node("Reshape", ["X", "i"], ["Y"])],
            FREE,
            {"i": np.array([1, 2, -1])},
            "mixes tokens with other axes",
        ),
        ([helper.make_node("Sqrt", ["X"], ["Y"])], FREE, {}, "no sum of squares"),
        (
            [helper.make_node("Mul", ["X", "X"], ["s"]), helper.make_node("Sqrt", ["s"], ["Y"])],
            FREE,
            {},
            "no sum of squares and a positive number",
        ),
        (
            [
                helper.make_node("Mul", ["X", "X"], ["s"]),
                helper.make_node("Sub", ["i", "s"], ["t"]),
                helper.make_node("Pow", ["t", "h"], ["Y"]),
            ],
            FREE,
            {"i": np.array(9, np.float32), "h": np.array(-0.5, np.float32)},
            "no sum of squares",
        ),
        (
            [
                helper.make_node("Mul", ["X", "X"], ["s"]),
                helper.make_node("Add", ["i", "s"], ["t"]),
                helper.make_node("Pow", ["t", "h"], ["Y"]),
            ],
            FREE,
            {"i": np.array(9, np.float32), "h": np.array(0.5, np.float32)},
            "square roots",
        ),
        ([helper.make_node("Div", ["X", "X"], ["Y"])], FREE, {}, "values of tokens"),
        ([helper.make_node("Pow", ["X", "i"], ["Y"])], FREE, {"i": np.array(4.0)}, "of powers"),
        (
            [
                helper.make_node("Transpose", ["X"], ["t"], perm=[0, 2, 1]),
                helper.make_node("Mul", ["X", "t"], ["Y"]),
            ],
            [1, 2, 2],
            {},
            "different tokens",
        ),
        (
            [
                helper.make_node("Sqrt", ["i"], ["r"]),
                helper.make_node("Mul", ["X", "r"], ["Y"]),
            ],
            FREE,
            {"i": np.array(2, np.float32)},
            "irrational",
        ),
        ([helper.make_node("Relu", ["Q"], ["Y"])], FREE, {}, "to depend on the tokens"),
        (HEAD, [2, 3, 2], {}, "a batch of 1 or of free size"),
        (HEAD, [1, 1, 2], {}, "two tokens or more"),
        (HEAD, [1, 3, "d"], {}, "expected [batch, tokens, d]"),
    ],
)
def test_what_is_not_read_is_named_with_the_reason(
    nodes: list[onnx.NodeProto], shape: Sequence[int | str], more: dict[str, FLOATS], reason: str
) -> None:
    assert reason in refused(nodes, shape, **more)


def test_files_that_are_no_blocks() -> None:
    for content in (b"", b"nonsense"):
        with pytest.raises(FormatError):
            parse_onnx_transformer(content, "x.onnx")
    model = onnx.load(str(FOLDER / "pre_norm.onnx"))
    first = next(node for node in model.graph.node if node.op_type == "MatMul")
    (weight,) = (t for t in model.graph.initializer if t.name == first.input[1])
    weight.CopyFrom(numpy_helper.from_array(np.zeros((5, 3), np.float32), weight.name))
    with pytest.raises(InputError):
        parse_onnx_transformer(model.SerializeToString(), "x.onnx")
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 2]) for name in ("X", "Z")
    ]
    graph = onnx.GraphProto()
    graph.CopyFrom(model_of(HEAD, constants(**MATRICES), [1, 3, 2]).graph)
    graph.output[0].type.tensor_type.shape.SetInParent()
    del graph.input[:]
    graph.input.extend(values)
    two = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    with pytest.raises(UnsupportedError, match="one input"):
        parse_onnx_transformer(two.SerializeToString(), "x.onnx")


def test_the_command_on_exported_blocks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left, right, near = (
        str(FOLDER / f"{name}.onnx") for name in ("post_norm", "post_norm_rewritten", "plain")
    )
    assert main(["attention", left, right, "-o", str(tmp_path)]) == 0
    assert "so for the 8 tokens that the file fixes" in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 0
    assert main(["attention", left, near, "-q"]) == 1
    assert main(["attention", left, str(FOLDER / "blocks.py")]) == 3
    model = model_of(HEAD, constants(**MATRICES), [1, 3, 2])
    model.graph.output[0].type.tensor_type.shape.SetInParent()
    three = str(tmp_path / "three.onnx")
    Path(three).write_bytes(model.SerializeToString())
    assert main(["attention", left, three]) == 3
    query, key, value = (
        tuple(tuple(Fraction(float(e)) for e in row) for row in MATRICES[name]) for name in "QKV"
    )
    ones = ((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1)))
    none = (Fraction(0), Fraction(0))
    head = AttentionHead(query, key, value, ones, none, none, none)
    layer = str(tmp_path / "layer.json")
    for kind, status in (("softmax", 0), ("relu", 1), ("linear", 1), ("hardmax", 3)):
        Path(layer).write_bytes(attention_bytes(AttentionLayer(kind, (head,), none)))
        assert main(["attention", three, layer, "-q"]) == status


def test_outputs_that_are_not_read() -> None:
    nodes = [
        helper.make_node("LayerNormalization", ["X", "g"], ["y", "mean"]),
        helper.make_node("Add", ["y", "mean"], ["Y"]),
    ]
    model = model_of(nodes, {"g": np.ones(2, np.float32)}, [1, 3, 2], opset=17)
    model.graph.output[0].type.tensor_type.shape.SetInParent()
    with pytest.raises(UnsupportedError, match="'mean' is an output that is not read"):
        parse_onnx_transformer(model.SerializeToString(), "model.onnx")
