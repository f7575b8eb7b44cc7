"""Small ONNX models for tests, and their values in onnxruntime."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import NodeProto, TensorProto, helper, numpy_helper

from theory.network import Network, Vector
from verify.formats.onnx_reader import parse_onnx

Array = npt.NDArray[np.generic]
Sizes = Sequence[int | str]


def model_of(
    nodes: Sequence[NodeProto],
    constants: Mapping[str, Array],
    shape: Sizes,
    *,
    opset: int = 13,
    kind: int = TensorProto.FLOAT,
    output: str = "Y",
) -> onnx.ModelProto:
    """A model from the input X to the output Y, both of one element type."""
    return helper.make_model(
        helper.make_graph(
            list(nodes),
            "test",
            [helper.make_tensor_value_info("X", kind, list(shape))],
            [helper.make_tensor_value_info(output, kind, None)],
            [numpy_helper.from_array(value, name) for name, value in constants.items()],
        ),
        ir_version=8 if opset > 6 else 4,
        opset_imports=[helper.make_opsetid("", opset)],
    )


def network_of(model: onnx.ModelProto) -> Network:
    """The network that the model is read as; valid files state some shape of the output."""
    for entry in model.graph.output:
        entry.type.tensor_type.shape.SetInParent()
    return parse_onnx(model.SerializeToString(), "model.onnx")[0]


class Runtime:
    """Onnxruntime's evaluation of a model."""

    def __init__(self, model: onnx.ModelProto) -> None:
        free = onnx.ModelProto()
        free.CopyFrom(model)
        free.graph.output[0].type.tensor_type.ClearField("shape")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        self.session = onnxruntime.InferenceSession(
            free.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.entry = self.session.get_inputs()[0]
        self.sizes = [size if isinstance(size, int) else 1 for size in self.entry.shape]
        self.dtype = np.float32 if self.entry.type == "tensor(float)" else np.float64

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """The elements of the output at a point, as the rationals that they are."""
        values = np.array([float(entry) for entry in point], self.dtype).reshape(self.sizes)
        (found,) = self.session.run(None, {self.entry.name: values})
        return tuple(Fraction(float(value)) for value in np.asarray(found).ravel())


def whole_numbers(generator: np.random.Generator, *shape: int) -> npt.NDArray[np.float32]:
    """Whole numbers so small that float32 arithmetic with them does not round."""
    return generator.integers(-3, 4, shape).astype(np.float32)


def check_against_runtime(model: onnx.ModelProto, shape: Sizes, points: int = 3) -> Network:
    """Compare the network with onnxruntime at whole points, where both are exact."""
    network, runtime = network_of(model), Runtime(model)
    generator = np.random.default_rng(0)
    assert network.inputs == prod(size if isinstance(size, int) else 1 for size in shape)
    for _ in range(points):
        point = [Fraction(int(value)) for value in generator.integers(-5, 6, network.inputs)]
        assert network(point) == runtime(point)
    return network
