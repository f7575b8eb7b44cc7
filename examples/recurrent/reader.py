"""Trains the recurrent network of this folder with PyTorch and exports it, once: the file is kept.

A handwritten digit of 8 x 8 pixels is read row by row, from the top: eight inputs a time, in
[0, 1]. The network says at every time which digit it takes it for; it is trained on what it says
at the end. Nothing is rounded: the weights are the float32 numbers that PyTorch exports.

    python examples/recurrent/reader.py

Run it where torch, onnx, onnxscript and scikit-learn are installed, none of which the project
needs for this but onnx; another version of torch may train other weights.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from sklearn import datasets
from torch import nn
from torch.nn import functional

FOLDER = Path(__file__).parent
UNITS, EPOCHS, BATCH, RATE, TEST = 12, 60, 32, 0.003, 360


class Reader(nn.Module):  # type: ignore[misc]  # types are checked without torch
    """Units of relu, and a linear map of them at every time."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = nn.RNN(8, UNITS, nonlinearity="relu")
        self.output = nn.Linear(UNITS, 10)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """(times, batch, 8) -> (times, batch, 10)."""
        states, _ = self.memory(rows)
        return self.output(states)


def trained() -> tuple[Reader, float]:
    """The network, and its accuracy on the test digits after the last row."""
    torch.manual_seed(0)
    generator = np.random.default_rng(0)
    digits = datasets.load_digits()
    order = generator.permutation(len(digits.target))
    rows = torch.tensor(digits.images[order] / 16, dtype=torch.float32).transpose(0, 1)
    labels = torch.tensor(digits.target[order])
    network = Reader()
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        for part in torch.randperm(len(labels) - TEST).split(BATCH):
            optimiser.zero_grad()
            functional.cross_entropy(network(rows[:, part])[-1], labels[part]).backward()
            optimiser.step()
    with torch.no_grad():
        hits = network(rows[:, -TEST:])[-1].argmax(1) == labels[-TEST:]
    return network.eval(), float(hits.float().mean())


def permuted(content: bytes, order: list[int]) -> bytes:
    """The model with its units in another order."""
    model = onnx.load_from_string(content)
    (node,) = [one for one in model.graph.node if one.op_type == "RNN"]
    weight, inner, bias = node.input[1:4]
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if tensor.name == inner:
            value = value[:, order][:, :, order]
        elif tensor.name == weight:
            value = value[:, order]
        elif tensor.name == bias:
            value = value[:, [*order, *(unit + UNITS for unit in order)]]
        elif value.shape == (UNITS, 10):
            value = value[order]
        elif value.shape == (10, UNITS):
            value = value[:, order]
        tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), tensor.name))
    found: bytes = model.SerializeToString()
    return found


def main() -> None:
    """Write the model and a permuted copy."""
    network, accuracy = trained()
    path = FOLDER / "digit_rows.onnx"
    example = torch.zeros(8, 1, 8)
    torch.onnx.export(
        network,
        (example,),
        path,
        dynamo=False,
        opset_version=17,
        input_names=["rows"],
        output_names=["classes"],
        dynamic_axes={"rows": {0: "times"}, "classes": {0: "times"}},
    )
    content = path.read_bytes()
    order = [int(unit) for unit in np.random.default_rng(1).permutation(UNITS)]
    (FOLDER / "digit_rows_permuted.onnx").write_bytes(permuted(content, order))
    print(f"{path.name}: test accuracy {accuracy:.3f}, {len(content)} bytes")


if __name__ == "__main__":
    main()
