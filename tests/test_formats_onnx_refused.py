"""What is no ONNX model, or is not read exactly, is refused by name with one line."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import NodeProto, TensorProto, helper, numpy_helper

from tests.onnx_models import Array, Sizes, model_of, network_of
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats.network_file import read_network
from verify.formats.onnx_reader import parse_onnx

ONES = np.ones((2, 2), np.float32)


def node(operator: str, *inputs: str, output: str = "Y", **attributes: Any) -> NodeProto:
    name = f"my_{operator}".lower()
    return helper.make_node(operator, inputs, [output], name, **attributes)


def message_of(model: onnx.ModelProto) -> str:
    with pytest.raises(InputError) as caught:
        network_of(model)
    text = str(caught.value)
    assert text.startswith("model.onnx")
    assert "\n" not in text
    return text


def test_an_unknown_operator_is_named() -> None:
    with pytest.raises(UnsupportedError) as caught:
        network_of(
            model_of([helper.make_node("NonMaxSuppression", ["X"], ["Y"], "my_det")], {}, [2])
        )
    assert str(caught.value).startswith(
        "model.onnx, node 'my_det' (NonMaxSuppression): this operator is not read; read are Abs, "
    )


def test_a_node_without_a_name_is_numbered() -> None:
    nodes = [helper.make_node("Neg", ["X"], ["a"]), helper.make_node("Tanh", ["a"], ["Y"])]
    message = message_of(model_of(nodes, {}, [2]))
    assert message.startswith("model.onnx, node 1 (Tanh, output 'Y'): is not piecewise linear")


def test_operators_of_other_domains_are_named() -> None:
    foreign = helper.make_node("Add", ["X", "X"], ["Y"], "mine", domain="com.example")
    assert "node 'mine' (com.example.Add): this operator" in message_of(
        model_of([foreign], {}, [2])
    )


def test_names_cannot_break_the_line() -> None:
    broken = helper.make_node("Tanh", ["X"], ["Y"], "a\nb\x1b[31m")
    assert "\\n" in message_of(model_of([broken], {}, [2]))


# nodes, constants, shape of X, part of the message
C22, C3, C2 = {"C": ONES}, {"C": np.ones(3, np.float32)}, {"C": np.ones(2, np.float32)}
REFUSED: list[tuple[list[NodeProto], dict[str, Any], Sizes, str]] = [
    ([node("Mul", "X", "X")], {}, [2], "'my_mul' (Mul): multiplies two values that depend on the"),
    ([node("MatMul", "X", "X")], {}, [2, 2], "(MatMul): multiplies two values"),
    ([node("Gemm", "X", "X")], {}, [2, 2], "(Gemm): multiplies two values"),
    ([node("Div", "C", "X")], C2, [2], "(Div): divides by a value that depends on the input"),
    (
        [node("Conv", "C", "X")],
        {"C": np.ones((1, 1, 2, 2), np.float32)},
        [1, 1, 1, 1],
        "(Conv): expected input 0 to depend",
    ),
    ([node("Add", "X", "C")], C3, [2], "(Add): shapes [2] and [3] do not fit"),
    ([node("MatMul", "X", "C")], C22, [1, 3], "(MatMul): shapes [1, 3] and [2, 2] do not fit"),
    ([node("MatMul", "X", "C")], {"C": np.float32(1)}, [3], "(MatMul): expected two tensors with"),
    ([node("Gemm", "X", "C")], C22, [2], "(Gemm): expected a matrix as input 0, got [2]"),
    (
        [node("Gemm", "X", "C", "D")],
        {**C22, "D": np.ones((3, 2), np.float32)},
        [1, 2],
        "(Gemm): the shape [3, 2] of C does not fit",
    ),
    (
        [node("Gemm", "X", "C", "D")],
        {**C22, "D": np.ones(3, np.float32)},
        [1, 2],
        "(Gemm): shapes [3] and [1, 2] do not fit",
    ),
    ([node("Gemm", "X", "C", alpha=float("nan"))], C22, [1, 2], "attribute 'alpha' is nan"),
    ([node("Div", "X", "C")], {"C": np.array([1, 0], np.float32)}, [2], "(Div): divides by zero"),
    ([node("Add", "X", "C")], {"C": np.ones(2)}, [2], "the element types FLOAT and DOUBLE"),
    ([node("Cast", "X", to=TensorProto.FLOAT16)], {}, [2], "a cast from FLOAT to FLOAT16 rounds"),
    ([node("Cast", "X", to=TensorProto.INT64)], {}, [2], "a cast from FLOAT to INT64 rounds"),
    (
        [node("Cast", "C", output="d", to=TensorProto.FLOAT), node("Add", "X", "d")],
        {"C": np.full(2, 0.1)},
        [2],
        "a cast from DOUBLE to FLOAT rounds a constant",
    ),
    ([node("Dropout", "X", "", "T")], {"T": np.array(True)}, [2], "training_mode = false"),
    ([node("Reshape", "X", "C")], {"C": np.array([4, 2])}, [2, 2], "(Reshape): cannot reshape"),
    ([node("Reshape", "X", "C")], {"C": np.array([-1, -1])}, [2, 2], "(Reshape): "),
    ([node("Reshape", "X", "C")], C2, [2, 2], "'C': expected a list of integers"),
    ([node("Flatten", "X", axis=4)], {}, [2, 2], "(Flatten): there is no axis 4 in [2, 2]"),
    ([node("Transpose", "X", perm=[0, 0])], {}, [2, 2], "(Transpose): "),
    ([node("Squeeze", "X", "C")], {"C": np.array([2**40])}, [2, 2], "(Squeeze): "),
    ([node("Squeeze", "X", "C")], {"C": np.array([0])}, [2, 2], "(Squeeze): cannot select an axis"),
    ([node("Unsqueeze", "X", "C")], {"C": np.array([0, 0])}, [2], "(Unsqueeze): repeated axis"),
    (
        [node("Conv", "X", "C")],
        {"C": np.ones((1, 2, 2, 2), np.float32)},
        [1, 1, 3, 3],
        "(Conv): an input [1, 1, 3, 3] does not fit the weights [1, 2, 2, 2]",
    ),
    (
        [node("Conv", "X", "C")],
        {"C": np.ones((1, 1, 4, 4), np.float32)},
        [1, 1, 3, 3],
        "(Conv): the kernel [4, 4] is larger than the input",
    ),
    (
        [node("Conv", "X", "C", strides=[1])],
        {"C": np.ones((1, 1, 2, 2), np.float32)},
        [1, 1, 3, 3],
        "(Conv): strides, dilations or pads do not fit",
    ),
    (
        [node("Conv", "X", "C", kernel_shape=[3, 3])],
        {"C": np.ones((1, 1, 2, 2), np.float32)},
        [1, 1, 3, 3],
        "(Conv): kernel_shape [3, 3] is not that of the weights",
    ),
    (
        [node("Conv", "X", "C", auto_pad="OTHER")],
        {"C": np.ones((1, 1, 2, 2), np.float32)},
        [1, 1, 3, 3],
        "(Conv): unknown auto_pad 'OTHER'",
    ),
    (
        [node("Conv", "X", "C", "D")],
        {"C": np.ones((1, 1, 2, 2), np.float32), "D": C3["C"]},
        [1, 1, 3, 3],
        "(Conv): expected a bias of shape [1], got [3]",
    ),
    ([node("Relu", "C")], C2, [2], "the output does not depend on the input"),
    ([node("Relu", "Z")], {}, [2], "not a valid ONNX model"),
    ([node("Neg", "b", output="Y"), node("Neg", "X", output="b")], {}, [2], "not a valid ONNX"),
    ([node("Neg", "X", output="Z")], {}, [2], "nothing computes the output 'Y'"),
    ([node("Relu", "X")], {}, ["N"], "input 'X': only the first axis may"),
    ([node("Relu", "X")], {}, [1, "N"], "input 'X': only the first axis may have an unknown size"),
    (
        [node("ConstantOfShape", "S", output="c"), node("Add", "X", "c")],
        {"S": np.array([10**6, 10**6])},
        [2],
        "1000000000000 numbers; at most 8388608 are read",
    ),
    (
        [node("Add", "X", "C")],
        {"C": np.ones((3000, 1), np.float32)},
        [1, 3000],
        "9000000 numbers; at most 8388608 are read exactly",
    ),
]


@pytest.mark.parametrize(("nodes", "constants", "shape", "message"), REFUSED)
def test_refusals(
    nodes: list[NodeProto], constants: dict[str, Array], shape: Sizes, message: str
) -> None:
    assert message in message_of(model_of(nodes, constants, shape))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_weights_that_are_no_numbers(value: float, dtype: type[np.floating[Any]]) -> None:
    weight = np.ones((2, 3), dtype)
    weight[1, 2] = value
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    model = model_of([node("MatMul", "X", "weights")], {"weights": weight}, [1, 2], kind=kind)
    expected = f"model.onnx, 'weights': entry [1, 2] is {value}, not a number"
    assert message_of(model) == expected


def test_batch_normalisation_with_an_irrational_root() -> None:
    names = ("scale", "shift", "mean", "variance")
    constants: dict[str, Array] = {name: np.ones(2, np.float32) for name in names}
    model = model_of([node("BatchNormalization", "X", *names)], constants, [1, 2])
    message = message_of(model)
    assert "(BatchNormalization): channel 0: the square root of variance + epsilon" in message
    assert "fold the normalisation into the layer before it" in message
    training = node("BatchNormalization", "X", *names, training_mode=1)
    model = model_of([training], constants, [1, 2], opset=14)
    assert "is read in inference mode" in message_of(model)


def test_training_before_opset_7() -> None:
    model = model_of([node("Dropout", "X")], {}, [2], opset=6)
    assert "is read in inference mode, with is_test = 1" in message_of(model)


def test_several_inputs_or_outputs() -> None:
    two_inputs = model_of([node("Add", "X", "Z")], {}, [2])
    two_inputs.graph.input.append(helper.make_tensor_value_info("Z", TensorProto.FLOAT, [2]))
    assert "expected one input, got ['X', 'Z']" in message_of(two_inputs)
    two_outputs = model_of([node("Neg", "X"), node("Relu", "X", output="Z")], {}, [2])
    two_outputs.graph.output.append(helper.make_tensor_value_info("Z", TensorProto.FLOAT, [2]))
    assert "expected one output, got ['Y', 'Z']" in message_of(two_outputs)


def test_inputs_of_other_kinds() -> None:
    integers = model_of([node("Neg", "X")], {}, [2], kind=TensorProto.INT64)
    assert "input 'X': the element type INT64 is not read" in message_of(integers)
    shapeless = model_of([node("Neg", "X")], {}, [2])
    shapeless.graph.input[0].type.tensor_type.ClearField("shape")
    assert "not a valid ONNX model" in message_of(shapeless)


def test_numbers_outside_the_file(tmp_path: Path) -> None:
    model = model_of([node("Add", "X", "C")], C2, [2])
    tensor = model.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, "weights.bin")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match="save the model in one file"):
        read_network(path)


def test_sparse_initializers_and_local_functions() -> None:
    model = model_of([node("Add", "X", "C")], C2, [2])
    values = numpy_helper.from_array(np.ones(1, np.float32), "S")
    indices = numpy_helper.from_array(np.zeros(1, np.int64), "I")
    sparse = helper.make_sparse_tensor(values, indices, [2])
    model.graph.sparse_initializer.append(sparse)
    assert "sparse initializers are not read" in message_of(model)
    model = model_of([node("Add", "X", "C")], C2, [2])
    body = [helper.make_node("Neg", ["a"], ["b"])]
    opset = [helper.make_opsetid("", 13)]
    model.functions.append(helper.make_function("", "Add", ["a"], ["b"], body, opset))
    assert "local functions" in message_of(model)


def test_an_unknown_operator_set() -> None:
    model = model_of([node("Neg", "X")], {}, [2])
    del model.opset_import[:]
    assert "not a valid ONNX model" in message_of(model)
    newer = model_of([node("Neg", "X")], {}, [2], opset=999)
    assert "operator set 999 is newer" in message_of(newer)


def small_model() -> bytes:
    nodes = [node("Gemm", "X", "C", output="a"), node("Relu", "a", output="b"), node("Neg", "b")]
    model = model_of(nodes, C22, [1, 2])
    model.graph.output[0].type.tensor_type.shape.SetInParent()
    return bytes(model.SerializeToString())


SMALL = small_model()


def test_the_small_model_is_read() -> None:
    assert parse_onnx(SMALL, "model.onnx")[0].widths == (2, 2, 2)


@pytest.mark.parametrize("content", [b"", b"\0", b"not an ONNX file", b"\x08\x07" * 50])
def test_other_files(content: bytes) -> None:
    with pytest.raises(FormatError, match="not an ONNX file, or a truncated one"):
        parse_onnx(content, "model.onnx")


@pytest.mark.parametrize("length", range(len(SMALL)))
def test_every_truncated_file_is_refused(length: int) -> None:
    with pytest.raises(FormatError, match=r"^model\.onnx"):
        parse_onnx(SMALL[:length], "model.onnx")


@given(st.data())
def test_damaged_files_are_refused_or_read(data: st.DataObject) -> None:
    content = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        parse_onnx(bytes(content), "model.onnx")
